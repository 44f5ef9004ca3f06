"""Writes golden/*.json (see golden_cases.py) for the networks that torchvision has or that resemble those.
Columns and residual networks compute as a narrow twin, with a sixteenth of the channels, or an eighth from the stem on.

The networks of torchvision are torchvision's own; the others are short reference modules, written for this purpose.
Run by hand with Debian's torch 1.13 and torchvision 0.14; the tests need no Python.

    python3 golden_networks.py [FILE ...]
"""
from torch import nn
from torchvision import models

import reference_networks as reference
from golden_cases import CLASSES, case, write

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
    write(CASES)
