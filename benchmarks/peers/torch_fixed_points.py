"""Fixed points of a tanh or relu network by joint Adam in eager PyTorch, as fixed-point finders do it.

One optimiser lowers q = ½|f(x)|² of all starts at once, its rate halved where q has stalled, until each |f(x)| is at
most the tolerance. The first rate, 0.1, is the best of 0.01 to 1 that brought every start to its end.
"""

import json
import sys
import time

import numpy as np
import torch

torch.set_num_threads(1)  # two only wait for each other on matrices this small
torch.set_default_dtype(torch.float64)
CHECK = 50


def search(W, b, starts, phi, tolerance, most):
    x = torch.tensor(starts, requires_grad=True)
    optimiser = torch.optim.Adam([x], lr=0.1)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=20)
    for n in range(most):
        optimiser.zero_grad()
        speed = (phi(x @ W.T + b) - x).square().sum(dim=1)
        loss = speed.sum() / 2
        loss.backward()
        optimiser.step()
        if n % CHECK == 0 and speed.detach().sqrt().max() <= tolerance:
            break
        schedule.step(loss.item())
    return n + 1, speed.detach().sqrt()


for line in sys.stdin:
    job = np.load(line.strip())
    W, b = (torch.tensor(job[name]) for name in ("W", "b"))
    phi = torch.tanh if str(job["phi"]) == "tanh" else torch.relu
    started = time.perf_counter()
    n, speed = search(W, b, job["starts"], phi, float(job["tolerance"]), 20_000)
    seconds = time.perf_counter() - started
    found = (speed <= float(job["tolerance"])).double().mean().item()
    print(f"PyTorch: {n} steps, {found:.0%} of the starts", file=sys.stderr)
    print(json.dumps({"seconds": seconds}), flush=True)
