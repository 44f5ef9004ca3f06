"""One clip of 18x84x84 through ConvColumn6 in PyTorch, eager. Prints milliseconds."""
import sys

import torch

from conv_column import ConvColumn6
from serve import seconds, serve
from sizes import sizes

RUNS = sizes.inferences
torch.set_num_threads(sizes.threads)
network = ConvColumn6(27, inplace='tuned' in sys.argv).eval()
clip = torch.rand(1, 3, 18, 84, 84)


@torch.inference_mode()
def runs():
    for _ in range(RUNS):
        network(clip).numpy()


serve(lambda: seconds(runs) / RUNS * 1000)
