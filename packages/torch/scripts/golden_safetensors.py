"""Writes golden/serialize/reference.safetensors with the reference implementation: every dtype, names that sort
differently as UTF-16 and as UTF-8, an empty and a zero-dimensional tensor, metadata. Run by hand with any Python that
has safetensors (0.8.0 made the committed file)."""
import os

import numpy
import safetensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "serialize")
SIZES = dict(bool=1, uint8=1, int8=1, float8_e5m2=1, float8_e4m3fn=1, int16=2, uint16=2, float16=2, bfloat16=2,
             int32=4, uint32=4, float32=4, complex64=8, float64=8, int64=8, uint64=8)


ALIVE = []


def entry(dtype, shape):
    count = SIZES[dtype]
    for size in shape:
        count *= size
    data = numpy.array([(7 * i + len(dtype)) % (2 if dtype == "bool" else 251) for i in range(count)], dtype="uint8")
    ALIVE.append(data)
    return safetensors.TensorSpec(dtype=dtype, shape=shape, data_ptr=data.ctypes.data, data_len=count)


tensors = {f"all.{dtype}": entry(dtype, [2, 3]) for dtype in SIZES}
tensors.update({"scalar": entry("float32", []), "empty": entry("float32", [0, 3]), "手势": entry("uint8", [1]),
                "\uffee": entry("uint8", [2]), "🖐": entry("uint8", [3]), 'quote" \\ \n': entry("uint8", [4])})
path = os.path.join(FOLDER, "reference.safetensors")
with open(path, "wb") as file:
    file.write(safetensors.serialize(tensors, {"format": "pt"}))
print(path, safetensors.__version__, len(tensors), "tensors")
