#!/usr/bin/env bash
# The judge of the packages: an ordinary user of a plain Debian that has Node and nothing else (no compiler, no Python, no sudo)
# installs them from a registry on the loopback device and runs a command.
#
#   npm run pack:engine && npm run pack
#   scripts/engine/bare-debian.sh [--suite trixie] [--keep] [-- 'npx kinora doctor']
#
# Needs root (debootstrap, chroot) and a network for the other packages. Debian comes from the mirror of this machine, or MIRROR.
# Verdaccio, the registry, is fetched by npm into the cache; the packages that are published depend on it in no way.
set -euo pipefail
suite=bookworm keep=0
while [[ ${1:-} == --* ]]; do
  case $1 in
    --suite) suite=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    --) shift; break ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
done
command=${*:-'npx kinora doctor
npx kinora synth --out data/tiny --clips-per-class 2 --validation-per-class 1 --test-per-class 1 --people 10
echo "{ \"name\": \"tiny\", \"model\": \"ConvColumnSmall\", \"epochs\": 1, \"batchSize\": 9, \"trainFolder\": \"data/tiny/clips\",
  \"labelsFile\": \"data/tiny/labels.csv\", \"trainList\": \"data/tiny/train.csv\", \"validationList\": \"data/tiny/validation.csv\" }" >tiny.json
npx kinora train --config tiny.json
npx kinora predict runs/tiny data/tiny/clips/1'}

project=$(cd "$(dirname "$0")/../.." && pwd)
cache=$project/.cache/engine
tarballs=$cache/tarballs
base=$cache/debian-$suite
root=$base.run
port=${PORT:-4873}
ls "$tarballs"/kinora-engine-*.tgz "$tarballs"/kinora-torch-*.tgz >/dev/null

if [[ ! -e $base/.complete ]]; then
  mirror=${MIRROR:-$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)}
  echo "Making a plain Debian ($suite)"
  rm -rf "$base"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$base" "$mirror" >"$base.log" 2>&1 ||
    { tail -5 "$base.log" >&2; exit 1; }
  cp "$(command -v node)" "$base/usr/bin/"
  mkdir -p "$base/usr/lib/node_modules"
  cp -a "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$base/usr/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$base/usr/bin/npx"
  chroot "$base" useradd --create-home --shell /bin/bash user
  touch "$base/.complete"
fi
for tool in g++ cc python3 sudo; do
  if chroot "$base" sh -c "command -v $tool" >/dev/null; then echo "this Debian has $tool: not bare" >&2; exit 1; fi
done

registry=$cache/registry
if [[ ! -x $registry/node_modules/.bin/verdaccio ]]; then
  mkdir -p "$registry"
  # One of its dependencies asks for a tag that not every mirror of npm carries.
  echo '{ "private": true, "overrides": { "node-fetch": "^2.7.0" } }' >"$registry/package.json"
  npm install --prefix "$registry" --ignore-scripts --no-audit --no-fund --silent verdaccio@6
fi
rm -rf "$registry/storage"
cat >"$registry/config.yaml" <<YAML
storage: $registry/storage
max_body_size: 300mb
uplinks: { npmjs: { url: "$(npm config get registry)", timeout: 120s, max_fails: 10 } }
packages:
  'kinora': { access: \$all, publish: \$anonymous }
  '@kinora/*': { access: \$all, publish: \$anonymous }
  '**': { access: \$all, proxy: npmjs }
log: { type: stdout, format: pretty, level: warn }
YAML
"$registry/node_modules/.bin/verdaccio" --config "$registry/config.yaml" --listen "127.0.0.1:$port" >"$registry/log" 2>&1 &
server=$!
finish() {
  kill "$server" 2>/dev/null || true
  for mount in proc dev; do mountpoint -q "$root/$mount" && umount -l "$root/$mount"; done
  [[ $keep == 1 ]] || rm -rf --one-file-system "$root"
}
trap finish EXIT
for _ in $(seq 60); do curl -fs "http://127.0.0.1:$port/-/ping" >/dev/null && break; sleep 1; done
for tarball in "$tarballs"/*.tgz; do
  npm publish --silent --registry "http://127.0.0.1:$port" "--//127.0.0.1:$port/:_authToken=none" "$tarball" >/dev/null
done

rm -rf --one-file-system "$root"
cp -a --reflink=auto "$base" "$root"
mkdir -p "$root/dev" "$root/proc"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
cat >"$root/home/user/try.sh" <<TRY
set -e
mkdir project && cd project && npm init --yes >/dev/null
set -x
time npm install kinora
du -sh node_modules node_modules/@kinora/*
$command
TRY
echo "$(. "$root/etc/os-release" && echo "$PRETTY_NAME"), Node $(node --version), as an ordinary user:"
env -i HOME=/home/user PATH=/usr/bin:/bin LANG=C.UTF-8 npm_config_registry="http://127.0.0.1:$port" npm_config_fund=false \
  npm_config_audit=false npm_config_update_notifier=false npm_config_yes=true \
  "$(command -v chroot)" --userspec=user:user "$root" bash -c 'cd && bash try.sh'
