"""`a.add_(b)` of two tensors of one element. Prints microseconds: the best of several runs, since a call is so short that
whatever else the machine does falls between calls."""
import torch

from serve import seconds, serve
from sizes import sizes

CALLS, RUNS = sizes.calls, sizes.call_runs
torch.set_num_threads(1)
a, b = torch.ones(1), torch.ones(1)


def calls():
    for _ in range(CALLS):
        a.add_(b)


serve(lambda: min(seconds(calls) for _ in range(RUNS)) / CALLS * 1e6)
