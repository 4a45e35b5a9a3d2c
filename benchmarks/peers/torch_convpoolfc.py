"""One ConvPoolFC trained in eager PyTorch: 25 epochs on 1000 gratings, batches of 100, SGD with momentum."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(2)


def gratings(angles):
    column, row = np.meshgrid(np.arange(64) * 10 / 28, np.arange(48) * 10 / 28)
    theta = np.deg2rad(angles)[:, None, None]
    return (np.cos(column * np.cos(theta) + row * np.sin(theta)) > 0).astype(np.float32)


def train(seed):
    torch.manual_seed(seed)
    angles = np.random.default_rng(seed).uniform(-90, 90, 1000)
    inputs = torch.tensor(gratings(angles))[:, None]
    labels = torch.tensor((angles > 0).astype(np.float32))[:, None]
    network = nn.Sequential(
        nn.Conv2d(1, 6, 7, padding=3),
        nn.ReLU(),
        nn.MaxPool2d(8),
        nn.Flatten(),
        nn.Linear(288, 10),
        nn.ReLU(),
        nn.Linear(10, 1),
        nn.Sigmoid(),
    )
    optimiser = torch.optim.SGD(network.parameters(), lr=5e-4, momentum=0.99)
    loss_of = nn.BCELoss()
    for _ in range(25):
        order = torch.randperm(1000)
        for start in range(0, 1000, 100):
            chosen = order[start : start + 100]
            optimiser.zero_grad()
            loss = loss_of(network(inputs[chosen]), labels[chosen])
            loss.backward()
            optimiser.step()


for seed, _ in enumerate(sys.stdin):
    started = time.perf_counter()
    train(seed)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
