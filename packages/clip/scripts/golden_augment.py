"""Writes golden/augment.json and golden/rand-augment.json: what torchvision and PIL make of a small picture, for the
tests of clip/.

Run with an interpreter that has torch, torchvision and PIL (Debian: python3-torch, python3-torchvision):
    /usr/bin/python3 packages/clip/scripts/golden_augment.py
The picture is a formula, the same here and in the test, so only results are stored (base64 of uint8 [H, W, 3]).
"""

import base64
import json
import pathlib

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import RandAugment, functional as F
from torchvision.transforms.autoaugment import _apply_op
from torchvision.transforms.functional import InterpolationMode


def picture(height, width):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return Image.fromarray(((x * 7 + y * 13 + c * 29 + (x * y) % 11 * 5) % 256).astype(np.uint8))


def stored(image):
    return base64.b64encode(np.asarray(image).tobytes()).decode()


def affine_cases():
    """RandomAffine of the tutorial (nearest, zeros) and of its ensemble script, then CenterCrop."""
    cases = []
    for size, crop, angle, translate, scale, shear in [
        ((30, 44), 24, 10.0, (0, 0), 1.0, 0.0),
        ((30, 44), 24, -7.3, (4, -3), 1.0, 0.0),
        ((30, 44), 24, 3.1, (-6, 2), 1.1, 4.5),
        ((31, 45), 20, -9.9, (5, 4), 0.9, -5.0),
        ((20, 22), 27, 8.2, (2, 1), 1.0, 0.0),
        ((20, 50), 27, -4.4, (-3, 2), 0.95, 2.0),
    ]:
        for mode in ("nearest", "bilinear"):
            image = F.affine(picture(*size), angle, list(translate), scale, [shear, 0.0], InterpolationMode(mode), 0)
            cases.append(dict(size=size, crop=crop, rotation=angle, translate=translate, scale=scale, shear=shear,
                              mode=mode, out=stored(F.center_crop(image, [crop, crop]))))
    return cases


def crop_cases():
    sizes = [(30, 44, 24, 24), (31, 45, 24, 24), (25, 27, 24, 24), (29, 33, 24, 24), (20, 40, 24, 24),
             (21, 19, 24, 24), (23, 23, 24, 24), (24, 24, 24, 24), (64, 64, 84, 84)]
    return [dict(size=(h, w), crop=(ch, cw), out=stored(F.center_crop(picture(h, w), [ch, cw])))
            for h, w, ch, cw in sizes]


def resize_cases():
    sizes = [(48, 64, 20, 27), (31, 45, 17, 25), (20, 22, 33, 37), (30, 30, 30, 13), (9, 50, 21, 50), (64, 48, 5, 3)]
    return [dict(size=(h, w), to=(th, tw), out=stored(picture(h, w).resize((tw, th), Image.BILINEAR)))
            for h, w, th, tw in sizes]


def operation_cases():
    """Every operation of RandAugment at two magnitudes, both signs, on a picture of muted colours."""
    size = (20, 24)
    image = Image.fromarray((40 + np.asarray(picture(*size)) // 2).astype(np.uint8))
    cases = []
    for name, (magnitudes, signed) in RandAugment()._augmentation_space(31, size).items():
        for magnitude in (9, 25) if magnitudes.ndim > 0 else (9,):
            for sign in (1, -1) if signed else (1,):
                value = sign * float(magnitudes[magnitude] if magnitudes.ndim > 0 else magnitudes)
                out = _apply_op(image, name, value, interpolation=InterpolationMode.BILINEAR, fill=None)
                cases.append(dict(name=name, size=size, level=sign * magnitude / 30, out=stored(out)))
    return cases


def write(name, content):
    path = pathlib.Path(__file__).parent.parent / "golden" / name
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(path, path.stat().st_size, "bytes")


made_by = f"torchvision {torchvision.__version__}, PIL {PIL.__version__}"
write("augment.json", dict(made_by=made_by, affine=affine_cases(), crop=crop_cases(), resize=resize_cases()))
write("rand-augment.json", dict(made_by=made_by, operations=operation_cases()))
