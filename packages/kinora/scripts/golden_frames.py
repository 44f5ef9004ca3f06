"""Writes golden/frames.safetensors: logits, features and gradients of every kind of network with a 2D CNN per frame, in
plain PyTorch and at a tiny size. Run by hand with the first Python that can import torch 1.13 (Debian: /usr/bin/python3
golden_frames.py); the file is committed and src/model/frames/parity.test.ts compares with it.

All networks share one CNN and one batch of clips. Dropout is off: its masks depend on the generator, not on the network."""
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "torch", "scripts"))
from golden_file import write  # noqa: E402

CLASSES, SEGMENTS, CHANNELS, FEATURES, HIDDEN, BOTTLENECK = 3, 4, 4, 6, 5, 7
# What chooseTuples in trn.ts returns in evaluation; a test checks it too.
TUPLES = {4: [[0, 1, 2, 3]], 3: [[1, 2, 3], [0, 1, 2], [0, 1, 3]], 2: [[2, 3], [1, 2], [1, 3]]}


class Shifted(nn.Module):
    """The reference implementation's TemporalShift, by assignment to slices."""

    def __init__(self, net, division):
        super().__init__()
        self.net, self.division = net, division

    def forward(self, x):
        x = x.view(-1, SEGMENTS, *x.shape[1:])
        fold = x.shape[2] // self.division
        out = torch.zeros_like(x)
        out[:, :-1, :fold] = x[:, 1:, :fold]
        out[:, 1:, fold:2 * fold] = x[:, :-1, fold:2 * fold]
        out[:, :, 2 * fold:] = x[:, :, 2 * fold:]
        return self.net(out.flatten(0, 1))


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        if stride != 1 or i != o:
            self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, CHANNELS, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(CHANNELS)
        self.layer1 = nn.Sequential(Block(CHANNELS, CHANNELS, 1))
        self.layer2 = nn.Sequential(Block(CHANNELS, CHANNELS, 2))

    def forward(self, x):
        return self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))).mean((2, 3))


class Net(nn.Module):
    def __init__(self, motion=False):
        super().__init__()
        self.motion = motion
        self.base_model = Backbone()

    def forward(self, clips):
        if self.motion:
            clips = clips - clips.mean(2, keepdim=True)
        n, c, t, h, w = clips.shape
        frames = clips.transpose(1, 2).reshape(n * t, c, h, w)
        return self.decide(self.base_model(frames).view(n, t, -1))


class Consensus(Net):
    def __init__(self, shift=None, middle=False, motion=False):
        super().__init__(motion)
        self.middle = middle
        self.new_fc = nn.Linear(CHANNELS, CLASSES)
        if shift:
            for block in (self.base_model.layer1[0], self.base_model.layer2[0]):
                block.conv1 = Shifted(block.conv1, shift)

    def forward(self, clips):
        if self.middle and not self.training:
            clips = clips[:, :, SEGMENTS // 2:SEGMENTS // 2 + 1]
        return super().forward(clips)

    def decide(self, x):
        return self.new_fc(x).mean(1), x.mean(1)


class Lrcn(Net):
    def __init__(self, last):
        super().__init__()
        self.last = last
        self.lstm = nn.LSTM(CHANNELS, HIDDEN, batch_first=True)
        self.new_fc = nn.Linear(HIDDEN, CLASSES)

    def decide(self, x):
        states, _ = self.lstm(x)
        if self.last:
            return self.new_fc(states[:, -1]), states[:, -1]
        return self.new_fc(states).mean(1), states.mean(1)


def perceptron(frames):
    return nn.Sequential(nn.ReLU(), nn.Linear(frames * FEATURES, BOTTLENECK), nn.ReLU(), nn.Linear(BOTTLENECK, CLASSES))


class SingleScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = perceptron(SEGMENTS)

    def forward(self, x):
        hidden = self.classifier[:3](x.flatten(1))
        return self.classifier[3](hidden), hidden


class MultiScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc_fusion_scales = nn.ModuleList(perceptron(frames) for frames in TUPLES)

    def forward(self, x):
        logits, features = 0, []
        for fusion, tuples in zip(self.fc_fusion_scales, TUPLES.values()):
            hidden = sum(fusion[:3](x[:, frames].flatten(1)) for frames in tuples)
            logits = logits + sum(fusion(x[:, frames].flatten(1)) for frames in tuples)
            features.append(hidden)
        return logits, torch.cat(features, 1)


class Trn(Net):
    def __init__(self, consensus):
        super().__init__()
        self.new_fc = nn.Linear(CHANNELS, FEATURES)
        self.consensus = consensus

    def decide(self, x):
        return self.consensus(self.new_fc(x))


def networks():
    """By name: the network, and whether it is compared in training mode."""
    return {
        "single": (Consensus(middle=True), False),
        "tsn": (Consensus(motion=True), True),
        "tsm": (Consensus(shift=4), True),
        "lrcn": (Lrcn(last=False), True),
        "lrcn-last": (Lrcn(last=True), True),
        "trn": (Trn(SingleScale()), True),
        "trn-multiscale": (Trn(MultiScale()), False),
    }


def main():
    torch.manual_seed(0)
    clips, labels = torch.randn(2, 3, SEGMENTS, 10, 8), torch.tensor([2, 0])
    backbone = Backbone().state_dict()
    for name in backbone:
        if name.endswith("running_mean"):
            backbone[name].normal_()
        if name.endswith("running_var"):
            backbone[name].uniform_(0.5, 2)
    tensors = {"clips": clips, "labels": labels}
    cases = []
    for name, (net, training) in networks().items():
        names = [key.replace("conv1.net", "conv1") for key in net.base_model.state_dict()]
        net.base_model.load_state_dict(dict(zip(net.base_model.state_dict(), (backbone[key] for key in names))))
        net.train(training)
        tensors |= {f"{name}.state.{key}": value.clone() for key, value in net.state_dict().items()}
        logits, features = net(clips)
        F.cross_entropy(logits, labels).backward()
        tensors |= {f"{name}.output.logits": logits, f"{name}.output.features": features}
        tensors |= {f"{name}.gradient.{key}": p.grad for key, p in net.named_parameters()}
        cases.append({"name": name, "training": training})
    write(os.path.join(HERE, "..", "golden", "frames.safetensors"), tensors, cases)


main()
