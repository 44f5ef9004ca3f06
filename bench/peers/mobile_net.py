"""MobileNet3DSmall in PyTorch, with activations in place where asked."""
import torch
from torch import nn


def convolution(i, o, kernel, stride=1, groups=1):
    return [nn.Conv3d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm3d(o)]


class InvertedResidual(nn.Module):
    def __init__(self, i, o, expansion, stride, inplace):
        super().__init__()
        hidden = i * expansion
        widen = [] if expansion == 1 else [*convolution(i, hidden, 1), nn.ReLU6(inplace)]
        self.conv = nn.Sequential(*widen, *convolution(hidden, hidden, 3, stride, hidden), nn.ReLU6(inplace),
                                  *convolution(hidden, o, 1))
        self.shortcut = stride == 1 and i == o

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class MobileNet3DSmall(nn.Module):
    """The table of this name in packages/kinora/src/model/mobile/tables.ts."""
    def __init__(self, classes, inplace=False):
        super().__init__()
        blocks = [(16, 16, 1, 1), (16, 24, 4, 2), (24, 32, 4, 2), (32, 32, 4, 1), (32, 64, 4, 2), (64, 64, 4, 1)]
        self.features = nn.Sequential(
            *convolution(3, 16, 3, (1, 2, 2)), nn.ReLU6(inplace),
            *[InvertedResidual(*block, inplace) for block in blocks],
            *convolution(64, 256, 1), nn.ReLU6(inplace))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(256, classes))

    def forward(self, x):
        still = x - x.mean(2, keepdim=True)
        return self.classifier(self.features(nn.functional.avg_pool3d(still, (1, 2, 2))).mean((2, 3, 4)))
