"""The container of the golden files: safetensors, written by hand in a few lines so that no package but torch is
needed. Each file holds tensors by name, and its cases as JSON in the metadata under "cases"."""
import json
import struct

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.uint8: "U8"}


def write(path, tensors, cases):
    header = {"__metadata__": {"cases": json.dumps(cases), "torch": torch.__version__}}
    blobs, offset = [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    print(f"{path}: {len(cases)} cases, {len(tensors)} tensors, {offset + len(text) + 8} bytes")
