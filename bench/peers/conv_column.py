"""ConvColumn6 in PyTorch: as the tutorial writes it, or with activations in place."""
import torch
from torch import nn


def block(i, o, inplace):
    return nn.Sequential(
        nn.Conv3d(i, o, (2, 3, 3)), nn.BatchNorm3d(o), nn.LeakyReLU(inplace=inplace),
        nn.Conv3d(o, o, (2, 3, 3), padding=1), nn.BatchNorm3d(o), nn.LeakyReLU(inplace=inplace), nn.MaxPool3d(2))


class ConvColumn6(nn.Module):
    """`widths` are the channels before and after each block."""
    def __init__(self, classes, inplace=False, widths=(3, 32, 64, 124, 256)):
        super().__init__()
        self.body = nn.Sequential(*[block(i, o, inplace) for i, o in zip(widths, widths[1:])], nn.Conv3d(256, 512, (1, 3, 3)))
        self.head = nn.Sequential(
            nn.Linear(512, 512), nn.LeakyReLU(inplace=inplace), nn.BatchNorm1d(512), nn.Dropout(0.15),
            nn.Linear(512, 256), nn.LeakyReLU(inplace=inplace), nn.BatchNorm1d(256), nn.Dropout(0.15))
        self.last = nn.Linear(256, classes)

    def forward(self, x):
        return self.last(self.head(self.body(x).flatten(1)))


class ConvColumnSmall(nn.Module):
    """The demo's network."""
    def __init__(self, classes):
        super().__init__()

        def unit(i, o, stride=(1, 1, 1)):
            return [nn.Conv3d(i, o, 3, stride, 1), nn.BatchNorm3d(o), nn.LeakyReLU()]
        self.body = nn.Sequential(
            nn.AvgPool3d((1, 2, 2)), *unit(3, 16, (1, 2, 2)), *unit(16, 32, (2, 1, 1)),
            *unit(32, 64, (1, 2, 2)), *unit(64, 64), *unit(64, 128, (2, 2, 2)), *unit(128, 128),
            nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Dropout(0.3))
        self.last = nn.Linear(128, classes)

    def forward(self, x):
        return self.last(self.body(x - x.mean(2, keepdim=True)))
