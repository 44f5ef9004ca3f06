"""From JPEGs in memory to updated weights in PyTorch: PIL and torchvision in a DataLoader with a worker for each core, the step as
written and tuned. The clips lie loose; the first epoch brings them into memory. `jpegs.py [DEVICE] [CACHE]`."""
import sys
import time
from itertools import islice
from os.path import join

import torch

from conv_column_on import make
from clips import Clips
from sizes import sizes

device = sys.argv[1] if len(sys.argv) > 1 else 'cuda:0'
folder = join(sys.argv[2] if len(sys.argv) > 2 else '.cache/gpu', 'gestures')
on_gpu = device.startswith('cuda')
data = Clips(join(folder, 'clips'), join(folder, 'train.csv'), join(folder, 'labels.csv'), frames=18)
loader = torch.utils.data.DataLoader(data, batch_size=sizes.gpu_batch, shuffle=True, drop_last=True,
                                     num_workers=sizes.workers, pin_memory=on_gpu, persistent_workers=True)


def batches():
    while True:
        yield from loader


def rate(tuned):
    step, layout = make(device, tuned)
    stream = batches()

    def train(count):
        for clips, labels in islice(stream, count):
            loss = step(clips.to(device, memory_format=layout, non_blocking=tuned), labels.to(device, non_blocking=tuned))
            if not tuned:
                loss.item()
        if on_gpu:
            torch.cuda.synchronize()

    train(max(sizes.warm_up, len(loader)))
    start = time.perf_counter()
    train(sizes.steps * 5)
    return sizes.steps * 5 * sizes.gpu_batch / (time.perf_counter() - start)


print('| PyTorch | clips/s |\n|---|---:|')
print(f'| as written | {rate(False):.4g} |', flush=True)
print(f'| tuned | {rate(True):.4g} |')
