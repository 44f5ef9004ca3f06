"""X3D, Slow and SlowFast as short PyTorch modules, from the papers, with the names of PyTorchVideo's hub checkpoints."""
import torch
from torch import nn
from torch.nn.functional import relu


def conv(i, o, kernel, stride=(1, 1, 1), groups=1):
    padding = tuple(length // 2 for length in kernel)
    return nn.Conv3d(i, o, kernel, stride, padding, groups=groups, bias=False)


class Excitation(nn.Module):
    """Scales each channel by what the means of all say; an eighth, or more, of the channels in between."""

    def __init__(self, channels):
        super().__init__()
        squeezed = max(8, int(channels / 16 + 4) // 8 * 8)
        if squeezed < 0.9 * channels / 16:
            squeezed += 8
        first, second = nn.Conv3d(channels, squeezed, 1), nn.Conv3d(squeezed, channels, 1)
        self.block = nn.Sequential(first, nn.ReLU(), second, nn.Sigmoid())

    def forward(self, x):
        return x * self.block(x.mean([2, 3, 4], keepdim=True))


class Bottleneck(nn.Module):
    """excite: None for a ResNet's; True or False for X3D's, with or without squeeze-and-excitation."""

    def __init__(self, i, inner, o, time, stride, excite):
        super().__init__()
        wide = excite is not None
        self.conv_a, self.norm_a = conv(i, inner, (1 if wide else time, 1, 1)), nn.BatchNorm3d(inner)
        middle = (time if wide else 1, 3, 3)
        self.conv_b = conv(inner, inner, middle, (1, stride, stride), inner if wide else 1)
        norm = nn.BatchNorm3d(inner)
        self.norm_b = nn.Sequential(norm, Excitation(inner) if excite else nn.Identity()) if wide else norm
        self.act_b = nn.SiLU() if wide else nn.ReLU()
        self.conv_c, self.norm_c = conv(inner, o, (1, 1, 1)), nn.BatchNorm3d(o)

    def forward(self, x):
        x = relu(self.norm_a(self.conv_a(x)))
        x = self.act_b(self.norm_b(self.conv_b(x)))
        return self.norm_c(self.conv_c(x))


class ResBlock(nn.Module):
    def __init__(self, i, inner, o, time, stride, excite, norm_after_stride):
        super().__init__()
        self.branch1_conv = self.branch1_norm = None
        if i != o or stride > 1:
            self.branch1_conv = nn.Conv3d(i, o, 1, (1, stride, stride), bias=False)
            if i != o or norm_after_stride:
                self.branch1_norm = nn.BatchNorm3d(o)
        self.branch2 = Bottleneck(i, inner, o, time, stride, excite)

    def forward(self, x):
        short = x if self.branch1_conv is None else self.branch1_conv(x)
        short = short if self.branch1_norm is None else self.branch1_norm(short)
        return relu(short + self.branch2(x))


class Stage(nn.Module):
    def __init__(self, i, inner, o, blocks, time, stride, excite=None, norm_after_stride=True):
        super().__init__()
        make = lambda n: ResBlock(
            o if n else i, inner, o, time, 1 if n else stride, excite and n % 2 == 0, norm_after_stride
        )
        self.res_blocks = nn.Sequential(*[make(n) for n in range(blocks)])

    def forward(self, x):
        return self.res_blocks(x)


class X3DStem(nn.Module):
    """PyTorchVideo calls the spatial convolution conv_t, and the temporal one conv_xy."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Sequential()
        self.conv.add_module("conv_t", conv(3, channels, (1, 3, 3), (1, 2, 2)))
        self.conv.add_module("conv_xy", conv(channels, channels, (5, 1, 1), groups=channels))
        self.norm = nn.BatchNorm3d(channels)

    def forward(self, x):
        return relu(self.norm(self.conv(x)))


class ProjectedPool(nn.Module):
    def __init__(self, i, inner, o):
        super().__init__()
        self.pre_conv, self.pre_norm = conv(i, inner, (1, 1, 1)), nn.BatchNorm3d(inner)
        self.post_conv = conv(inner, o, (1, 1, 1))

    def forward(self, x):
        x = relu(self.pre_norm(self.pre_conv(x))).mean([2, 3, 4], keepdim=True)
        return relu(self.post_conv(x))


class Head(nn.Module):
    def __init__(self, i, num_classes, pool=None):
        super().__init__()
        if pool is not None:
            self.pool = pool
        self.dropout = nn.Dropout(0.5)
        self.proj = nn.Linear(i, num_classes)

    def forward(self, x):
        x = self.pool(x) if hasattr(self, "pool") else x.mean([2, 3, 4], keepdim=True)
        return self.proj(self.dropout(x.flatten(1)))


class Net(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        return self.blocks(x)


def x3d(num_classes, stem=24, stages=((24, 3), (48, 5), (96, 11), (192, 7)), last=2048, norm_after_stride=False):
    """stages: channels and blocks. PySlowFast has a norm after every shortcut that strides, PyTorchVideo has not."""
    widths = [stem, *[channels for channels, _ in stages]]
    wide = lambda channels: int(2.25 * channels)
    blocks = [
        Stage(i, wide(o), o, count, 3, 2, excite=True, norm_after_stride=norm_after_stride)
        for i, (o, count) in zip(widths, stages)
    ]
    top = widths[-1]
    return Net([X3DStem(stem), *blocks, Head(last, num_classes, ProjectedPool(top, wide(top), last))])


class Stem(nn.Module):
    def __init__(self, channels, time):
        super().__init__()
        self.conv, self.norm = conv(3, channels, (time, 7, 7), (1, 2, 2)), nn.BatchNorm3d(channels)
        self.pool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))

    def forward(self, x):
        return self.pool(relu(self.norm(self.conv(x))))


def pathway(width, times, blocks, lateral):
    """A stem and stages; lateral[n]: channels that the other pathway adds to the input of stage n."""
    outputs = [width, *[4 * width * 2**n for n in range(len(blocks))]]
    stages = [
        Stage(outputs[n] + lateral[n], width * 2**n, outputs[n + 1], count, times[n + 1], 2 if n else 1)
        for n, count in enumerate(blocks)
    ]
    return [Stem(width, times[0]), *stages], outputs


TIMES = (1, 1, 1, 3, 3)


def slow(num_classes, width=64, blocks=(3, 4, 6, 3), times=TIMES):
    stages, outputs = pathway(width, times, blocks, [0] * 4)
    return Net([*stages, Head(outputs[-1], num_classes)])


class FastToSlow(nn.Module):
    def __init__(self, channels, time, alpha):
        super().__init__()
        self.conv_fast_to_slow = conv(channels, 2 * channels, (time, 1, 1), (alpha, 1, 1))
        self.norm = nn.BatchNorm3d(2 * channels)

    def forward(self, paths):
        slow, fast = paths
        return torch.cat([slow, relu(self.norm(self.conv_fast_to_slow(fast)))], 1), fast


class TwoPathways(nn.Module):
    def __init__(self, slow, fast, fusion):
        super().__init__()
        self.multipathway_blocks = nn.ModuleList([slow, fast])
        self.multipathway_fusion = fusion

    def forward(self, paths):
        return self.multipathway_fusion([block(x) for block, x in zip(self.multipathway_blocks, paths)])


class Packed(nn.Module):
    """The slow pathway sees every alpha-th frame, the first and the last among them, as PySlowFast packs a clip."""

    def __init__(self, alpha):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        frames = x.shape[2]
        return x.index_select(2, torch.linspace(0, frames - 1, frames // self.alpha).long()), x


class Pooled(nn.Module):
    def forward(self, paths):
        return torch.cat([x.mean([2, 3, 4], keepdim=True) for x in paths], 1)


class SlowFast(nn.Module):
    def __init__(self, num_classes, alpha=4, kernel=7, width=64, blocks=(3, 4, 6, 3), times=TIMES):
        super().__init__()
        fast, widths = pathway(width // 8, (5, 3, 3, 3, 3), blocks, [0] * 4)
        slow, outputs = pathway(width, times, blocks, [2 * channels for channels in widths])
        fusions = [*[FastToSlow(channels, kernel, alpha) for channels in widths[:-1]], nn.Identity()]
        stages = [TwoPathways(*parts) for parts in zip(slow, fast, fusions)]
        self.pack = Packed(alpha)
        self.blocks = nn.Sequential(*stages, Pooled(), Head(outputs[-1] + widths[-1], num_classes))

    def forward(self, x):
        return self.blocks(self.pack(x))
