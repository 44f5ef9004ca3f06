"""Writes golden/optim: parameters after each of 20 steps of every optimizer variant, clipped gradients, steps of L-BFGS on
small problems, learning-rate sequences of the schedules, and the training of one small network, as PyTorch makes them. Run
by hand like golden_nn.py. Option names are camelCase here as in the TypeScript that reads them."""
import os

import torch
from torch import nn
from torch.optim import lr_scheduler

from golden_file import write
from golden_nn import snake

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden", "optim")
STEPS = 20
SHAPES = [[4, 3], [3], [2, 1, 2, 2]]
LATE = 2  # the parameter that has no gradient in the first LATE_STEPS steps
LATE_STEPS = 3

OPTIMIZERS = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3, weightDecay=0.01)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weightDecay=0.01)),
    ("Adam", dict()),
    ("Adam", dict(lr=0.01, betas=[0.8, 0.95], eps=1e-6)),
    ("Adam", dict(lr=0.01, weightDecay=0.1)),
    ("Adam", dict(lr=0.01, weightDecay=0.1, amsgrad=True)),
    ("AdamW", dict(lr=0.01)),
    ("AdamW", dict(lr=0.01, weightDecay=0.2, amsgrad=True)),
]
CLIPS = [("clipGradNorm", [0.5]), ("clipGradNorm", [0.5, 1.0]), ("clipGradNorm", [0.5, float("inf")]),
         ("clipGradNorm", [1e6]), ("clipGradValue", [0.3])]


def arguments(options):
    return {snake(name): tuple(v) if isinstance(v, list) else v for name, v in options.items()}


def write_optimizers():
    torch.manual_seed(1)
    tensors = {f"start.{i}": torch.randn(shape) for i, shape in enumerate(SHAPES)}
    # Shrinking gradients, so that AMSGrad's maximum differs from Adam's moving average.
    tensors |= {f"grad.{t}.{i}": torch.randn(s) * 0.8**t for t in range(STEPS) for i, s in enumerate(SHAPES)}
    for number, (name, options) in enumerate(OPTIMIZERS):
        params = [tensors[f"start.{i}"].clone().requires_grad_() for i in range(len(SHAPES))]
        # Two groups, the second with a rate and decay of its own.
        groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.02, "weight_decay": 0.005}]
        optimizer = getattr(torch.optim, name)(groups, **{"lr": 1e-3, **arguments(options)})
        for t in range(STEPS):
            for i, param in enumerate(params):
                skipped = i == LATE and t < LATE_STEPS
                param.grad = None if skipped else tensors[f"grad.{t}.{i}"].clone()
            optimizer.step()
            tensors |= {f"{number}.{t}.{i}": p.detach().clone() for i, p in enumerate(params)}
    for number, (name, args) in enumerate(CLIPS):
        params = [nn.Parameter(tensors[f"start.{i}"].clone()) for i in range(len(SHAPES))]
        for i, param in enumerate(params):
            param.grad = tensors[f"grad.0.{i}"].clone()
        clip = nn.utils.clip_grad_norm_ if name == "clipGradNorm" else nn.utils.clip_grad_value_
        norm = clip(params, *args)
        tensors |= {f"clip.{number}.{i}": p.grad for i, p in enumerate(params)}
        if norm is not None:
            tensors[f"clip.{number}.norm"] = norm
    cases = {"steps": STEPS, "late": LATE, "lateSteps": LATE_STEPS,
             "optimizers": [{"name": n, "options": o} for n, o in OPTIMIZERS],
             "clips": [{"name": n, "args": ["inf" if a == float("inf") else a for a in args]} for n, args in CLIPS]}
    write(os.path.join(FOLDER, "optimizers.safetensors"), tensors, cases)


LBFGS_STEPS = 6
LBFGS = [
    ("regression", dict(lr=0.5, maxIter=5)),
    ("regression", dict(lineSearchFn="strong_wolfe", toleranceGrad=1e-5)),
    ("regression", dict(lineSearchFn="strong_wolfe", maxIter=3, historySize=4)),
    ("batches", dict(lr=0.3, maxIter=2, historySize=3)),
    ("rosenbrock", dict(lr=0.01, maxIter=4)),
    ("rosenbrock", dict(lineSearchFn="strong_wolfe", maxIter=6, maxEval=40)),
    ("rosenbrock", dict(lr=30, lineSearchFn="strong_wolfe", maxIter=4, maxEval=9)),
    ("rosenbrock", dict(lr=0.05, lineSearchFn="strong_wolfe", maxIter=8, historySize=5, toleranceChange=1e-2)),
]


def lbfgs_loss(problem, params, tensors, t):
    """Softmax regression with L2 of `params` [3, 5] and [3], over all or a third of the samples, or Rosenbrock's valley."""
    if problem == "rosenbrock":
        x = torch.cat([p.reshape(-1) for p in params])
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    rows = slice(20 * (t % 3), 20 * (t % 3) + 20) if problem == "batches" else slice(0, 60)
    logits = nn.functional.linear(tensors["inputs"][rows], *params)
    loss = nn.functional.cross_entropy(logits, tensors["targets"][rows])
    return loss + 0.005 * (params[0] ** 2).sum() + 0.005 * (params[1] ** 2).sum()


def write_lbfgs():
    """In float64, so that a line search takes the same decisions; per step the loss, the evaluations and the parameters."""
    torch.manual_seed(3)
    double = dict(dtype=torch.float64)
    tensors = {"inputs": torch.randn(60, 5, **double) * torch.tensor([0.1, 1.0, 1.0, 3.0, 10.0], **double),
               "targets": torch.randint(3, [60]),
               "start.0": torch.randn(3, 5, **double), "start.1": torch.randn(3, **double)}
    for number, (problem, options) in enumerate(LBFGS):
        params = [tensors[f"start.{i}"].clone().requires_grad_() for i in range(2)]
        optimizer = torch.optim.LBFGS(params, **arguments(options))
        steps = []
        for t in range(LBFGS_STEPS):
            evaluations = 0

            def closure():
                nonlocal evaluations
                evaluations += 1
                optimizer.zero_grad()
                loss = lbfgs_loss(problem, params, tensors, t)
                loss.backward()
                return loss

            loss = optimizer.step(closure).item()
            steps.append([loss, evaluations, optimizer.state[params[0]]["n_iter"]])
            tensors |= {f"{number}.{t}.{i}": p.detach().clone() for i, p in enumerate(params)}
        tensors[f"{number}.steps"] = torch.tensor(steps, **double)
    cases = {"steps": LBFGS_STEPS, "runs": [{"name": n, "options": o} for n, o in LBFGS]}
    write(os.path.join(FOLDER, "lbfgs.safetensors"), tensors, cases)


METRICS = [5, 4, 4, 3.9999, 4, 4.1, 4, 4, 4, 3, 3.1, 3.2, 3.3, 3.4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
SCHEDULES = [
    ("constant", dict(), lambda o: lr_scheduler.ConstantLR(o, factor=1)),
    ("stepped", dict(stepSize=4, gamma=0.3), lambda o: lr_scheduler.StepLR(o, 4, 0.3)),
    ("multiStep", dict(milestones=[3, 10, 11], gamma=0.5), lambda o: lr_scheduler.MultiStepLR(o, [3, 10, 11], 0.5)),
    ("cosine", dict(steps=29), lambda o: lr_scheduler.CosineAnnealingLR(o, 29)),
    ("cosine", dict(steps=29, minLr=0.004), lambda o: lr_scheduler.CosineAnnealingLR(o, 29, 0.004)),
    ("oneCycle", dict(steps=30), lambda o: lr_scheduler.OneCycleLR(o, [0.1, 0.02], 30)),
    ("oneCycle", dict(steps=30, startFraction=0.4, anneal="linear", divFactor=10, finalDivFactor=100,
                      cycleMomentum=False),
     lambda o: lr_scheduler.OneCycleLR(o, [0.1, 0.02], 30, pct_start=0.4, anneal_strategy="linear", div_factor=10,
                                       final_div_factor=100, cycle_momentum=False)),
    ("oneCycle", dict(steps=30, threePhase=True, startFraction=0.25, baseMomentum=0.8, maxMomentum=0.9),
     lambda o: lr_scheduler.OneCycleLR(o, [0.1, 0.02], 30, three_phase=True, pct_start=0.25, base_momentum=0.8,
                                       max_momentum=0.9)),
    ("plateau", dict(), lambda o: lr_scheduler.ReduceLROnPlateau(o)),
    ("plateau", dict(factor=0.6, patience=3, minLr=0.006),
     lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.6, patience=3, min_lr=0.006)),
    ("plateau", dict(mode="max", factor=0.5, patience=1, cooldown=2, threshold=0.5, thresholdMode="absolute"),
     lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="max", factor=0.5, patience=1, cooldown=2, threshold=0.5,
                                              threshold_mode="abs")),
    ("warmUp", dict(steps=5, startFactor=0.1, then=dict(name="cosine", options=dict(steps=24))),
     lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, 0.1, 1.0, 5),
                                             lr_scheduler.CosineAnnealingLR(o, 24)], [5])),
]


def rates(make):
    """Per step, each group's learning rate, and the momentum of the first one."""
    params = [nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))]
    optimizer = torch.optim.SGD([{"params": params[:1]}, {"params": params[1:], "lr": 0.02}], lr=0.1, momentum=0.9)
    schedule, rows = make(optimizer), []
    for metric in METRICS:
        rows.append([group["lr"] for group in optimizer.param_groups] + [optimizer.param_groups[0]["momentum"]])
        optimizer.step()
        if len(rows) < len(METRICS):
            schedule.step(*([metric] if isinstance(schedule, lr_scheduler.ReduceLROnPlateau) else []))
    return torch.tensor(rows, dtype=torch.float64)


def write_schedules():
    tensors = {str(number): rates(make) for number, (_, _, make) in enumerate(SCHEDULES)}
    cases = {"metrics": METRICS, "schedules": [{"name": n, "options": o} for n, o, _ in SCHEDULES]}
    write(os.path.join(FOLDER, "schedules.safetensors"), tensors, cases)


def write_training():
    """A small 3D network, its initial weights, ten batches of four clips, and the loss of each AMSGrad step. No bias
    stands before a batch norm: its gradient is zero but for rounding, and Adam makes whole steps of such noise."""
    torch.manual_seed(2)
    net = nn.Sequential(
        nn.Conv3d(3, 4, (2, 3, 3), bias=False), nn.BatchNorm3d(4), nn.LeakyReLU(), nn.MaxPool3d(2), nn.Flatten(),
        nn.Linear(4 * 2 * 2 * 2, 6), nn.SiLU(), nn.Linear(6, 3))
    tensors = {f"before.{name}": tensor.clone() for name, tensor in net.state_dict().items()}
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=1e-3, amsgrad=True)
    losses = []
    for t in range(10):
        clips, labels = torch.randn(4, 3, 5, 6, 6), torch.randint(3, [4])
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(clips), labels, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        tensors |= {f"clips.{t}": clips, f"labels.{t}": labels}
    tensors |= {f"after.{name}": tensor for name, tensor in net.state_dict().items()}
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    write(os.path.join(FOLDER, "training.safetensors"), tensors, {"steps": 10})


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    write_optimizers()
    write_lbfgs()
    write_schedules()
    write_training()
