"""Zipser and Andersen's perceptron in eager PyTorch: batches of 25 in fixed order, SGD; the job names the epochs."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)  # batches of 25 gain nothing from a second thread, and wait for it


def code(positions):
    centres = np.arange(8) * 10 - 40
    along = np.exp(-4 * ((positions[..., None] - centres) / 15) ** 2)
    return (along[:, 1, :, None] * along[:, 0, None, :]).reshape(len(positions), 64)


def train(epochs):
    torch.manual_seed(0)
    retinal, head = np.random.default_rng(0).uniform(-40, 40, (2, 9500, 2))
    inputs = torch.tensor(np.hstack([code(retinal), (head - retinal) / 80]), dtype=torch.float32)
    targets = torch.tensor(code(head), dtype=torch.float32)
    network = nn.Sequential(nn.Linear(66, 16), nn.Sigmoid(), nn.Linear(16, 64), nn.Sigmoid())
    for layer in (network[0], network[2]):
        nn.init.zeros_(layer.bias)
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-2)
    loss_of = nn.BCELoss(reduction="sum")
    error = 0.0
    for _ in range(epochs):
        error = torch.zeros(())
        for x, y in zip(inputs.split(25), targets.split(25), strict=True):
            optimiser.zero_grad()
            output = network(x)
            loss = loss_of(output, y) / 25
            loss.backward()
            optimiser.step()
            error += ((output.detach() - y) ** 2).sum()
    return float(error) / len(inputs)


for line in sys.stdin:
    epochs = int(line.strip() or 1)
    started = time.perf_counter()
    error = train(epochs)
    print(json.dumps({"seconds": time.perf_counter() - started, "error": error}), flush=True)
