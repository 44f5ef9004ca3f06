"""Networks as short PyTorch modules: what golden_networks.py compares ours with where torchvision has none."""
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck


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
