"""ConvColumn6 in PyTorch on a device: as the tutorial writes it, or tuned (bf16, channels_last_3d, cudnn benchmark,
activations in place, fused updates); a step of either, and a step replayed as a CUDA graph."""
import sys
from os.path import dirname, join

import torch
from torch import nn

sys.path.insert(0, join(dirname(dirname(__file__)), 'peers'))
from conv_column import ConvColumn6  # noqa: E402


def make(device, tuned, widths=(3, 32, 64, 124, 256), graphed=False):
    """Returns the step, a function of clips and labels on the device to the loss, and the layout of the clips."""
    on_gpu = device.startswith('cuda')
    torch.backends.cudnn.benchmark = tuned
    layout = torch.channels_last_3d if tuned else torch.contiguous_format
    network = ConvColumn6(27, inplace=tuned, widths=widths).to(device).to(memory_format=layout).train()
    extra = dict(fused=True, capturable=graphed) if tuned and on_gpu else {}
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True, **extra)
    criterion = nn.CrossEntropyLoss()

    def step(clips, labels):
        optimizer.zero_grad(set_to_none=tuned)
        with torch.autocast(device.split(':')[0], dtype=torch.bfloat16, enabled=tuned, cache_enabled=not graphed):
            loss = criterion(network(clips), labels)
        loss.backward()
        optimizer.step()
        return loss

    return step, layout


def graph(step, clips, labels):
    """The step on these tensors as one launch: warmed up beside, captured, and replayed."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(11):
            step(clips, labels)
    torch.cuda.current_stream().wait_stream(side)
    captured = torch.cuda.CUDAGraph()
    with torch.cuda.graph(captured):
        loss = step(clips, labels)

    def replay(*_):
        captured.replay()
        return loss

    return replay
