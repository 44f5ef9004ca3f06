"""Writes golden/serialize: files of torch.save in both formats, next to each a JSON description of what is in it, and
files that a reader has to refuse. Run by hand with a Python that has PyTorch 1.13 (Debian's python3-torch):
    /usr/bin/python3 packages/torch/scripts/golden_serialize.py"""
import json
import os
import sys
from collections import OrderedDict

import numpy
import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "serialize")
DTYPES = "uint8 int8 int16 int32 int64 float16 float32 float64 bool bfloat16 complex64 complex128".split()


def tensor_bytes(tensor):
    flat = tensor.detach().cpu().clone(memory_format=torch.contiguous_format).flatten()
    if flat.is_complex():
        flat = torch.view_as_real(flat).flatten()
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def describe(value):
    """JSON that says of every value what it is; checked against the same description made in TypeScript."""
    if isinstance(value, torch.Tensor):
        kind = {"tensor": str(value.dtype)[6:], "shape": list(value.shape), "hex": tensor_bytes(value).hex()}
        return {**kind, "requiresGrad": value.requires_grad}
    if isinstance(value, (torch.dtype,)):
        return str(value)[6:]
    if isinstance(value, torch.device):
        return str(value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, numpy.generic):
        return describe(value.item())
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": numpy.float64(value).tobytes().hex()} if value != int_or_none(value) else {"int": str(int(value))}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, tuple):
        return {"tuple": [describe(item) for item in value]}
    if isinstance(value, list):
        return [describe(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((describe(item) for item in value), key=json.dumps)}
    if isinstance(value, dict):
        return {"dict": [[describe(key), describe(item)] for key, item in value.items()]}
    raise TypeError(type(value))


def int_or_none(value):
    return int(value) if numpy.isfinite(value) and abs(value) < 2**53 else None


def sample(dtype):
    torch.manual_seed(7)
    kind = getattr(torch, dtype)
    if dtype == "bool":
        return torch.tensor([[True, False, True], [False, False, True]])
    if kind.is_floating_point or kind.is_complex:
        return torch.randn(2, 3, dtype=torch.complex128 if kind.is_complex else torch.float64).to(kind)
    return torch.randint(0, 100, (2, 3)).to(kind)


def views():
    base = torch.arange(24.0).reshape(2, 3, 4)
    return {
        "whole": base,
        "transposed": base.transpose(0, 2),
        "slice": base[1, 1:, ::2],
        "expanded": torch.tensor([[1.5], [2.5]]).expand(2, 4),
        "scalar": torch.tensor(3.25, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
        "channels_last": torch.arange(48.0).reshape(1, 2, 2, 3, 4).to(memory_format=torch.channels_last_3d),
        "parameter": nn.Parameter(torch.ones(2)),
        "frozen": nn.Parameter(torch.zeros(2), requires_grad=False),
        "leaf": torch.full((2,), 0.5, requires_grad=True),
    }


def plain():
    integers = [0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**40, 2**53, 2**63, 2**70, -1, -128, -129, -(2**31), -(2**63)]
    return {
        "integers": integers,
        "floats": [0.5, -1e300, 1e-320, float("inf"), float("-inf"), float("nan")],
        "text": ["", "plain", "Grüße, 手势 🖐", "line\nfeed"],
        "bytes": [b"", bytes(range(256)), bytearray(b"array")],
        "constants": [None, True, False],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, (2, [3, 4]), 5, 6)],
        "sets": [set(), {1, 2, 3}, {"a"}],
        "dicts": {1: "int", "s": {}, (1, 2): "tuple", True: "same key as 1"},
        "ordered": OrderedDict([("b", 1), ("a", 2)]),
        "torch": [torch.Size([2, 3]), torch.device("cpu"), torch.device("cuda:1"), torch.float16, torch.int64],
        "numpy": [numpy.float64(85.25), numpy.float32(0.5), numpy.int64(7), numpy.int32(-7), numpy.bool_(True), numpy.uint8(9)],
        "shared": [["same"]] * 2,
    }


def checkpoint():
    """As the tutorial saves it (DataParallel's prefix, `best_prec1` a tensor), and its optimizer."""
    torch.manual_seed(3)
    model = nn.DataParallel(nn.Sequential(OrderedDict(
        conv_layer1=nn.Sequential(nn.Conv3d(3, 2, (2, 3, 3)), nn.BatchNorm3d(2)), fc5=nn.Linear(2, 4))))
    optimizer = torch.optim.Adam(model.parameters(), 0.001, amsgrad=True)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    return {"epoch": 12, "arch": "Conv4Col", "state_dict": model.state_dict(), "best_prec1": torch.tensor(85.0),
            "optimizer": optimizer.state_dict()}


class Call:
    """Pickles as a call of any function, which is what a malicious file does."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


REFUSED = {
    "os.system": lambda: {"weights": torch.ones(2), "x": Call(os.system, "touch /tmp/kinora-was-here")},
    "builtins.eval": lambda: Call(eval, "1 + 1"),
    "torch.nn.modules.linear.Linear": lambda: nn.Linear(2, 2),
    "numpy.core.multiarray._reconstruct": lambda: numpy.arange(3),
    "torch._utils._rebuild_sparse_tensor": lambda: torch.eye(3).to_sparse(),
}


def save(name, value, **options):
    torch.save(value, os.path.join(FOLDER, name), **options)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    values = {"dtypes": {name: sample(name) for name in DTYPES}, "views": views(), "plain": plain(), "checkpoint": checkpoint()}
    for name, value in values.items():
        save(f"{name}.zip.pth", value)
        save(f"{name}.legacy.pth", value, _use_new_zipfile_serialization=False)
        with open(os.path.join(FOLDER, f"{name}.json"), "w") as file:
            json.dump(describe(value), file)
    save("plain.protocol4.pth", values["plain"], pickle_protocol=4)
    for name, make in REFUSED.items():
        save(f"refused.{name}.zip.pth", make())
        save(f"refused.{name}.legacy.pth", make(), _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.script(nn.ReLU()), os.path.join(FOLDER, "torchscript.pt"))
    print(f"{len(os.listdir(FOLDER))} files in {FOLDER}, torch {torch.__version__}, Python {sys.version.split()[0]}")


main()
