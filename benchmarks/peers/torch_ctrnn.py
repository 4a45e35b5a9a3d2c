"""A CTRNN trained in eager PyTorch on fresh trials of perceptual decisions; a job is "steps,batch,updates".

The published loop: Adam 1e-2, cross-entropy, noise outside the rectifier, trials drawn with tensor operations.
"""

import json
import math
import sys
import time

import torch
from torch import nn

torch.set_num_threads(2)
DT, TAU, SIGMA, UNITS = 20, 100, 0.1, 64
COHERENCES = torch.tensor([0, 6.4, 12.8, 25.6, 51.2])
FIXATION = DECISION = 5


class CTRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.input = nn.Linear(3, UNITS, bias=False)
        self.recurrent = nn.Linear(UNITS, UNITS)
        self.output = nn.Linear(UNITS, 3)

    def forward(self, x):
        alpha = DT / TAU
        h = torch.zeros(x.shape[1], UNITS)
        states = []
        driven = self.input(x)
        for drive in driven:
            noise = SIGMA * math.sqrt(2 * alpha) * torch.randn_like(h)
            h = (1 - alpha) * h + alpha * torch.relu(drive + self.recurrent(h)) + noise
            states.append(h)
        return self.output(torch.stack(states))


def trials(steps, batch):
    choice = torch.randint(0, 2, (batch,))
    coherence = COHERENCES[torch.randint(0, 5, (batch,))]
    side = coherence / 200 * (1.0 - 2.0 * choice)
    x = torch.zeros(steps, batch, 3)
    x[:-DECISION, :, 0] = 1
    evidence = 0.5 + torch.stack([side, -side], -1)
    shown = steps - FIXATION - DECISION
    x[FIXATION:-DECISION, :, 1:] = evidence + 0.3 / math.sqrt(DT) * torch.randn(shown, batch, 2)
    y = torch.zeros(steps, batch, dtype=torch.long)
    y[-DECISION:] = choice + 1
    return x, y


def train(steps, batch, updates):
    network = CTRNN()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    loss_of = nn.CrossEntropyLoss()
    for _ in range(updates):
        x, y = trials(steps, batch)
        optimiser.zero_grad()
        loss = loss_of(network(x).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()


for line in sys.stdin:
    steps, batch, updates = map(int, line.split(","))
    torch.manual_seed(0)
    started = time.perf_counter()
    train(steps, batch, updates)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
