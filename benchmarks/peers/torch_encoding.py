"""The published optimisation of the convolutional encoding model, in eager PyTorch; a line is the path of the data.

Full-batch SGD with learning rate 2 and momentum 0.9, 200 iterations of the mean squared error plus 5e-4 Σ w² and
1e-6 Σ |w| over the weights of the read-out (Neuromatch Academy W1D5). The losses on the test responses, without the
penalties, are saved beside the data.
"""

import json
import sys
import time

import numpy as np
import torch

ITERATIONS, RATE, MOMENTUM, L2, L1 = 200, 2.0, 0.9, 5e-4, 1e-6

torch.set_num_threads(2)
for line in sys.stdin:
    path = line.strip()
    with np.load(path) as held:
        images, train, test, bank = (
            torch.tensor(held[name], dtype=torch.float32) for name in ("images", "train", "test", "bank")
        )
    started = time.perf_counter()
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(1, len(bank), bank.shape[-1], padding=bank.shape[-1] // 2)
    readout = torch.nn.Linear(len(bank) * images[0].numel(), train.shape[1])
    with torch.no_grad():
        convolution.weight.copy_(bank[:, None])
        convolution.bias.zero_()
        torch.nn.init.normal_(readout.weight, std=0.01)
    parameters = [*convolution.parameters(), *readout.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM)
    losses = []
    for _ in range(ITERATIONS):
        optimiser.zero_grad()
        predicted = readout(torch.relu(convolution(images[:, None])).flatten(1))
        w = readout.weight
        loss = torch.nn.functional.mse_loss(predicted, train) + L2 * w.square().sum() + L1 * w.abs().sum()
        loss.backward()
        optimiser.step()
        losses.append(float(torch.nn.functional.mse_loss(predicted.detach(), test)))
    seconds = time.perf_counter() - started
    np.save(f"{path}.losses.npy", np.array(losses))
    print(json.dumps({"seconds": seconds}), flush=True)
