"""Figures of ``encode-v1``."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ... import plots
from ...report import Picture
from ...stimuli import filter_bank
from .names import BEST, CONVOLUTION, ENERGY, FITTED, NETWORKS, NO_LEARNING

if TYPE_CHECKING:
    from .encode_v1_result import EncodeV1Result

NEURONS = 6
"""Neurons whose predictions are drawn."""
FOLDS = 3
"""Folds whose filters are drawn."""


def pictures(found: "EncodeV1Result") -> Iterator[Picture]:
    """Return the pictures, in the order of the page."""
    comparison, data = found.comparison, found.data
    table = found.table.dropna(subset="mean")
    dots = {
        model: np.array([np.median(seed[comparison.kept]) for seed in comparison.score[i]])
        for i, model in enumerate(comparison.models)
        if model[1] in NETWORKS
    }
    yield Picture(
        "models",
        lambda: plots.similarity_bars(table, measure=f"median {found.measure}", dots=dots),
        "How much does each model explain?",
        f"Median {found.measure} over neurons. Lines: 95 % interval for {comparison.held_for}. White dots: seeds.",
        f"Bars of the median {found.measure} of every model, with intervals.",
    )
    pairs = {
        "trained and untrained networks": ((BEST, NETWORKS[1]), (BEST, NETWORKS[0])),
        "fitted model and orientation energy": ((ENERGY, NO_LEARNING), (CONVOLUTION, FITTED)),
    }
    score = dict(zip(comparison.models, comparison.score.mean(axis=1), strict=True))
    panels = {
        title: {", ".join(model): score[model][comparison.kept] for model in pair} for title, pair in pairs.items()
    }
    yield Picture(
        "neurons",
        partial(plots.unit_scatter, panels, measure=found.measure),
        "Is it the same for all neurons?",
        f"A dot for each neuron that can be judged: {found.measure} of one model against another, mean over seeds. On "
        "the line both explain the same. Values above 1 are estimates without bias of noisy neurons.",
        "Scatter plots of what two models explain of each neuron.",
    )
    i = comparison.models.index((CONVOLUTION, FITTED))
    kept = np.flatnonzero(comparison.kept)
    order = kept[np.argsort(comparison.score[i, 0, kept])]
    units = order[np.linspace(len(order) - 1, 0, min(NEURONS, len(order))).round().astype(int)]
    lines = {name: values[:, units] for name, values in found.predicted.items()}
    yield Picture(
        "tuning",
        partial(
            plots.predicted_tuning,
            data.angles,
            data.measured[:, units],
            lines,
            titles=[f"neuron {unit + 1}: {comparison.score[i, 0, unit]:.2f}".replace("-", "−") for unit in units],
        ),
        "What do the predictions look like?",
        "Dots: measured mean responses. Lines: predictions of responses that were held out. The neurons are those with "
        f"the largest to the smallest {found.measure} of the convolutional model, at equal steps of rank; it stands "
        "above each.",
        "Measured and predicted responses of some neurons to every orientation.",
    )
    fits = found.fits[:FOLDS]
    yield Picture(
        "filters",
        partial(
            plots.filter_change,
            filter_bank(len(fits[0].filters), fits[0].filters.shape[-1], zero_mean=True),
            [fit.filters.astype(np.float32) for fit in fits],
            [f"fold {n + 1}" for n in range(len(fits))],
        ),
        "What do the filters learn?",
        "Filters of the convolutional model: the published bank, and after the fit to all neurons without the "
        "orientations of one fold.",
        "Grids of filter weights before the fit and after it.",
    )
