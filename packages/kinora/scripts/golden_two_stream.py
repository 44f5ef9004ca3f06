"""Writes golden/two-stream.safetensors: scores, features, loss and gradients of a Two-Stream network in plain PyTorch, at
a tiny size. Run by hand with the first Python that can import torch 1.13 (Debian: /usr/bin/python3
golden_two_stream.py); the file is committed and src/model/two-stream/two-stream.test.ts compares with it.

Dropout is off: its masks depend on the generator, not on the network."""
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "torch", "scripts"))
from golden_file import write  # noqa: E402

CLASSES, FIELDS = 3, 10
SPATIAL_WEIGHT, TEMPORAL_WEIGHT = 1.0, 1.5


class Stream(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 6, 3, 1, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU())
        self.fc = nn.Linear(6, CLASSES)

    def forward(self, x):
        features = self.features(x).mean((2, 3))
        return self.fc(features), features


class TwoStream(nn.Module):
    def __init__(self):
        super().__init__()
        self.spatial = Stream(3)
        self.temporal = Stream(2 * FIELDS)

    def forward(self, clips, flow):
        frame = clips[:, :, clips.shape[2] // 2]
        # I_{2k-1} = dx_k, I_{2k} = dy_k, and the mean of each displacement field subtracted.
        stack = torch.stack([flow[:, c, k] for k in range(FIELDS) for c in (0, 1)], 1)
        stack = torch.stack([x - x.mean((1, 2), keepdim=True) for x in stack.unbind(1)], 1)
        (s, s_features), (t, t_features) = self.spatial(frame), self.temporal(stack)
        total = SPATIAL_WEIGHT + TEMPORAL_WEIGHT
        scores = (SPATIAL_WEIGHT * F.softmax(s, 1) + TEMPORAL_WEIGHT * F.softmax(t, 1)) / total
        return s, t, scores, torch.cat([s_features, t_features], 1)


torch.manual_seed(5)
network = TwoStream().train()
clips = torch.randn(4, 3, 5, 9, 11)
flow = torch.randn(4, 2, FIELDS, 9, 11) * 3 + 1
labels = torch.tensor([2, 0, 1, 2])
out = {f"state.{name}": value.clone() for name, value in network.state_dict().items()}
spatial, temporal, scores, features = network(clips, flow)
loss = (F.cross_entropy(spatial, labels) + F.cross_entropy(temporal, labels)) / 2
loss.backward()
out |= {"clips": clips, "flow": flow, "labels": labels, "spatial": spatial, "temporal": temporal, "scores": scores,
        "features": features, "loss": loss.reshape(1)}
out |= {f"gradient.{name}": parameter.grad for name, parameter in network.named_parameters()}
write(os.path.join(HERE, "..", "golden", "two-stream.safetensors"), out, [])
