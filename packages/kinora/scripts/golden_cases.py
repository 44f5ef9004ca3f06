"""What golden_networks.py and golden_slowfast.py share. They write golden/*.json: for networks of each kind, the names and
shapes of their weights, and what they compute from weights and clips that both sides make by the same arithmetic: logits,
loss, each gradient and each running statistic. A tensor is told by its norm and its product with a wave, in float64.
"""
import json
import os
import sys

import torch
from torch import nn

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden")
CLASSES = 5


def wave(count, start):
    """count numbers between -1 and 1 that repeat nowhere soon: the same in every language."""
    return torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + start)


def fill(model):
    """Weights of He's size, norms near one, means near zero, variances above one half."""
    with torch.no_grad():
        for i, (name, tensor) in enumerate(model.state_dict().items()):
            if not tensor.is_floating_point():
                continue
            values = wave(tensor.numel(), i).view(tensor.shape)
            if tensor.ndim > 1:
                values *= (2 / tensor[0].numel()) ** 0.5
            elif name.endswith(("weight", "running_var")):
                values = 1 + values / 2
            else:
                values /= 10
            tensor.copy_(values)


def digest(tensor):
    flat = tensor.detach().flatten()
    return [flat.norm().item(), flat.dot(wave(flat.numel(), 0)).item()]


def shapes(model):
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}


def case(name, full, model, shape):
    """name: in the registry; model: the narrow twin of full; shape: [N, 3, T, H, W], or [N, 3, H, W] of a 2D network."""
    model = model.double().train()
    fill(model)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    count = torch.tensor(shape).prod().item()
    logits = model(wave(count, 3).view(shape))
    loss = nn.functional.cross_entropy(logits, torch.arange(shape[0]) % CLASSES)
    loss.backward()
    return {
        "name": name,
        "shape": shape,
        "logits": logits.tolist(),
        "loss": loss.item(),
        "shapes": shapes(full),
        "gradients": {name: digest(parameter.grad) for name, parameter in model.named_parameters()},
        "statistics": {name: digest(buffer) for name, buffer in model.named_buffers() if buffer.is_floating_point()},
    }


def write(cases):
    """cases: functions that make the cases of each file; all of them, or those named on the command line."""
    torch.set_num_threads(1)
    for file, make in cases.items():
        if sys.argv[1:] and file not in sys.argv[1:]:
            continue
        path = os.path.join(GOLDEN, f"{file}.json")
        with open(path, "w") as out:
            json.dump({"torch": torch.__version__, "cases": make()}, out, separators=(",", ":"))
        print(f"{path}: {os.path.getsize(path)} bytes")
