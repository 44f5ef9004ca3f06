#!/bin/bash
# Everything for a machine with CUDA and no network. `bench/gpu.sh pack [FILE]` here writes one archive of this folder with what npm has
# installed and built; there, unpacked, `bench/gpu.sh run` builds the engine against python3's torch, compares steps on the GPU with
# the CPU's, measures, trains, and writes docs/performance-gpu.md. Needs there: Node 20, g++, python3 with torch 2.x for CUDA, torchvision
# and PIL (PYTHON names another interpreter). Ended in the middle, the same command goes on. `bench/gpu.sh run cpu` rehearses it all without
# a GPU; with KINORA_BENCH=tiny in minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

pack() {
  local file=${1:-../kinora-gpu.tar.gz}
  node scripts/setup.mjs
  tar --exclude=./.git --exclude=./.cache --exclude=./data --exclude=./runs --exclude=./studio --exclude=./bench/tfjs/node_modules \
    --exclude='*.tar.gz' -czf "$file" .
  echo "$file: unpack it there, then: bench/gpu.sh run"
}

run() {
  local device=${1:-cuda:0}
  [ $# -eq 0 ] || shift
  [ "$device" = cpu ] || "${PYTHON:-python3}" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || {
    echo "${PYTHON:-python3}: expected torch with a CUDA device, received none" >&2
    exit 2
  }
  node scripts/setup.mjs
  node scripts/build.mjs
  node bench/gpu/main.mjs --device "$device" "$@"
}

case ${1:-} in
  pack) pack "${2:-}" ;;
  run) run "${@:2}" ;;
  *) echo "expected 'pack [FILE]' or 'run [DEVICE] [--only WORDS] [--again] [--out FILE]'" >&2; exit 2 ;;
esac
