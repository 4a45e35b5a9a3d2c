"""How networks learned their tasks, and what became of their filters."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...formats import number
from ...report import Finding, Picture, Table
from ...stimuli import filter_bank
from ...tasks import VISUAL_TASKS
from ..shared.orientation_networks import Networks

PUBLISHED_LOSS = {5: 4.10e-1, 10: 5.17e-2, 15: 1.32e-2, 20: 2.28e-3, 25: 8.08e-5}
"""Loss on the last mini-batch of these epochs, as Neuromatch Academy W1D5 printed it for one seed."""
CROSSES = (
    " Crosses: loss on the last mini-batch of an epoch, one seed, as published by Neuromatch Academy; circles: the "
    "same of our seeds."
)


def training_findings(networks: Mapping[str, Networks], *, is_published: bool) -> Iterator[Finding]:
    """Return the losses of every task, the filters of one or two networks each, and the table of the losses."""
    published = {"tilt": PUBLISHED_LOSS} if is_published and "tilt" in networks else {}
    accuracy = {name: {n: number(x.mean()) for n, x in found.accuracy.items()} for name, found in networks.items()}
    shares = "; ".join(f"{name} {x['trained']} (untrained {x['untrained']})" for name, x in accuracy.items())
    yield Picture(
        "training",
        lambda: draw_losses(networks, published),
        title="Learning the task" + "s" * (len(networks) > 1),
        caption=f"Lines: mean loss over each epoch.{CROSSES * bool(published)} Accuracy on fresh trials: {shares}.",
        alt="Training loss against epoch on a logarithmic axis, one line per seed.",
        shows_data=False,
    )
    kernels = trained_kernels(networks)
    if kernels:
        yield Picture(
            "filters",
            lambda: plots.filter_change(filter_bank(), list(kernels.values()), list(kernels)),
            title="Filters before and after training",
            caption="The filter bank (two centre-surround, four Gabor filters), and the filters after training.",
            alt="Six 7 by 7 pixel filters in red and blue, before training and after it.",
            shows_data=False,
        )
    for name, found in networks.items():
        seeds = [f"seed {seed}" for seed in found.loss["seed"].values]
        loss = pd.DataFrame(found.loss.transpose("update", "seed").values, columns=seeds)
        loss.insert(0, "epoch", found.loss["epoch"].values)
        part = f"_{name}" if len(networks) > 1 else ""
        yield Table(f"training_loss{part}", loss, f"Loss of every mini-batch of the task '{name}', a column per seed.")


def draw_losses(networks: Mapping[str, Networks], published: Mapping[str, dict[int, float]]) -> Figure:
    """Draw the loss of every network against the epoch, and the published losses of a task."""
    readouts = {name: VISUAL_TASKS[name].task.readout for name in networks}
    return plots.training_curves(
        {name: found.loss for name, found in networks.items()},
        units={name: "nats" if readout == "sigmoid" else "squared error" for name, readout in readouts.items()},
        published=dict(published),
    )


def trained_kernels(networks: Mapping[str, Networks]) -> dict[str, np.ndarray]:
    """Return the filters of two networks of one task, or of one network of each of several; none without filters."""
    kernels = {}
    for name, found in networks.items():
        if (convolution := found.variants["trained"].conv) is not None:
            shown = np.asarray(convolution.kernels)[: 2 if len(networks) == 1 else 1]
            kernels |= {f"{name}, seed {i}": kernel for i, kernel in enumerate(shown)}
    return kernels
