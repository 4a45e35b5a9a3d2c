"""A recurrent network of leaky integrate-and-fire units in snnTorch; a job is "steps,batch,units,updates".

One update: run the network, cross-entropy of the leaky readout in every step, back-propagate, Adam.
"""

import json
import sys
import time

import snntorch
import torch
from snntorch import surrogate
from torch import nn

torch.set_num_threads(2)
INPUTS, OUTPUTS = 3, 3


class Network(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.input = nn.Linear(INPUTS, units)
        self.units = snntorch.RLeaky(
            beta=0.78, linear_features=units, all_to_all=True, spike_grad=surrogate.fast_sigmoid(slope=10)
        )
        self.readout = nn.Linear(units, OUTPUTS)

    def forward(self, x):
        spike, v = self.units.init_rleaky()
        rate = torch.zeros(x.shape[1], self.readout.in_features)
        rates = []
        for drive in self.input(x):
            spike, v = self.units(drive, spike, v)
            rate = 0.95 * rate + 0.05 * spike
            rates.append(rate)
        return self.readout(torch.stack(rates))


def train(steps, batch, units, updates):
    network = Network(units)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    loss_of = nn.CrossEntropyLoss()
    x, y = torch.randn(steps, batch, INPUTS), torch.randint(0, OUTPUTS, (steps, batch))
    for _ in range(updates):
        optimiser.zero_grad()
        loss = loss_of(network(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimiser.step()


for line in sys.stdin:
    steps, batch, units, updates = map(int, line.split(","))
    torch.manual_seed(0)
    started = time.perf_counter()
    train(steps, batch, units, updates)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
