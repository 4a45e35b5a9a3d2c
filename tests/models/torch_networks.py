"""Networks of PyTorch for tests: a ResNet-18 without weights of others, and one with every oddity of layers."""

import torch
from torch import nn


class Block(nn.Module):
    """A basic residual block (He et al. 2016)."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride > 1 or channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    """The layers of torchvision's resnet18, under the same names."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for i, (channels, out) in enumerate(((64, 64), (64, 128), (128, 256), (256, 512)), 1):
            stride = 1 if i == 1 else 2
            setattr(self, f"layer{i}", nn.Sequential(Block(channels, out, stride), Block(out, out, 1)))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


class Odd(nn.Module):
    """A ReLU in place that is called three times, a list of modules, tuples, dictionaries, noise, an unused layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.blocks = nn.ModuleList([nn.Conv2d(4, 4, 3), nn.Conv2d(4, 2, 3)])
        self.lstm = nn.LSTM(2, 5, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.unused = nn.Linear(2, 2)
        self.unused.eval()

    def forward(self, x: torch.Tensor) -> dict[str, object]:
        x = self.relu(self.norm(self.conv(x)))
        for block in self.blocks:
            x = self.relu(block(x))
        steps, _ = self.lstm(self.drop(x).flatten(2).mT)
        return {"last": steps[:, -1], "noisy": (x.mean((2, 3)) + torch.randn(2), None), "half": x.half()}
