"""Writes golden/x3d.json and golden/slowfast.json (see golden_cases.py), where narrow twins compute, and checkpoints of such
twins as PyTorchVideo's hub and PySlowFast save them, with the logits that they give in evaluation: golden/hub/*.pyth.

Run by hand with PyTorch 2.13; the tests need no Python.

    python3 golden_slowfast.py [FILE ...]
"""
import os
import sys

import torch

import reference_slowfast as reference
from golden_cases import CLASSES, GOLDEN, case, fill, wave, write

X3D = dict(stem=6, stages=((6, 3), (12, 2)), last=16)
CLIP = [2, 3, 5, 26, 22]
SLOWFAST = dict(width=8, blocks=(1, 2), times=(1, 1, 3))
FAST_CLIP = [2, 3, 8, 34, 38]


def x3d(name):
    return case(name, reference.x3d(CLASSES), reference.x3d(CLASSES, **X3D), CLIP)


def slow(name):
    return case(name, reference.slow(CLASSES), reference.slow(CLASSES, **SLOWFAST), [2, 3, 3, 34, 38])


def slowfast(name, **options):
    full, twin = (reference.SlowFast(CLASSES, **options, **size) for size in ({}, SLOWFAST))
    return case(name, full, twin, FAST_CLIP)


CASES = {
    "x3d": lambda: [x3d("x3d_s")],
    "slowfast": lambda: [slow("slow_r50"), slowfast("slowfast_4x16_r50", alpha=8, kernel=5)],
}


def pyslowfast_name(name, is_x3d):
    """PySlowFast's name of a tensor that PyTorchVideo calls name."""
    block, rest = name.split(".", 2)[1:]
    path = 0
    if rest.startswith("multipathway_fusion"):
        rest = rest.replace("multipathway_fusion.conv_fast_to_slow", "conv_f2s").replace("multipathway_fusion.norm", "bn")
        return f"s{int(block) + 1}_fuse.{rest}"
    if rest.startswith("multipathway_blocks"):
        path, rest = rest.split(".", 2)[1:]
    if rest.startswith("proj"):
        return rest.replace("proj", "head.projection")
    if rest.startswith("pool"):
        for theirs, ours in (("pre_conv", "conv_5"), ("pre_norm", "conv_5_bn"), ("post_conv", "lin_5")):
            rest = rest.replace(f"pool.{theirs}.", f"head.{ours}.")
        return rest
    if not rest.startswith("res_blocks"):
        for theirs, ours in (("conv.conv_t", "conv_xy"), ("conv.conv_xy", "conv"), ("norm", "bn")):
            if rest.startswith(theirs):
                return f"s1.pathway{path}_stem.{ours}{rest[len(theirs):]}"
        return f"s1.pathway{path}_stem.{rest}"
    index, rest = rest.split(".", 2)[1:]
    if is_x3d:
        for theirs, ours in (("norm_b.0", "norm_b"), ("norm_b.1.block.0", "se.fc1"), ("norm_b.1.block.2", "se.fc2")):
            rest = rest.replace(theirs, ours)
    for letter in "abc":
        rest = rest.replace(f"conv_{letter}.", f"{letter}.").replace(f"norm_{letter}.", f"{letter}_bn.")
    rest = rest.replace("branch1_conv", "branch1").replace("branch1_norm", "branch1_bn")
    return f"s{int(block) + 1}.pathway{path}_res{index}.{rest}"


def save(name, model, clip, rename=None):
    """As both write checkpoints: the weights under model_state, beside what a training continues with. Older ones, with
    names of PySlowFast, are in PyTorch's legacy format.
    """
    fill(model.eval())
    with torch.no_grad():
        logits = model(wave(torch.tensor(clip).prod().item(), 3).view(clip).float())
    state = {rename(key) if rename else key: value for key, value in model.state_dict().items()}
    content = {"epoch": 299, "model_state": state, "optimizer_state": {"state": {}}, "cfg": "MODEL: ...", "logits": logits}
    path = os.path.join(GOLDEN, "hub", f"{name}.pyth")
    torch.save(content, path, _use_new_zipfile_serialization=rename is None)
    print(f"{path}: {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    write(CASES)
    if not sys.argv[1:]:
        os.makedirs(os.path.join(GOLDEN, "hub"), exist_ok=True)
        fast = reference.SlowFast(CLASSES, **SLOWFAST)
        save("x3d", reference.x3d(CLASSES, **X3D), CLIP)
        theirs = reference.x3d(CLASSES, **X3D, norm_after_stride=True)
        save("x3d-pyslowfast", theirs, CLIP, lambda name: pyslowfast_name(name, True))
        save("slowfast", fast, FAST_CLIP)
        save("slowfast-pyslowfast", fast, FAST_CLIP, lambda name: pyslowfast_name(name, False))
