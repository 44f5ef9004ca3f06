"""One epoch of the demo's network from JPEG folders to updated weights, with a DataLoader of two workers. Prints clips a
second."""
import sys

import torch
from torch import nn

from clips import Clips
from conv_column import ConvColumnSmall
from serve import seconds, serve
from sizes import sizes

BATCH = sizes.epoch_batch
data = Clips(*sys.argv[1:4])
loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True, drop_last=True, num_workers=2)
network = ConvColumnSmall(27).train()
optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=0.01)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)


def epoch():
    for clips, labels in loader:
        optimizer.zero_grad()
        loss = criterion(network(clips), labels)
        loss.backward()
        optimizer.step()
        loss.item()


serve(lambda: len(loader) * BATCH / seconds(epoch))
