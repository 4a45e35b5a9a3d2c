"""The figures of ``look``."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...report import Picture
from .measures import Decoded, Represented

if TYPE_CHECKING:
    from .look_result import LookResult

MOST_PANELS = 4
"""Columns beyond so many are not drawn."""
MOST_CURVES = 7


def pictures(found: "LookResult") -> Iterator[Picture]:
    """Return every picture."""
    unit = found.unit
    yield Picture(
        "responses",
        partial(draw_responses, found),
        title="What do the units respond to?",
        caption=f"Mean response of every {unit} to each kind of trial, minus the mean of all kinds, in standard "
        f"deviations of its single trials of a kind. In each panel the {unit}s are sorted anew.",
        alt=f"Matrices of mean responses by {unit} and kind of trial: {', '.join(list(found.tuning)[:MOST_PANELS])}.",
    )
    ratios = dict(list(found.ratios.items())[:MOST_CURVES])
    yield Picture(
        "signal_to_noise",
        partial(plots.signal_to_noise_ranks, ratios),
        title="Signal and noise",
        caption="The variance of the true means over the variance between single trials of a kind, for each column of "
        "the table of events; estimates can lie below 0.",
        alt=f"Falling curves of the signal-to-noise ratio of the sorted {unit}s.",
    )
    if isinstance(found.decoding, Decoded):
        yield Picture(
            "decoding",
            partial(draw_decoding, found, found.decoding),
            title=f"When can {found.shown} be read from the {unit}s?",
            caption="Accuracy of decoding, cross-validated over trials, in bins. The grey band is what shuffled labels "
            "reach.",
            alt=f"Accuracy of decoding {found.shown} over time, beside a band of chance.",
        )
    if isinstance(found.representation, Represented):
        yield Picture(
            "rdm",
            partial(
                plots.rdm_panels,
                {found.events.around.subject: found.representation.rdms},
                categories=None,
                angles=False,
            ),
            title="Dissimilarity matrix",
            caption="Percentiles of the dissimilarity of mean responses.",
            alt=f"Matrix of the dissimilarity of each pair of {len(found.representation.rdms.stimuli)} stimuli.",
        )


def draw_responses(found: "LookResult") -> Figure:
    """Draw the mean responses to every kind of trial."""
    x, panels = np.asarray(found.events.around.trials.values, float), {}
    for name, labels in list(found.events.columns.items())[:MOST_PANELS]:
        kinds, group = np.unique(labels, return_inverse=True)
        means = np.stack([x[group == i].mean(axis=0) for i in range(len(kinds))])
        order, noise = np.argsort(means.argmax(axis=0), kind="stable"), found.tuning[name]["noise"].to_numpy()
        deviations = means - means.mean(axis=0)
        scaled = np.divide(deviations, noise, out=np.zeros_like(means), where=noise > 0)
        panels[name] = ([str(kind) for kind in kinds], scaled[:, order])
    return plots.response_matrices(panels, label="response (standard deviations of single trials)")


def draw_decoding(found: "LookResult", decoding: Decoded) -> Figure:
    """Draw the accuracy over time, and what shuffled labels reach."""
    times, score = found.times, decoding.score.values
    low, high = decoding.chance.interval()
    return plots.decoding_courses(
        {found.shown: (times, score, score, score)},
        chance=decoding.level,
        band=(times, low.values, high.values),
        width=float(times[1] - times[0]),
        x_label=f"middle of the bin (ms after {found.events.how.align})",
    )
