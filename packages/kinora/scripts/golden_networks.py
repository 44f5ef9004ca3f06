"""Writes golden/*.json: for networks of each kind, the names and shapes of their weights, and what they compute from
weights and clips that both sides make by the same arithmetic: logits, loss, each gradient and each running statistic.
Columns and residual networks compute as a narrow twin, with a sixteenth of the channels, or an eighth from the stem on.
A tensor is told by its norm and its product with a wave, in float64.

The networks of torchvision are torchvision's own; the others are short reference modules, written for this purpose.
Run by hand with Debian's torch 1.13 and torchvision 0.14; the tests need no Python.

    python3 golden_networks.py [FILE ...]
"""
import json
import os
import sys

import torch
from torch import nn
from torchvision import models

import reference_networks as reference

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
    """model: the narrow twin of full; shape: [N, 3, T, H, W], or [N, 3, H, W] of a 2D network."""
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


CLIP = [2, 3, 4, 18, 20]
IMAGE = [3, 3, 34, 36]


def narrow(base, expansion=1):
    """The class of a ResNet of torchvision, 2D or video, with an eighth of the channels from the stem on."""

    class Narrow(base):
        def __init__(self, *args, num_classes, **options):
            super().__init__(*args, **options)
            self.fc = nn.Linear(512 // 8 * expansion, num_classes)

        def _make_layer(self, *args, **options):
            if self.inplanes == 64 and not hasattr(self, "layer1"):
                self.inplanes = narrow_stem(self)
            planes = next(i for i, arg in enumerate(args) if isinstance(arg, int))
            return super()._make_layer(*args[:planes], args[planes] // 8, *args[planes + 1 :], **options)

    return Narrow


def narrow_stem(net, channels=8):
    if hasattr(net, "stem"):
        old = net.stem[-3]
        net.stem[-3] = nn.Conv3d(old.in_channels, channels, old.kernel_size, old.stride, old.padding, bias=False)
        net.stem[-2] = nn.BatchNorm3d(channels)
    else:
        net.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        net.bn1 = nn.BatchNorm2d(channels)
    return channels


def twins(module, base, name, expansion=1):
    """What torchvision's function of that name makes, and its narrow twin, by the same function."""
    full = getattr(module, name)(num_classes=CLASSES)
    original = getattr(module, base)
    setattr(module, base, narrow(original, expansion))
    try:
        return full, getattr(module, name)(num_classes=CLASSES)
    finally:
        setattr(module, base, original)


def video(name):
    return case(name, *twins(models.video.resnet, "VideoResNet", name), CLIP)


def image(name, expansion):
    return case(name, *twins(models.resnet, "ResNet", name, expansion), IMAGE)


def residual(name, make=reference.resnet3d, **options):
    full = make(models.resnet.ResNet, num_classes=CLASSES, **options)
    base = narrow(models.resnet.ResNet, 4 if "bottleneck" in options else 1)
    return case(name, full, make(base, num_classes=CLASSES, **options), [2, 3, 6, 34, 36])


def column(name):
    """The twin has a sixteenth of the channels, rounded up."""
    full, twin = (reference.conv_column(name, CLASSES, share) for share in (1, 16))
    return case(name, full, twin, [3, 3, 16, 84, 84])


def mobile(name, width):
    net = reference.MobileNet3D(CLASSES, width)
    return case(name, net, net, [2, 3, 8, 36, 34])


def causal(name):
    net = reference.CausalMobile(CLASSES)
    return case(name, net, net, [2, 3, 7, 40, 36])


COLUMNS = ["ConvColumn5", "ConvColumn6", "ConvColumn7", "ConvColumn8", "ConvColumn9", "ConvColumnSmall"]

CASES = {
    "conv-columns": lambda: [column(name) for name in COLUMNS],
    "video-resnets": lambda: [video(name) for name in ("r3d_18", "mc3_18", "r2plus1d_18")],
    "resnets-2d": lambda: [image("resnet18", 1), image("resnet50", 4)],
    "resnets-3d": lambda: [
        residual("ResNet3D10", blocks=[1, 1, 1, 1]),
        residual("ResNet3D18A", blocks=[2, 2, 2, 2], projection=False),
        residual("ResNet3D50", blocks=[3, 4, 6, 3], bottleneck=True),
        residual("I3DResNet18", make=reference.inflated, blocks=[2, 2, 2, 2]),
        residual("I3DResNet50", make=reference.inflated, blocks=[3, 4, 6, 3], bottleneck=True),
    ],
    "mobile": lambda: [mobile("MobileNet3D_0.2x", 0.2)],
    "streaming": lambda: [causal("CausalMobile3DSmall")],
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    for file, make in CASES.items():
        if sys.argv[1:] and file not in sys.argv[1:]:
            continue
        path = os.path.join(GOLDEN, f"{file}.json")
        with open(path, "w") as out:
            json.dump({"torch": torch.__version__, "cases": make()}, out, separators=(",", ":"))
        print(f"{path}: {os.path.getsize(path)} bytes")
