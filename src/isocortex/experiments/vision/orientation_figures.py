"""The figures of ``orientation-v1``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...analysis import embed, tuning_curves
from ...analysis.embedding import PCA_DIMENSIONS
from ...formats import counted, listed, significant
from ...rdms import RDMs
from ...report import Finding, Picture
from ..shared.tables import NO_LEARNING
from ..shared.v1_recordings import SYNTHETIC
from .tuning import NEURONS, SHOWN
from .tuning_figures import tuning_picture

if TYPE_CHECKING:
    from .orientation_result import OrientationResult

REFERENCE_ANGLES = (-75.0, -25.0, 25.0, 75.0)
EXAMPLE_ANGLES = np.array([-75.0, -45.0, -25.0, 0.0, 25.0, 45.0])
LINES = {"trained": "-", "untrained": "--"}
STYLE = {f"{n} {layer}": {"ls": ls, "color": colour} for n, ls in LINES.items() for layer, colour in SHOWN.items()}


def comparison_pictures(found: "OrientationResult") -> Iterator[Finding]:
    """Return what learning adds, and how like V1 every layer is."""
    if len(found.differences):
        yield Picture(
            "differences",
            lambda: plots.difference_intervals(found.differences, measure=found.measure),
            title="What does learning add, and is it more than a code for orientation?",
            caption="How much more like V1 a trained layer is than the untrained one with the same initial weights, "
            f"and than the orientation alone. {found.intervals_caption()} Filled: p < 0.05, not corrected for the "
            "number of layers. The panels have different scales.",
            alt="Dots with intervals around zero: trained minus untrained, and minus the orientation alone, by layer.",
        )
    yield Picture(
        "rdm_similarity",
        lambda: plots.similarity_bars(found.table, measure=found.measure, dots=found.dots, ceiling=found.brain.ceiling),
        title="How like V1 is each layer?",
        caption=found.bars_caption(),
        alt=f"Bar chart of the {found.measure} with V1 by layer, for trained, untrained and random networks, pixels, "
        "and the orientation alone.",
    )


def other_pictures(found: "OrientationResult") -> Iterator[Finding]:
    """Return the RDMs, tuning, embedding, training and stimuli."""
    yield Picture(
        "rdms",
        lambda: plots.rdm_panels(rdm_panels(found)),
        title="Dissimilarity matrices",
        caption=f"Mean RDM ({found.dissimilarity}) of the animals, of the pixels, and of the seeds of each layer; "
        "each as percentiles of its own dissimilarities.",
        alt="Matrices of the dissimilarity of every pair of orientations in V1, pixels and layers of networks.",
    )
    rows = {f"trained {layer}": found.rdms[layer, "trained"] for layer in layers_shown(found)[-2:]}
    yield Picture(
        "rdm_rows",
        lambda: plots.rdm_rows({"V1": found.brain.rdms} | rows, REFERENCE_ANGLES, measure=found.dissimilarity),
        title="Rows of the matrices",
        caption="Dissimilarity of each orientation from "
        f"{listed(f'{significant(angle)}°' for angle in REFERENCE_ANGLES)}. Thin: animals and seeds; thick: mean.",
        alt="Curves of dissimilarity against orientation for four reference orientations, V1 beside two layers.",
    )
    if found.tuning:
        yield Picture(
            "tuning",
            lambda: draw_tuning(found),
            title="Tuning of neurons and units",
            caption="The most strongly tuned neuron or unit (first seed) in each of six ranges of preferred "
            "orientation.",
            alt="Tuning curves over orientation of example V1 neurons and of units in layers of one trained network.",
        )
    yield Picture(
        "embedding",
        lambda: draw_embedding(found),
        title="Maps of the population responses",
        caption=f"PCA to {PCA_DIMENSIONS} dimensions at most, then t-SNE. Every point is an orientation. Only "
        "distances "
        "between neighbouring points can be interpreted.",
        alt="Scatter plots in which neighbouring orientations have neighbouring colours, for V1, pixels and layers.",
    )
    if found.tuning:
        yield tuning_picture(found.tuning, STYLE)
    yield from found.training_findings()
    yield Picture(
        "stimuli",
        lambda: draw_stimuli(found),
        title="Stimuli",
        caption="Example gratings; degrees from vertical, negative is tilted left.",
        alt="Six black-and-white gratings tilted from left to right.",
        shows_data=False,
    )


def layers_shown(found: "OrientationResult") -> list[str]:
    """Return the layers that pictures show, of those that have an RDM."""
    return [layer for layer in SHOWN if len(found.rdms.get((layer, "trained"), ()))]


def rdm_panels(found: "OrientationResult") -> dict[str, RDMs]:
    """Return the RDMs of the animals, of the rivals, and of the last two layers shown."""
    panels = {f"V1, {counted(len(found.brain.rdms), 'animal')}": found.brain.rdms}
    panels |= {layer: stack for (layer, variant), stack in found.rdms.items() if variant == NO_LEARNING and len(stack)}
    for variant in found.controls:
        places = {layer: found.rdms[layer, variant] for layer in layers_shown(found)[-2:]}
        panels |= {f"{variant}: {layer}": stack for layer, stack in places.items() if len(stack)}
    return panels


def draw_tuning(found: "OrientationResult") -> Figure:
    """Draw tuning curves of the first animal and of the layers of the first network."""
    animal, neurons = next(iter(found.brain.neurons.items()))
    curves = {f"{NEURONS}{animal}": tuning_curves(neurons)}
    curves |= {f"trained {layer}": tuning_curves(found.trained[layer].isel(seed=0)) for layer in layers_shown(found)}
    unit = "response (a.u.)" if found.options.data == SYNTHETIC else "response (as in the file)"
    return plots.tuning(curves, unit={f"{NEURONS}{animal}": unit})


def draw_embedding(found: "OrientationResult") -> Figure:
    """Draw maps of the responses of the first animal, the pixels, and the layers of the first network."""
    animal, neurons = next(iter(found.brain.neurons.items()))
    shown = {f"{NEURONS}{animal}": neurons, "pixels": found.pixels}
    shown |= {f"trained {layer}": found.trained[layer].isel(seed=0) for layer in layers_shown(found)}
    key = found.options.key("embedding")
    return plots.embedding_maps({name: embed(x, key=key) for name, x in shown.items()}, found.brain.rdms.stimuli)


def draw_stimuli(found: "OrientationResult") -> Figure:
    """Draw example gratings."""
    examples = found.options.gratings(EXAMPLE_ANGLES)
    return plots.image_row(examples, [f"{significant(angle)}°" for angle in EXAMPLE_ANGLES])
