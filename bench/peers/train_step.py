"""Training steps of ConvColumn6, or of MobileNet3DSmall with `mobile`, in PyTorch on clips of 18x84x84 in memory. Prints clips a
second; with `memory`, the peak of resident memory during a step in MiB. `plain`: as the tutorial writes it. `tuned`: activations in place, gradients
set to None, foreach updates; the allocator is told to keep its memory by the environment."""
import sys

import torch
from torch import nn

from conv_column import ConvColumn6
from mobile_net import MobileNet3DSmall
from peak_memory import peak_memory
from serve import seconds, serve
from sizes import sizes

CLIPS = sizes.step
tuned = sys.argv[1] == 'tuned'
torch.set_num_threads(sizes.threads)
network = (MobileNet3DSmall if 'mobile' in sys.argv else ConvColumn6)(27, inplace=tuned).train()
if CLIPS == 1:
    network.eval()  # batch norm of vectors needs several
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True, **({'foreach': True} if tuned else {}))
criterion = nn.CrossEntropyLoss()
clips = torch.rand(CLIPS, 3, 18, 84, 84)
labels = torch.arange(CLIPS) * 7 % 27


def step():
    optimizer.zero_grad(set_to_none=tuned)
    loss = criterion(network(clips), labels)
    loss.backward()
    optimizer.step()
    loss.item()


serve((lambda: peak_memory(step)) if 'memory' in sys.argv else (lambda: CLIPS / seconds(step)))
