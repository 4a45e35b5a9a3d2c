"""How networks learned their tasks, and what became of their filters."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ... import plots
from ...runs import Run
from ...stimuli import filter_bank
from ...tasks import VISUAL_TASKS
from .networks import Networks, OrientationNetworks

PUBLISHED_LOSS = {5: 4.10e-1, 10: 5.17e-2, 15: 1.32e-2, 20: 2.28e-3, 25: 8.08e-5}
"""Loss on the last mini-batch of these epochs, as Neuromatch Academy W1D5 printed it for one seed."""


def draw_training(options: OrientationNetworks, run: Run, networks: Mapping[str, Networks]) -> None:
    """Draw the losses of every task and the filters of two networks each; save the losses."""
    published = {"tilt": PUBLISHED_LOSS} if options.is_published() and "tilt" in networks else {}
    accuracy = {name: {n: x.mean() for n, x in found.accuracy.items()} for name, found in networks.items()}
    shares = "; ".join(f"{name} {x['trained']:.3f} (untrained {x['untrained']:.3f})" for name, x in accuracy.items())
    run.figure(
        "training",
        plots.training_curves(
            {name: found.loss for name, found in networks.items()},
            units={
                name: "nats" if VISUAL_TASKS[name][0].readout == "sigmoid" else "squared error" for name in networks
            },
            published=published,
        ),
        title="Learning the task" + "s" * (len(networks) > 1),
        caption="Mean loss over each epoch."
        + (" Crosses: one seed, last mini-batch, as published by Neuromatch Academy." if published else "")
        + f" Accuracy on fresh trials: {shares}.",
        alt="Training loss against epoch on a logarithmic axis, one line per seed.",
    )
    kernels = {}
    for name, found in networks.items():
        if (convolution := found.variants["trained"].conv) is not None:
            shown = np.asarray(convolution.kernels)[: 2 if len(networks) == 1 else 1]
            kernels |= {f"{name}, seed {i}": kernel for i, kernel in enumerate(shown)}
    if kernels:
        run.figure(
            "filters",
            plots.filter_change(filter_bank(), list(kernels.values()), list(kernels)),
            title="Filters before and after training",
            caption="The filter bank (two centre-surround, four Gabor filters), and what training made of it.",
            alt="Six 7 by 7 pixel filters in red and blue, before training and after it.",
        )
    for name, found in networks.items():
        seeds = [f"seed {seed}" for seed in found.loss["seed"].values]
        loss = pd.DataFrame(found.loss.transpose("update", "seed").values, columns=seeds)
        loss.insert(0, "epoch", found.loss["epoch"].values)
        part = f"_{name}" if len(networks) > 1 else ""
        run.table(f"training_loss{part}", loss, caption=f"Loss of every mini-batch of {name}, a column per seed.")
