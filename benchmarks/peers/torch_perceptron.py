"""The published network that decodes orientation, trained by full-batch gradient descent in eager PyTorch."""

import json
import sys
import time

import numpy as np
import torch

torch.set_num_threads(2)
HIDDEN, STEPS, RATE = 200, 50, 1e-4

for line in sys.stdin:
    data = np.load(line.strip())
    x, y = torch.as_tensor(data["x"]), torch.as_tensor(data["y"])
    started = time.perf_counter()
    network = torch.nn.Sequential(torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = torch.nn.functional.mse_loss(network(x), y)
        loss.backward()
        optimiser.step()
    print(json.dumps({"seconds": time.perf_counter() - started, "loss": float(loss.detach())}), flush=True)
