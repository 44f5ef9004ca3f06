"""Networks as short PyTorch modules: what golden_networks.py compares ours with where torchvision has none."""
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck


def unit(i, o, kernel, norm=True, **options):
    return [nn.Conv3d(i, o, kernel, **options), *([nn.BatchNorm3d(o)] if norm else []), nn.LeakyReLU()]


def block_a(i, o, norm=True):
    first, second = unit(i, o, (2, 3, 3), norm), unit(o, o, (2, 3, 3), norm, padding=1)
    return nn.Sequential(*first, *second, nn.MaxPool3d(2))


def block_b(i, o):
    return nn.Sequential(*unit(i, o, 2, padding=1), *unit(o, o, 2, padding=1), nn.MaxPool3d(2))


class StandingOut(nn.Module):
    """Subtracts what stands still."""

    def forward(self, x):
        return x - x.mean(2, keepdim=True)


class ConvColumn(nn.Module):
    """layers: conv_layer1, conv_layer2, ...; widths: those of the perceptron, its input first."""

    def __init__(self, num_classes, layers, widths, dropout):
        super().__init__()
        self.depth = len(layers)
        for n, layer in enumerate(layers, 1):
            setattr(self, f"conv_layer{n}", layer)
        for n, (i, o) in enumerate(zip(widths, widths[1:])):
            setattr(self, f"fc{n + 5}", nn.Linear(i, o))
            setattr(self, f"batch{n}", nn.BatchNorm1d(o))
        self.fc7 = nn.Linear(widths[-1], num_classes)
        self.hidden = len(widths) - 1
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        for n in range(self.depth):
            x = getattr(self, f"conv_layer{n + 1}")(x)
        x = x.flatten(1)
        for n in range(self.hidden):
            hidden = nn.functional.leaky_relu(getattr(self, f"fc{n + 5}")(x))
            x = self.dropout(getattr(self, f"batch{n}")(hidden))
        return self.fc7(x if self.hidden else self.dropout(x))


def conv_column(name, num_classes, share=1):
    """A column with one share-th of the channels, rounded up."""
    thin = lambda *widths: [-(-width // share) for width in widths]
    a, b = thin(32, 64, 124, 256), thin(32, 64, 124, 256, 512)
    blocks = lambda block, widths, *options: [block(i, o, *options) for i, o in zip([3, *widths], widths)]
    if name == "ConvColumn5":
        last = nn.Conv3d(a[-1], a[-1], (1, 3, 3))
        return ConvColumn(num_classes, [*blocks(block_a, a, False), last], thin(256, 256, 124), 0.15)
    if name == "ConvColumn6":
        last = nn.Conv3d(a[-1], *thin(512), (1, 3, 3))
        return ConvColumn(num_classes, [*blocks(block_a, a), last], thin(512, 512, 256), 0.15)
    if name in ("ConvColumn7", "ConvColumn8"):
        last = nn.Sequential(*unit(b[-1], b[-1], 3, padding=1), nn.MaxPool3d(2))
        dropout = 0.15 if name == "ConvColumn7" else 0.6
        return ConvColumn(num_classes, [*blocks(block_b, b), last], thin(2048, 4096, 4096), dropout)
    if name == "ConvColumn9":
        wide = thin(1024)[0]
        last = nn.Sequential(*unit(b[-1], wide, 2), *unit(wide, wide, (1, 3, 3)))
        return ConvColumn(num_classes, [*blocks(block_b, b), last], thin(1024, 4096, 1024), 0.6)
    assert name == "ConvColumnSmall"
    c1, c2, c3, c4 = thin(16, 32, 64, 128)
    same = {"padding": 1}
    layers = [
        nn.Sequential(StandingOut(), nn.AvgPool3d((1, 2, 2)), *unit(3, c1, 3, stride=(1, 2, 2), **same)),
        nn.Sequential(*unit(c1, c2, 3, stride=(2, 1, 1), **same)),
        nn.Sequential(*unit(c2, c3, 3, stride=(1, 2, 2), **same), *unit(c3, c3, 3, **same)),
        nn.Sequential(*unit(c3, c4, 3, stride=2, **same), *unit(c4, c4, 3, **same)),
        nn.AdaptiveAvgPool3d(1),
    ]
    return ConvColumn(num_classes, layers, thin(128), 0.3)


class Thin(nn.Module):
    """Shortcut A: every second position, and channels of zeros."""

    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x):
        t, h, w = self.stride
        x = x[:, :, ::t, ::h, ::w]
        return torch.cat([x, x.new_zeros(x.shape[0], self.channels - x.shape[1], *x.shape[2:])], 1)


def three(pair):
    """A size along height and width, and the same along time."""
    return (pair[0], *pair) if isinstance(pair, tuple) else (pair,) * 3


def solid(module):
    """Gives torchvision's 2D modules a time axis, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            sizes = {key: three(getattr(child, key)) for key in ("kernel_size", "stride", "padding")}
            setattr(module, name, nn.Conv3d(child.in_channels, child.out_channels, bias=False, **sizes))
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.BatchNorm3d(child.num_features))
        else:
            solid(child)
    return module


def resnet3d(base, num_classes, blocks, bottleneck=False, projection=True):
    """Hara's 3D ResNet: torchvision's 2D one (base), but for the time axis, and stride 1 in time at first."""
    net = solid(base(Bottleneck if bottleneck else BasicBlock, blocks, num_classes=num_classes))
    net.conv1.stride = (1, 2, 2)
    net.maxpool = nn.MaxPool3d(3, 2, 1)
    net.avgpool = nn.AdaptiveAvgPool3d(1)
    if not projection:
        for block in net.modules():
            if getattr(block, "downsample", None) is not None:
                conv = block.downsample[0]
                block.downsample = Thin(conv.out_channels, conv.stride)
    return net


class Standing(nn.Conv3d):
    """Goes on beyond the first and the last frame by repeating them."""

    def forward(self, x):
        t, h, w = self.padding
        x = nn.functional.pad(x, (0, 0, 0, 0, t, t), mode="replicate")
        return nn.functional.conv3d(x, self.weight, None, self.stride, (0, h, w))


def inflated(base, num_classes, blocks, **options):
    """I3D's: as resnet3d, but standing still beyond the clip, and no pooling in time."""
    net = resnet3d(base, num_classes, blocks, **options)
    net.maxpool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
    for module in net.modules():
        if isinstance(module, nn.Conv3d) and module.kernel_size[0] > 1:
            module.__class__ = Standing
    return net


def conv_norm(i, o, kernel, stride=1, groups=1):
    return [nn.Conv3d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm3d(o)]


class Inverted(nn.Module):
    def __init__(self, i, o, expansion, stride):
        super().__init__()
        hidden = round(i * expansion)
        wide = [*conv_norm(i, hidden, 1), nn.ReLU6()] if expansion > 1 else []
        around = [*conv_norm(hidden, hidden, 3, stride, hidden), nn.ReLU6()]
        self.conv = nn.Sequential(*wide, *around, *conv_norm(hidden, o, 1))
        self.same = i == o and stride == 1

    def forward(self, x):
        return x + self.conv(x) if self.same else self.conv(x)


class MobileNet3D(nn.Module):
    """3D-MobileNetV2 with channels multiplied by width, for width <= 1."""

    STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]

    def __init__(self, num_classes, width):
        super().__init__()
        channels = int(32 * width)
        blocks = [nn.Sequential(*conv_norm(3, channels, 3, (1, 2, 2)), nn.ReLU6())]
        for expansion, c, count, stride in self.STAGES:
            for i in range(count):
                blocks.append(Inverted(channels, int(c * width), expansion, stride if i == 0 else 1))
                channels = int(c * width)
        blocks.append(nn.Sequential(*conv_norm(channels, 1280, 1), nn.ReLU6()))
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, num_classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3, 4]))


class Causal(nn.Conv3d):
    """Looks at this frame and those before it; the clip begins after black frames."""

    def __init__(self, i, o, kernel, stride=1, groups=1):
        t, h, w = kernel
        super().__init__(i, o, kernel, (1, stride, stride), (0, h // 2, w // 2), groups=groups, bias=False)

    def forward(self, x):
        return super().forward(nn.functional.pad(x, (0, 0, 0, 0, self.kernel_size[0] - 1, 0)))


class CausalInverted(Inverted):
    def __init__(self, i, o, expansion, stride, time):
        super().__init__(i, o, expansion, stride)
        at = 0 if expansion == 1 else 3
        hidden = self.conv[at].out_channels
        self.conv[at] = Causal(hidden, hidden, (time, 3, 3), stride, hidden)


class CausalMobile(nn.Module):
    """The small streaming network: motion so far, half the size, causal blocks, the mean over all frames."""

    STAGES = [(1, 16, 1, 1, 3), (3, 24, 1, 2, 5), (4, 32, 2, 2, 3), (4, 64, 2, 2, 3)]

    def __init__(self, num_classes):
        super().__init__()
        channels = 16
        blocks = [nn.Sequential(Causal(3, channels, (1, 3, 3), 2), nn.BatchNorm3d(channels), nn.ReLU6())]
        for expansion, c, count, stride, time in self.STAGES:
            for i in range(count):
                blocks.append(CausalInverted(channels, c, expansion, *((stride, time) if i == 0 else (1, 3))))
                channels = c
        blocks.append(nn.Sequential(*conv_norm(channels, 256, 1), nn.ReLU6()))
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(256, num_classes))

    def forward(self, x):
        counts = torch.arange(1, x.shape[2] + 1, dtype=x.dtype).view(-1, 1, 1)
        x = nn.functional.avg_pool3d(x - x.cumsum(2) / counts, (1, 2, 2))
        return self.classifier(self.features(x).mean([2, 3, 4]))
