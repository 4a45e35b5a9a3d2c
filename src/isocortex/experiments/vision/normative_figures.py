"""The figures of ``normative-tasks``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import jax
import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...formats import number
from ...plots.style import VARIANT_COLOURS
from ...rdms import RDMs
from ...report import Finding, Picture
from ..shared.tables import NO_LEARNING
from .tuning import SHOWN
from .tuning_figures import tuning_picture

if TYPE_CHECKING:
    from .normative_result import NormativeResult

EXAMPLES = 3
"""Trials of each task in the picture of stimuli."""
LAYERS_OF_RDMS = ("pool", "fc")


def comparison_pictures(found: "NormativeResult") -> Iterator[Finding]:
    """Return how like V1 each task makes each layer, and which tasks differ."""
    yield Picture(
        "rdm_similarity",
        lambda: plots.similarity_bars(found.table, measure=found.measure, dots=found.dots, ceiling=found.brain.ceiling),
        title="How like V1 does each task make each layer?",
        caption=found.bars_caption(),
        alt=f"Bar chart of the {found.measure} with V1 by layer, for networks trained on each task, their controls, "
        "and models without learning.",
    )
    if len(found.differences):
        yield Picture(
            "differences",
            lambda: plots.difference_intervals(found.differences, measure=found.measure),
            title="Which tasks differ?",
            caption="How much more like V1 the first task makes a layer, from the same initial weights. "
            f"{found.intervals_caption()} Filled: p < 0.05 after Holm's correction over the pairs of a layer. "
            "The panels have different scales.",
            alt="Dots with intervals around zero for every pair of tasks, in a panel for each layer.",
        )


def other_pictures(found: "NormativeResult") -> Iterator[Finding]:
    """Return the RDMs, tuning, training and stimuli."""
    yield Picture(
        "rdms",
        lambda: plots.rdm_panels(rdm_panels(found)),
        title="Dissimilarity matrices",
        caption=f"Mean RDM ({found.dissimilarity}) of the animals and of the seeds of each layer; each as percentiles "
        "of its own dissimilarities.",
        alt="Matrices of the dissimilarity of every pair of orientations in V1, rivals, and layers by task.",
    )
    for layer in SHOWN:
        variants = (*found.networks, "untrained", "random filters")
        style = {f"{variant} {layer}": {"color": VARIANT_COLOURS[variant]} for variant in variants}
        if any(name in found.tuning for name in style):
            yield tuning_picture(found.tuning, style, layer=layer)
    yield from found.training_findings()
    yield Picture(
        "stimuli",
        lambda: draw_trials(found),
        title="Trials of each task",
        caption="What is shown, and its angle: orientation from vertical, or rotation from upright; positive is "
        "clockwise.",
        alt="Small grey pictures: gratings of several tilts, and textures turned behind a round window.",
        shows_data=False,
    )


def rdm_panels(found: "NormativeResult") -> dict[str, RDMs]:
    """Return the RDMs of the animals, of the rivals, and of two layers of every network."""
    panels = {"V1": found.brain.rdms}
    panels |= {layer: stack for (layer, variant), stack in found.rdms.items() if variant == NO_LEARNING and len(stack)}
    return panels | {
        f"{variant}: {layer}": found.rdms[layer, variant]
        for layer in LAYERS_OF_RDMS
        for variant in (*found.networks, "untrained")
        if len(found.rdms.get((layer, variant), ()))
    }


def draw_trials(found: "NormativeResult") -> Figure:
    """Draw trials of each task, with their angles."""
    shown = {}
    for task in found.networks:
        trials = found.options.task_named(task).sample(jax.random.key(0), EXAMPLES)
        angles = trials.conditions["rotation" if task == "rotation" else "orientation"]
        for image, angle in zip(np.asarray(trials.inputs), angles, strict=True):
            shown[f"{task}, {number(angle, 0)}°"] = image
    return plots.image_row(np.stack(list(shown.values())), list(shown))
