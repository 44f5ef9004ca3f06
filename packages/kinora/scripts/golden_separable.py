"""Writes golden/csn.json and golden/shufflenet.json (see golden_cases.py). Narrow twins of the CSNs compute, with an eighth of
the channels and two stages; the ShuffleNet of half the width computes itself.

Run by hand with PyTorch 2.13; the tests need no Python.

    python3 golden_separable.py [FILE ...]
"""
import reference_separable as reference
from golden_cases import CLASSES, case, write


def csn(name, blocks, preserved=False):
    twin = reference.CSN(CLASSES, (1, 2), preserved, widths=(8, 16))
    return case(name, reference.CSN(CLASSES, blocks, preserved), twin, [2, 3, 4, 26, 30])


def shufflenet(name, width):
    net = reference.ShuffleNet3D(CLASSES, width)
    return case(name, net, net, [2, 3, 16, 36, 34])


CASES = {
    "csn": lambda: [csn("ir_csn_50", (3, 4, 6, 3)), csn("ip_csn_152", (3, 8, 36, 3), preserved=True)],
    "shufflenet": lambda: [shufflenet("ShuffleNet3D_0.5x", 0.5)],
}

if __name__ == "__main__":
    write(CASES)
