#!/bin/bash
# Benchmarks for a machine with CUDA and no network. Here, `bench/gpu.sh pack [FILE]` writes one archive: the build, the npm packages
# that it needs, and Node. Unpack it there and run `bench/gpu.sh run`: it builds the engine against python3's torch, compares steps on
# the GPU with the CPU's, measures, trains, and writes docs/performance-gpu.md. It needs g++ and python3 with torch 2.x for CUDA,
# torchvision and PIL (set PYTHON to use another interpreter). If interrupted, the same command resumes. `bench/gpu.sh run cpu`
# rehearses everything without a GPU; with KINORA_BENCH=tiny in minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
NODE_HERE=.node/bin # Node in the archive

pack() {
  local file=${1:-../kinora-gpu.tar.xz}
  node scripts/setup.mjs
  mkdir -p "$NODE_HERE"
  cp "$(node -p process.execPath)" "$NODE_HERE/node"
  packed_paths | XZ_OPT=-T0 tar --exclude='*.test.*' --exclude='*.d.ts' --exclude='*.map' --exclude=tfjs -cJf "$file" -T -
  rm -r "${NODE_HERE%/*}"
  echo "$file: unpack it there, then: bench/gpu.sh run"
}

# npm lists kinora's packages as absolute paths; the workspaces themselves are links.
packed_paths() {
  printf '%s\n' "$NODE_HERE" LICENSE bench package.json node_modules/kinora node_modules/@kinora/torch
  printf 'packages/%s\n' {kinora,torch}/{dist,package.json} torch/{native,install}
  npm ls --workspace kinora --all --parseable --omit=dev --omit=optional | sed -n "s|^$PWD/\(node_modules/.*\)|\1|p" | sort -u
}

run() {
  local device=${1:-cuda:0}
  [ $# -eq 0 ] || shift
  if [ -x "$NODE_HERE/node" ]; then PATH="$PWD/$NODE_HERE:$PATH"; fi
  [ "$device" = cpu ] || "${PYTHON:-python3}" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || {
    echo "${PYTHON:-python3}: expected torch with a CUDA device, received none" >&2
    exit 2
  }
  if [ -d scripts ]; then node scripts/setup.mjs; else node packages/torch/install/kinora-torch.mjs setup; fi
  mkdir -p docs
  node bench/gpu/main.mjs --device "$device" "$@"
}

case ${1:-} in
  pack) pack "${2:-}" ;;
  run) run "${@:2}" ;;
  *) echo "expected 'pack [FILE]' or 'run [DEVICE] [--only WORDS] [--again] [--out FILE]'" >&2; exit 2 ;;
esac
