"""JPEG folders to augmented batches by a DataLoader, on one core. Prints clips a second."""
import sys

import torch

from clips import Clips
from serve import seconds, serve
from sizes import sizes

torch.set_num_threads(1)
BATCH, BATCHES = sizes.batch, sizes.batches
data = Clips(*sys.argv[1:4])
loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True, drop_last=True, num_workers=0)
batches = iter(loader)


def read():
    global batches
    for _ in range(BATCHES):
        try:
            next(batches)
        except StopIteration:
            batches = iter(loader)


serve(lambda: BATCH * BATCHES / seconds(read))
