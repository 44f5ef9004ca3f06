#!/bin/bash
# Everything for a machine with CUDA and no network. `bench/gpu.sh pack [FILE]` here writes one archive of this folder with what npm has
# installed and built; there, unpacked, `bench/gpu.sh run` builds the engine against python3's torch, compares steps on the GPU with
# the CPU's, measures, and writes docs/performance-gpu.md. Needs there: Node 20, g++, python3 with torch 2.x for CUDA.
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
  python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || {
    echo "python3: expected torch with a CUDA device, received none" >&2
    exit 2
  }
  local results=docs/performance-gpu.md
  node scripts/setup.mjs
  node scripts/build.mjs
  {
    echo "# Performance on a GPU"
    echo
    echo "\`bench/gpu.sh run\` on $(python3 -c 'import torch; print(torch.cuda.get_device_name(0), "with torch", torch.__version__)')."
    echo "Training steps of ConvColumn6 on 100 clips of 18x84x84; Kinora's begin at bytes in memory, PyTorch's at floats on the GPU."
    echo
    echo '## One step on the GPU beside the CPU'
    echo
    node bench/gpu/parity.mjs
    echo
    echo '## Rates'
    echo
    node bench/gpu/rates.mjs
    echo
    python3 bench/gpu/rates.py
  } > "$results.part"
  mv "$results.part" "$results"
  cat "$results"
}

case ${1:-} in
  pack) pack "${2:-}" ;;
  run) run ;;
  *) echo "expected 'pack [FILE]' or 'run'" >&2; exit 2 ;;
esac
