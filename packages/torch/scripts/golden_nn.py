"""Writes golden/nn: outputs and gradients of every layer and loss, and freshly initialised layers, as PyTorch makes
them. Run by hand with the first Python that can import torch 1.13 (Debian: /usr/bin/python3 golden_nn.py); the files
are committed and the tests need no Python.

A case names a class of torch.nn, which is also the name of ours, its positional arguments and its options in our
spelling (camelCase), so that one table serves both sides. Shapes are as small as shows every code path."""
import os
import re

import torch
from torch import nn

from golden_file import write

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden", "nn")


def case(layer, *args, inputs, train=True, seed=None, **options):
    """inputs: shapes (float32, normal), {"shape", "below"} for int64 indices, or a list of these for a nested state."""
    return {"layer": layer, "args": list(args), "options": options, "inputs": inputs, "train": train, "seed": seed}


def index(below, *shape):
    return {"shape": list(shape), "below": below}


def unit(*shape):
    """Values in [0, 1): targets of a binary cross-entropy."""
    return {"shape": list(shape), "unit": True}


def vector(*values):
    return {"vector": list(values)}


CLIP, IMAGE, SIGNAL = [2, 4, 4, 5, 6], [2, 4, 7, 8], [2, 4, 9]

CASES = [
    case("Linear", 5, 3, inputs=[[4, 5]]),
    case("Linear", 5, 3, inputs=[[2, 3, 5]], bias=False),
    case("Conv1d", 4, 6, 3, inputs=[SIGNAL]),
    case("Conv1d", 4, 6, 3, inputs=[SIGNAL], stride=2, padding=2, dilation=2, groups=2),
    case("Conv2d", 4, 6, 3, inputs=[IMAGE]),
    case("Conv2d", 4, 4, [3, 2], inputs=[IMAGE], stride=[2, 1], padding=[1, 0], groups=4),
    case("Conv3d", 4, 3, [2, 3, 3], inputs=[CLIP]),
    case("Conv3d", 4, 3, [2, 3, 3], inputs=[CLIP], padding=1, bias=False),
    case("Conv3d", 4, 6, 2, inputs=[CLIP], stride=[1, 2, 2], padding=[0, 1, 1], dilation=[2, 1, 1], groups=2),
    case("Conv3d", 4, 4, 3, inputs=[CLIP], padding=1, groups=4),
    case("Conv3d", 4, 2, [2, 3, 4], inputs=[CLIP], padding="same"),
    case("BatchNorm1d", 4, inputs=[[6, 4]]),
    case("BatchNorm1d", 4, inputs=[SIGNAL], momentum=0.3, eps=1e-3),
    case("BatchNorm2d", 4, inputs=[IMAGE]),
    case("BatchNorm2d", 4, inputs=[IMAGE], affine=False),
    case("BatchNorm3d", 4, inputs=[CLIP]),
    case("BatchNorm3d", 4, inputs=[CLIP], train=False),
    case("BatchNorm3d", 4, inputs=[CLIP], momentum=None),
    case("BatchNorm3d", 4, inputs=[CLIP], trackRunningStats=False, train=False),
    case("LayerNorm", 7, inputs=[[2, 3, 7]]),
    case("LayerNorm", [3, 7], inputs=[[2, 3, 7]], eps=1e-3),
    case("LayerNorm", [3, 7], inputs=[[2, 3, 7]], elementwiseAffine=False),
    case("ReLU", inputs=[[3, 7]]),
    case("LeakyReLU", inputs=[[3, 7]]),
    case("LeakyReLU", 0.2, inputs=[[3, 7]]),
    case("GELU", inputs=[[3, 7]]),
    case("GELU", inputs=[[3, 7]], approximate="tanh"),
    case("SiLU", inputs=[[3, 7]]),
    case("Sigmoid", inputs=[[3, 7]]),
    case("Tanh", inputs=[[3, 7]]),
    case("Softmax", 1, inputs=[[3, 7]]),
    case("LogSoftmax", -1, inputs=[[3, 7]]),
    case("Dropout", 0.4, inputs=[[4, 9]], seed=3),
    case("Dropout", 0.4, inputs=[[4, 9]], train=False),
    case("Dropout1d", 0.4, inputs=[SIGNAL], seed=3),
    case("Dropout2d", 0.4, inputs=[IMAGE], seed=3),
    case("Dropout3d", 0.4, inputs=[CLIP], seed=3),
    case("MaxPool1d", 2, inputs=[SIGNAL]),
    case("MaxPool2d", 2, inputs=[IMAGE]),
    case("MaxPool2d", [3, 2], inputs=[IMAGE], stride=1, padding=1, dilation=[1, 2]),
    case("MaxPool3d", 2, inputs=[CLIP]),
    case("MaxPool3d", [1, 2, 3], inputs=[CLIP], stride=[1, 2, 2], padding=[0, 1, 1], ceilMode=True),
    case("AvgPool1d", 2, inputs=[SIGNAL], stride=3),
    case("AvgPool2d", 2, inputs=[IMAGE]),
    case("AvgPool2d", [3, 2], inputs=[IMAGE], stride=2, padding=1, countIncludePad=False),
    case("AvgPool3d", 2, inputs=[CLIP]),
    case("AvgPool3d", 2, inputs=[CLIP], padding=1, ceilMode=True, divisorOverride=3),
    case("AdaptiveAvgPool1d", 4, inputs=[SIGNAL]),
    case("AdaptiveAvgPool2d", [3, None], inputs=[IMAGE]),
    case("AdaptiveAvgPool3d", 1, inputs=[CLIP]),
    case("AdaptiveAvgPool3d", [2, 3, 4], inputs=[CLIP]),
    case("AdaptiveMaxPool1d", 4, inputs=[SIGNAL]),
    case("AdaptiveMaxPool2d", [3, None], inputs=[IMAGE]),
    case("AdaptiveMaxPool3d", [2, 3, 4], inputs=[CLIP]),
    case("Flatten", inputs=[CLIP]),
    case("Flatten", 2, 3, inputs=[CLIP]),
    case("Identity", inputs=[[3, 7]]),
    case("Embedding", 6, 4, inputs=[index(6, 3, 5)]),
    case("Embedding", 6, 4, inputs=[index(6, 3, 5)], paddingIdx=2),
    case("LSTM", 3, 4, inputs=[[5, 2, 3]]),
    case("LSTM", 3, 4, inputs=[[2, 5, 3], [[4, 2, 4], [4, 2, 4]]], numLayers=2, bidirectional=True, batchFirst=True),
    case("LSTM", 3, 4, inputs=[[5, 2, 3]], numLayers=2, dropout=0.5, seed=3),
    case("GRU", 3, 4, inputs=[[5, 2, 3]], bias=False),
    case("GRU", 3, 4, inputs=[[2, 5, 3], [4, 2, 4]], numLayers=2, bidirectional=True, batchFirst=True),
    case("CrossEntropyLoss", inputs=[[6, 5], index(5, 6)]),
    case("CrossEntropyLoss", inputs=[[6, 5], index(5, 6)], reduction="sum", ignoreIndex=2),
    case("CrossEntropyLoss", inputs=[[6, 5], index(5, 6)], labelSmoothing=0.1),
    case("CrossEntropyLoss", inputs=[[6, 5], index(5, 6)], weight=vector(0.5, 1, 2, 0.1, 3), labelSmoothing=0.2),
    case("CrossEntropyLoss", inputs=[[2, 5, 3], index(5, 2, 3)], reduction="none", weight=vector(1, 2, 3, 4, 5)),
    case("CrossEntropyLoss", inputs=[[6, 5], unit(6, 5)]),
    case("MSELoss", inputs=[[4, 3], unit(4, 3)]),
    case("MSELoss", inputs=[[4, 3], unit(4, 3)], reduction="sum"),
    case("BCEWithLogitsLoss", inputs=[[4, 3], unit(4, 3)]),
    case("BCEWithLogitsLoss", inputs=[[4, 3], unit(4, 3)], posWeight=vector(1, 2, 3), reduction="none"),
    case("BCEWithLogitsLoss", inputs=[[4, 3], unit(4, 3)], weight=vector(0.5, 1, 2), reduction="sum"),
]

FRESH = [
    case("Linear", 5, 3, inputs=[]),
    case("Conv1d", 4, 6, 3, inputs=[], groups=2),
    case("Conv2d", 3, 4, [3, 2], inputs=[]),
    case("Conv3d", 3, 4, [2, 3, 3], inputs=[]),
    case("BatchNorm3d", 4, inputs=[]),
    case("LayerNorm", [2, 3], inputs=[]),
    case("Embedding", 6, 4, inputs=[], paddingIdx=1),
    case("LSTM", 3, 4, inputs=[], numLayers=2, bidirectional=True),
    case("GRU", 3, 4, inputs=[], bias=False),
]

INITIALIZERS = {
    "uniform_": lambda t: nn.init.uniform_(t, -2.0, 3.0),
    "normal_": lambda t: nn.init.normal_(t, 1.0, 2.0),
    "constant_": lambda t: nn.init.constant_(t, 0.25),
    "kaimingUniform_": lambda t: nn.init.kaiming_uniform_(t, nonlinearity="relu"),
    "kaimingNormal_": lambda t: nn.init.kaiming_normal_(t, a=0.1, mode="fan_out"),
    "xavierUniform_": lambda t: nn.init.xavier_uniform_(t, gain=nn.init.calculate_gain("tanh")),
    "xavierNormal_": lambda t: nn.init.xavier_normal_(t),
}


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def build(spec):
    def value(v):
        return torch.tensor(v["vector"], dtype=torch.float32) if isinstance(v, dict) else tuple(v) if isinstance(v, list) else v

    options = {snake(name): value(v) for name, v in spec["options"].items()}
    return getattr(nn, spec["layer"])(*map(value, spec["args"]), **options)


def draw(spec):
    if isinstance(spec, dict):
        if "below" in spec:
            return torch.randint(spec["below"], spec["shape"])
        return torch.rand(spec["shape"])
    if spec and isinstance(spec[0], list):
        return tuple(draw(part) for part in spec)
    return torch.randn(spec).requires_grad_()


def leaves(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [leaf for part in value for leaf in leaves(part)]


def shake(module):
    """Moves affine parameters and running statistics away from their trivial start (ones and zeros)."""
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.dtype == torch.float32 and tensor.ndim == 1:
                tensor.add_(torch.rand_like(tensor))


def run(number, spec, tensors):
    torch.manual_seed(100 + number)
    module = build(spec).train(spec["train"])
    if "Loss" not in spec["layer"]:
        shake(module)
    inputs = [draw(part) for part in spec["inputs"]]
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    if spec["seed"] is not None:
        torch.manual_seed(spec["seed"])
    outputs = leaves(module(*inputs))
    cotangents = [torch.randn_like(output) for output in outputs]
    torch.autograd.backward(outputs, cotangents)

    def put(kind, named):
        tensors.update({f"{number}.{kind}.{name}": tensor for name, tensor in named})

    put("input", enumerate(leaves(inputs)))
    put("state", before.items())
    put("output", enumerate(outputs))
    put("cotangent", enumerate(cotangents))
    put("inputGrad", [(i, x.grad) for i, x in enumerate(leaves(inputs)) if x.requires_grad])
    put("grad", [(name, p.grad) for name, p in module.named_parameters()])
    put("after", [(name, b.clone()) for name, b in module.named_buffers()])


def write_layers():
    tensors = {}
    for number, spec in enumerate(CASES):
        run(number, spec, tensors)
    # Whether another build of libtorch draws the same Bernoulli bits from a seed, dropout's golden masks can tell.
    torch.manual_seed(3)
    tensors["bernoulli"] = torch.empty(256).bernoulli_(0.6)
    write(os.path.join(FOLDER, "layers.safetensors"), tensors, CASES)


def write_fresh():
    tensors = {}
    for number, spec in enumerate(FRESH):
        torch.manual_seed(number)
        tensors.update({f"{number}.state.{name}": tensor for name, tensor in build(spec).state_dict().items()})
    for name, fill in INITIALIZERS.items():
        torch.manual_seed(5)
        tensors[name] = fill(torch.empty(4, 3, 2, 2))
    write(os.path.join(FOLDER, "fresh.safetensors"), tensors, FRESH)


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    write_layers()
    write_fresh()
