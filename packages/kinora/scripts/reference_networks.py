"""Networks as short PyTorch modules: what golden_networks.py compares ours with where torchvision has none."""
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck


class Thin(nn.Module):
    """Shortcut A: every second position, and channels of zeros."""

    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x):
        t, h, w = self.stride
        x = x[:, :, ::t, ::h, ::w]
        return torch.cat([x, x.new_zeros(x.shape[0], self.channels - x.shape[1], *x.shape[2:])], 1)


def three(pair):
    """A size along height and width, and the same along time."""
    return (pair[0], *pair) if isinstance(pair, tuple) else (pair,) * 3


def solid(module):
    """Gives torchvision's 2D modules a time axis, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            sizes = {key: three(getattr(child, key)) for key in ("kernel_size", "stride", "padding")}
            setattr(module, name, nn.Conv3d(child.in_channels, child.out_channels, bias=False, **sizes))
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.BatchNorm3d(child.num_features))
        else:
            solid(child)
    return module


def resnet3d(base, num_classes, blocks, bottleneck=False, projection=True):
    """Hara's 3D ResNet: torchvision's 2D one (base), but for the time axis, and stride 1 in time at first."""
    net = solid(base(Bottleneck if bottleneck else BasicBlock, blocks, num_classes=num_classes))
    net.conv1.stride = (1, 2, 2)
    net.maxpool = nn.MaxPool3d(3, 2, 1)
    net.avgpool = nn.AdaptiveAvgPool3d(1)
    if not projection:
        for block in net.modules():
            if getattr(block, "downsample", None) is not None:
                conv = block.downsample[0]
                block.downsample = Thin(conv.out_channels, conv.stride)
    return net


def conv_norm(i, o, kernel, stride=1, groups=1):
    return [nn.Conv3d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm3d(o)]


class Inverted(nn.Module):
    def __init__(self, i, o, expansion, stride):
        super().__init__()
        hidden = round(i * expansion)
        wide = [*conv_norm(i, hidden, 1), nn.ReLU6()] if expansion > 1 else []
        around = [*conv_norm(hidden, hidden, 3, stride, hidden), nn.ReLU6()]
        self.conv = nn.Sequential(*wide, *around, *conv_norm(hidden, o, 1))
        self.same = i == o and stride == 1

    def forward(self, x):
        return x + self.conv(x) if self.same else self.conv(x)


class MobileNet3D(nn.Module):
    """3D-MobileNetV2 with channels multiplied by width, for width <= 1."""

    STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]

    def __init__(self, num_classes, width):
        super().__init__()
        channels = int(32 * width)
        blocks = [nn.Sequential(*conv_norm(3, channels, 3, (1, 2, 2)), nn.ReLU6())]
        for expansion, c, count, stride in self.STAGES:
            for i in range(count):
                blocks.append(Inverted(channels, int(c * width), expansion, stride if i == 0 else 1))
                channels = int(c * width)
        blocks.append(nn.Sequential(*conv_norm(channels, 1280, 1), nn.ReLU6()))
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, num_classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3, 4]))


class Causal(nn.Conv3d):
    """Looks at this frame and those before it; the clip begins after black frames."""

    def __init__(self, i, o, kernel, stride=1, groups=1):
        t, h, w = kernel
        super().__init__(i, o, kernel, (1, stride, stride), (0, h // 2, w // 2), groups=groups, bias=False)

    def forward(self, x):
        return super().forward(nn.functional.pad(x, (0, 0, 0, 0, self.kernel_size[0] - 1, 0)))


class CausalInverted(Inverted):
    def __init__(self, i, o, expansion, stride, time):
        super().__init__(i, o, expansion, stride)
        at = 0 if expansion == 1 else 3
        hidden = self.conv[at].out_channels
        self.conv[at] = Causal(hidden, hidden, (time, 3, 3), stride, hidden)


class CausalMobile(nn.Module):
    """The small streaming network: motion so far, half the size, causal blocks, the mean over all frames."""

    STAGES = [(1, 16, 1, 1, 3), (3, 24, 1, 2, 5), (4, 32, 2, 2, 3), (4, 64, 2, 2, 3)]

    def __init__(self, num_classes):
        super().__init__()
        channels = 16
        blocks = [nn.Sequential(Causal(3, channels, (1, 3, 3), 2), nn.BatchNorm3d(channels), nn.ReLU6())]
        for expansion, c, count, stride, time in self.STAGES:
            for i in range(count):
                blocks.append(CausalInverted(channels, c, expansion, *((stride, time) if i == 0 else (1, 3))))
                channels = c
        blocks.append(nn.Sequential(*conv_norm(channels, 256, 1), nn.ReLU6()))
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(256, num_classes))

    def forward(self, x):
        counts = torch.arange(1, x.shape[2] + 1, dtype=x.dtype).view(-1, 1, 1)
        x = nn.functional.avg_pool3d(x - x.cumsum(2) / counts, (1, 2, 2))
        return self.classifier(self.features(x).mean([2, 3, 4]))
