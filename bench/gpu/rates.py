"""Clips a second of training steps of ConvColumn6 in PyTorch; floats already lie on the device. `rates.py [DEVICE]`."""
import sys
import time

import torch

from conv_column_on import graph, make
from sizes import sizes

device = sys.argv[1] if len(sys.argv) > 1 else 'cuda:0'
on_gpu = device.startswith('cuda')
CLIPS = sizes.gpu_batch


def wait():
    if on_gpu:
        torch.cuda.synchronize()


def rate(graphed=False, **how):
    step, layout = make(device, graphed=graphed, **how)
    clips = torch.rand(CLIPS, 3, 18, 84, 84, device=device).to(memory_format=layout)
    labels = (torch.arange(CLIPS) * 7 % 27).to(device)
    if graphed:
        step = graph(step, clips, labels)
    for number in range(sizes.warm_up + sizes.steps):
        if number == sizes.warm_up:
            wait()
            start = time.perf_counter()
        loss = step(clips, labels)
        if not how.get('tuned'):
            loss.item()
    wait()
    return sizes.steps * CLIPS / (time.perf_counter() - start)


rows = [('as written', dict(tuned=False)), ('tuned', dict(tuned=True)),
        ('tuned, 128 channels for 124', dict(tuned=True, widths=(3, 32, 64, 128, 256)))]
if on_gpu:
    rows.append(('tuned, as a CUDA graph', dict(tuned=True, graphed=True)))
print(f'| PyTorch, {CLIPS} clips a step | clips/s |\n|---|---:|')
for name, how in rows:
    print(f'| {name} | {rate(**how):.4g} |', flush=True)
