"""The tutorial's ConvColumn6 in plain PyTorch, the reference of the test src/model/conv-column/parity.test.ts: one forward and
backward pass in float32, and some training steps in float64. Dropout is off, because its masks depend on the generator and not
on the network.

    python3 reference_conv_column6.py OUT.pt
"""
import sys

import torch
from torch import nn


def block(i, o):
    return nn.Sequential(
        nn.Conv3d(i, o, (2, 3, 3)), nn.BatchNorm3d(o), nn.LeakyReLU(),
        nn.Conv3d(o, o, (2, 3, 3), padding=1), nn.BatchNorm3d(o), nn.LeakyReLU(),
        nn.MaxPool3d(2))


class ConvColumn6(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv_layer1 = block(3, 32)
        self.conv_layer2 = block(32, 64)
        self.conv_layer3 = block(64, 124)
        self.conv_layer4 = block(124, 256)
        self.conv_layer5 = nn.Conv3d(256, 512, (1, 3, 3))
        self.fc5 = nn.Linear(512, 512)
        self.batch0 = nn.BatchNorm1d(512)
        self.fc6 = nn.Linear(512, 256)
        self.batch1 = nn.BatchNorm1d(256)
        self.fc7 = nn.Linear(256, classes)

    def forward(self, x):
        for layer in (self.conv_layer1, self.conv_layer2, self.conv_layer3, self.conv_layer4, self.conv_layer5):
            x = layer(x)
        x = x.flatten(1)
        x = self.batch0(nn.functional.leaky_relu(self.fc5(x)))
        features = self.batch1(nn.functional.leaky_relu(self.fc6(x)))
        return self.fc7(features), features


def copies(state):
    return {name: value.detach().clone() for name, value in state}


def step(model, clips, labels):
    """Logits, features and loss of the model, and the gradients in its parameters."""
    logits, features = model(clips)
    loss = nn.functional.cross_entropy(logits, labels)
    model.zero_grad()
    loss.backward()
    return logits.detach(), features.detach(), loss.item()


def main(path):
    torch.manual_seed(0)
    torch.set_num_threads(2)  # THREADS of the test
    model = ConvColumn6(27).train()
    clips = torch.randn(4, 3, 18, 84, 84)
    labels = torch.tensor([3, 26, 0, 11])
    result = {'weights': copies(model.state_dict().items()), 'clips': clips, 'labels': labels}

    logits, features, loss = step(model, clips, labels)
    result |= {'logits': logits, 'features': features, 'loss': loss,
               'gradients': copies((name, p.grad) for name, p in model.named_parameters())}

    model.load_state_dict(result['weights'])
    model.double()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, amsgrad=True)
    losses = []
    for _ in range(3):  # STEPS of the test
        losses.append(step(model, clips.double(), labels)[2])
        optimizer.step()
    torch.save(result | {'losses': losses, 'trained': copies(model.state_dict().items())}, path)


main(sys.argv[1])
