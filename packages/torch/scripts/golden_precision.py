"""Writes golden/optim/grad-scaler.safetensors (`golden_precision.py scaler`; needs torch 2.3 or newer, whose GradScaler runs on
a CPU) and golden/nn/autocast.safetensors (`golden_precision.py autocast`): steps of scaled training, and a small 3D network in
bfloat16 with its gradients, as PyTorch makes them. Run by hand like golden_nn.py."""
import os
import sys

import torch
from torch import nn

from golden_file import write

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden")
SHAPES = [[4, 3], [3]]
INF, NAN = float("inf"), float("nan")
# What spoils a gradient at each step, if anything: twice in a row, in the middle of a growth interval, at its end.
SPOILT = [None, None, None, INF, None, None, NAN, -INF, None, None, None, None, None, INF, None, None, None]
SETTINGS = [dict(initial=8.0, growth=2.0, backoff=0.5, interval=3), dict(initial=1024.0, growth=1.5, backoff=0.25, interval=2),
            dict(initial=2.0 ** 126, growth=4.0, backoff=0.5, interval=1)]


class Descent:
    """Of an optimizer what GradScaler asks for, without the packages that torch.optim wants."""

    def __init__(self, params):
        self.param_groups = [{"params": params}]

    def step(self):
        with torch.no_grad():
            for param in self.param_groups[0]["params"]:
                param.sub_(param.grad * 0.1)


def write_scaler():
    torch.manual_seed(3)
    tensors = {f"start.{i}": torch.randn(shape) for i, shape in enumerate(SHAPES)}
    for number, settings in enumerate(SETTINGS):
        scaler = torch.amp.GradScaler("cpu", init_scale=settings["initial"], growth_factor=settings["growth"],
                                      backoff_factor=settings["backoff"], growth_interval=settings["interval"])
        params = [tensors[f"start.{i}"].clone().requires_grad_() for i in range(len(SHAPES))]
        optimizer = Descent(params)
        rows = []
        for step, spoilt in enumerate(SPOILT):
            weights = [torch.randn(shape) for shape in SHAPES]
            for param in params:
                param.grad = None
            loss = sum((param * weight).sum() for param, weight in zip(params, weights))
            scaled = scaler.scale(loss)
            scaled.backward()
            if spoilt is not None:
                params[step % 2].grad.view(-1)[1] = spoilt
            for i, param in enumerate(params):
                tensors[f"{number}.{step}.weight.{i}"] = weights[i]
                tensors[f"{number}.{step}.scaled.{i}"] = param.grad.clone()
            scaler.unscale_(optimizer)
            finite = all(param.grad.isfinite().all() for param in params)
            for i, param in enumerate(params):
                tensors[f"{number}.{step}.unscaled.{i}"] = param.grad.clone()
            scaler.step(optimizer)
            scaler.update()
            for i, param in enumerate(params):
                tensors[f"{number}.{step}.after.{i}"] = param.detach().clone()
            state = scaler.state_dict()
            rows.append([scaled.item(), finite, state["scale"], state["_growth_tracker"]])
        tensors[f"{number}.states"] = torch.tensor(rows, dtype=torch.float64)
    cases = {"settings": SETTINGS, "spoilt": [value is not None for value in SPOILT]}
    write(os.path.join(GOLDEN, "optim", "grad-scaler.safetensors"), tensors, cases)


def write_autocast():
    torch.manual_seed(4)
    net = nn.Sequential(
        nn.Conv3d(3, 4, (2, 3, 3)), nn.BatchNorm3d(4), nn.LeakyReLU(), nn.MaxPool3d(2), nn.Flatten(),
        nn.Linear(4 * 2 * 2 * 2, 6), nn.ReLU(), nn.Linear(6, 3))
    tensors = {f"before.{name}": tensor.clone() for name, tensor in net.state_dict().items()}
    clips, labels = torch.randn(4, 3, 5, 6, 6), torch.randint(3, [4])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = net(clips)
    loss = nn.functional.cross_entropy(logits.float(), labels)
    loss.backward()
    full = nn.functional.cross_entropy(net(clips), labels)
    tensors |= {"clips": clips, "labels": labels, "logits": logits.float(), "loss": loss, "full.loss": full}
    tensors |= {f"grad.{name}": param.grad for name, param in net.named_parameters()}
    write(os.path.join(GOLDEN, "nn", "autocast.safetensors"), tensors, {"logits": str(logits.dtype)})


if __name__ == "__main__":
    torch.set_num_threads(1)
    {"scaler": write_scaler, "autocast": write_autocast}[sys.argv[1]]()
