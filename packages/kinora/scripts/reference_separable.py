"""CSN and 3D-ShuffleNet as short PyTorch modules, from the papers, with the names of VMZ and of Efficient-3DCNNs."""
import torch
from torch import nn
from torch.nn.functional import relu

EPS = 1e-3


def norm(channels):
    return nn.BatchNorm3d(channels, eps=EPS)


def depthwise(channels, stride):
    return nn.Conv3d(channels, channels, 3, stride, 1, groups=channels, bias=False)


def point(i, o, stride=1, groups=1):
    return nn.Conv3d(i, o, 1, stride, groups=groups, bias=False)


class Separated(nn.Module):
    """A bottleneck; preserved: all channels mix before the depthwise convolution."""

    def __init__(self, i, width, stride, preserved):
        super().__init__()
        o = 4 * width
        middle = depthwise(width, stride)
        if preserved:
            middle = nn.Sequential(point(width, width), norm(width), middle)
        self.conv1 = nn.Sequential(point(i, width), norm(width), nn.ReLU())
        self.conv2 = nn.Sequential(middle, norm(width), nn.ReLU())
        self.conv3 = nn.Sequential(point(width, o), norm(o))
        if i != o or stride > 1:
            self.downsample = nn.Sequential(point(i, o, stride), norm(o))

    def forward(self, x):
        short = self.downsample(x) if hasattr(self, "downsample") else x
        return relu(short + self.conv3(self.conv2(self.conv1(x))))


class CSN(nn.Module):
    def __init__(self, num_classes, blocks, preserved=False, widths=(64, 128, 256, 512)):
        super().__init__()
        first = nn.Conv3d(3, widths[0], (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False)
        self.stem = nn.Sequential(first, norm(widths[0]), nn.ReLU(), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)))
        inputs = [widths[0], *[4 * width for width in widths]]
        for n, (i, width, count) in enumerate(zip(inputs, widths, blocks)):
            units = [Separated(i, width, 2 if n else 1, preserved)]
            units += [Separated(4 * width, width, 1, preserved) for _ in range(count - 1)]
            setattr(self, f"layer{n + 1}", nn.Sequential(*units))
        self.stages = len(widths)
        self.fc = nn.Linear(inputs[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for n in range(self.stages):
            x = getattr(self, f"layer{n + 1}")(x)
        return self.fc(x.mean([2, 3, 4]))


class Shuffled(nn.Module):
    def __init__(self, i, o, groups, stride):
        super().__init__()
        middle, made = o // 4, o - i if stride == 2 else o
        self.groups, self.stride = groups, stride
        self.conv1, self.bn1 = point(i, middle, groups=1 if i == 24 else groups), nn.BatchNorm3d(middle)
        self.conv2, self.bn2 = depthwise(middle, stride), nn.BatchNorm3d(middle)
        self.conv3, self.bn3 = point(middle, made, groups=groups), nn.BatchNorm3d(made)

    def forward(self, x):
        y = relu(self.bn1(self.conv1(x)))
        n, c, *size = y.shape
        y = y.view(n, self.groups, c // self.groups, *size).transpose(1, 2).reshape(n, c, *size)
        y = self.bn3(self.conv3(self.bn2(self.conv2(y))))
        if self.stride == 1:
            return relu(x + y)
        return relu(torch.cat([y, nn.functional.avg_pool3d(x, (2, 3, 3), 2, (0, 1, 1))], 1))


class ShuffleNet3D(nn.Module):
    def __init__(self, num_classes, width, blocks=(4, 8, 4), groups=3):
        super().__init__()
        channels = [int(width * c) for c in (24, 240, 480, 960)]
        first = nn.Conv3d(3, channels[0], 3, (1, 2, 2), 1, bias=False)
        self.conv1 = nn.Sequential(first, nn.BatchNorm3d(channels[0]), nn.ReLU())
        self.maxpool = nn.MaxPool3d(3, 2, 1)
        for n, (i, o, count) in enumerate(zip(channels, channels[1:], blocks)):
            units = [Shuffled(i, o, groups, 2), *[Shuffled(o, o, groups, 1) for _ in range(count - 1)]]
            setattr(self, f"layer{n + 1}", nn.Sequential(*units))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(channels[-1], num_classes))

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.maxpool(self.conv1(x)))))
        return self.classifier(x.mean([2, 3, 4]))
