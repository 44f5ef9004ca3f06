"""Clips a second of training steps of ConvColumn6 in PyTorch on a GPU: as the starting point writes it, and tuned (bf16,
channels_last_3d, cudnn benchmark, activations in place, fused updates). Floats already lie on the device."""
import sys
import time
from os.path import dirname, join

import torch
from torch import nn

sys.path.insert(0, join(dirname(dirname(__file__)), 'peers'))
from conv_column import ConvColumn6  # noqa: E402

WARM_UP, STEPS = 10, 30
CLIPS = int(sys.argv[1]) if len(sys.argv) > 1 else 100


def rate(tuned):
    torch.backends.cudnn.benchmark = tuned
    layout = torch.channels_last_3d if tuned else torch.contiguous_format
    network = ConvColumn6(27, inplace=tuned).cuda().to(memory_format=layout).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True, fused=tuned)
    criterion = nn.CrossEntropyLoss()
    clips = torch.rand(CLIPS, 3, 18, 84, 84, device='cuda').to(memory_format=layout)
    labels = (torch.arange(CLIPS) * 7 % 27).cuda()
    for step in range(WARM_UP + STEPS):
        if step == WARM_UP:
            torch.cuda.synchronize()
            start = time.perf_counter()
        optimizer.zero_grad(set_to_none=tuned)
        with torch.autocast('cuda', dtype=torch.bfloat16, enabled=tuned):
            loss = criterion(network(clips), labels)
        loss.backward()
        optimizer.step()
        loss.item()
    torch.cuda.synchronize()
    return STEPS * CLIPS / (time.perf_counter() - start)


print('| PyTorch | clips/s |\n|---|---:|')
print(f'| as written | {rate(False):.0f} |')
print(f'| tuned | {rate(True):.0f} |')
