"""Writes golden/tutorial/*.pth.tar: checkpoints as the tutorial's training wrote them, in PyTorch's legacy
format, through DataParallel, with an `arch` that means nothing. Every value is 0.5, saved once for a whole tensor, so
that networks of 36 million parameters fit into a few kilobytes.

    python3 golden_checkpoints.py
"""
import os

import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden", "tutorial")
CHANNELS = [3, 32, 64, 124, 256, 512]


def block(i, o, kernel, padding, norm=True):
    def unit(i, o, padding):
        return [nn.Conv3d(i, o, kernel, padding=padding), *([nn.BatchNorm3d(o)] if norm else []), nn.LeakyReLU()]

    return nn.Sequential(*unit(i, o, padding), *unit(o, o, 1), nn.MaxPool3d(2))


def unit(i, o, kernel):
    return [nn.Conv3d(i, o, kernel), nn.BatchNorm3d(o), nn.LeakyReLU()]


class ConvColumn(nn.Module):
    def __init__(self, stages, widths, classes=27):
        super().__init__()
        for i, stage in enumerate(stages):
            setattr(self, f"conv_layer{i + 1}", stage)
        a, b, c = widths
        self.fc5, self.batch0 = nn.Linear(a, b), nn.BatchNorm1d(b)
        self.fc6, self.batch1 = nn.Linear(b, c), nn.BatchNorm1d(c)
        self.fc7 = nn.Linear(c, classes)


def pairs(count):
    return list(zip(CHANNELS, CHANNELS[1:]))[:count]


def column(number):
    if number in (5, 6):
        wide = 256 if number == 5 else 512
        stages = [block(i, o, (2, 3, 3), 0, number == 6) for i, o in pairs(4)] + [nn.Conv3d(256, wide, (1, 3, 3))]
        return ConvColumn(stages, (256, 256, 124) if number == 5 else (512, 512, 256))
    stages = [block(i, o, 2, 1) for i, o in pairs(5)]
    if number == 9:
        stages.append(nn.Sequential(*unit(512, 1024, 2), *unit(1024, 1024, (1, 3, 3))))
        return ConvColumn(stages, (1024, 4096, 1024))
    stages.append(nn.Sequential(*unit(512, 512, 3), nn.MaxPool3d(2)))
    return ConvColumn(stages, (2048, 4096, 4096))


def stretched(tensor):
    """The shape of the tensor over one stored value; PyTorch 0.4.0 had no counters in its batch norms."""
    return torch.full((1,), 0.5).expand(tensor.shape)


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    for number in (5, 6, 7, 8, 9):
        state = nn.DataParallel(column(number)).state_dict()
        state = {name: stretched(value) for name, value in state.items() if value.ndim > 0}
        content = {"epoch": 12, "arch": "Conv4Col", "state_dict": state, "best_prec1": 84.5}
        path = os.path.join(FOLDER, f"ConvColumn{number}.pth.tar")
        torch.save(content, path, _use_new_zipfile_serialization=False)
        print(f"{path}: {os.path.getsize(path)} bytes")
