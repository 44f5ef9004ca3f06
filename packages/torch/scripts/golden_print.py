"""Writes golden/print.json: tensors as raw bytes, and what PyTorch prints for them.
Run by the first python3 that can import torch; made with 1.13."""
import base64
import json
import math
import os

import torch

inf, nan = math.inf, math.nan
f16, f32, f64, bf16 = torch.float16, torch.float32, torch.float64, torch.bfloat16
i64 = torch.int64


def ramp(count, *shape, dtype=f32, scale=1.0, shift=0.0):
    """Reproducible values that look random: multiples of an irrational number, wrapped."""
    values = torch.arange(count, dtype=f64) * math.pi % 1.0
    return (values * scale + shift).to(dtype).reshape(shape or (count,))


CASES = {
    "0-dim float": torch.tensor(3.14159),
    "0-dim whole float": torch.tensor(7.0),
    "0-dim int": torch.tensor(-42),
    "0-dim bool": torch.tensor(True),
    "0-dim nan": torch.tensor(nan),
    "0-dim tiny": torch.tensor(1e-20),
    "0-dim half": torch.tensor(0.1, dtype=f16),
    "ints": torch.tensor([1, 2, 300]),
    "negative ints": torch.tensor([[1, -2], [-300, 4]]),
    "int64 extremes": torch.tensor([2**63 - 1, -(2**63), 0]),
    "int32": torch.tensor([1, 2], dtype=torch.int32),
    "uint8": torch.arange(10, dtype=torch.uint8).reshape(2, 5),
    "int8 and int16": torch.tensor([-128, 127], dtype=torch.int8),
    "bool": torch.tensor([[True, False], [False, False]]),
    "whole floats": torch.tensor([1.0, 20.0, -300.0]),
    "zeros": torch.zeros(2, 3),
    "minus zero": torch.tensor([-0.0, 0.0]),
    "minus zero among decimals": torch.tensor([-0.0, 0.5, -1.25]),
    "decimals": torch.tensor([0.1, 0.25, -3.75]),
    "ties": torch.tensor([0.03125, 0.09375, -0.15625, 2.5]),
    "ties, scientific": torch.tensor([1.03125, 1000050.0, 3.0]),
    "whole ties, scientific": torch.tensor([100005.0, 100015.0, 1.0], dtype=f64),
    "mixed magnitudes": torch.tensor([0.001, 1.0, 10.0]),
    "mixed beyond 1000": torch.tensor([0.001, 1.5, 100.0]),
    "small": torch.tensor([0.00009, 0.00002]),
    "large": torch.tensor([1e9, 2.5e9]),
    "large whole": torch.tensor([123456789.0, 987654321.0]),
    "whole beyond 1000": torch.tensor([1.0, 5000.0, -2.0]),
    "huge and denormal": torch.tensor([1e308, 5e-324], dtype=f64),
    "nan and inf, decimals": torch.tensor([nan, inf, -inf, 0.5]),
    "nan and inf, whole": torch.tensor([nan, inf, -inf, 1.0, 1000.0]),
    "nan and inf, scientific": torch.tensor([nan, inf, -inf, 1e-9]),
    "only nan": torch.tensor([nan, nan]),
    "zeros and inf": torch.tensor([0.0, inf, -0.0]),
    "half": ramp(6, 2, 3, dtype=f16, scale=8, shift=-4),
    "bfloat16": ramp(6, 2, 3, dtype=bf16, scale=100),
    "double": ramp(5, dtype=f64, scale=10, shift=-5),
    "complex64": torch.complex(ramp(4), ramp(4, scale=-2.0, shift=1.0)),
    "complex128": torch.complex(ramp(4, dtype=f64, scale=1000), ramp(4, dtype=f64, scale=0.001)).reshape(2, 2),
    "complex, nan and whole": torch.complex(torch.tensor([1.0, nan]), torch.tensor([-0.0, inf])),
    "0-dim complex": torch.tensor(1.5 - 2j),
    "empty": torch.tensor([]),
    "empty int64": torch.tensor([], dtype=i64),
    "empty bool": torch.zeros(0, dtype=torch.bool),
    "empty matrix": torch.zeros(0, 3),
    "empty inside": torch.zeros(2, 0, 4, dtype=f64),
    "wraps at 80 columns": ramp(40, scale=2, shift=-1),
    "ints wrap": torch.arange(100),
    "wide rows": ramp(60, 2, 30, scale=100),
    "wide rows, complex": torch.complex(ramp(24), ramp(24, shift=-0.5)).reshape(2, 12),
    "1000 elements": torch.arange(1000),
    "1001 elements": torch.arange(1001),
    "summarised matrix": ramp(40 * 50, 40, 50),
    "summarised, short side": ramp(4 * 500, 4, 500, scale=1e5),
    "summarised volume": ramp(10 * 11 * 12, 10, 11, 12, scale=2, shift=-1),
    "summarised by the hidden": torch.cat([torch.ones(3), torch.full((2000,), 1e-9), torch.ones(3)]),
    "summarised bool": torch.arange(1200).reshape(30, 40) % 3 == 0,
    "high rank": torch.arange(32).reshape(2, 1, 2, 2, 2, 2),
    "video batch": ramp(2 * 3 * 4 * 6 * 6, 2, 3, 4, 6, 6),
    "requires grad": torch.tensor([1.5, 2.5], requires_grad=True),
    "requires grad, double": torch.tensor([1.5], dtype=f64, requires_grad=True),
    "suffix on a line of its own": ramp(9, dtype=f64).requires_grad_(),
    "two suffixes that just fit": ramp(7, dtype=f16, scale=10).requires_grad_(),
    "suffixes after summary": ramp(2000, dtype=f16).requires_grad_(),
}


def as_bytes(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    if flat.dtype == bf16:
        flat = flat.view(torch.int16)
    return base64.b64encode(flat.numpy().tobytes()).decode()


def describe(name, tensor):
    return {
        "name": name,
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "bytes": as_bytes(tensor),
        "requiresGrad": tensor.requires_grad,
        "text": str(tensor),
    }


path = os.path.join(os.path.dirname(__file__), "..", "golden", "print.json")
cases = [describe(name, tensor) for name, tensor in CASES.items()]
with open(path, "w") as file:
    json.dump({"torch": torch.__version__, "cases": cases}, file, indent=1)
    file.write("\n")
print(f"{os.path.normpath(path)}: {len(cases)} cases")
