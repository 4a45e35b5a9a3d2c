"""The figures of ``normative-tasks``."""

from dataclasses import dataclass

import jax
import numpy as np
import pandas as pd

from ... import plots
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...plots.style import VARIANT_COLOURS
from ...rdms import RDMs
from ...runs import Run
from ..shared.tables import NO_LEARNING, file_name
from .networks import Networks
from .training_figures import draw_training
from .tuning_figures import SHOWN, draw_tuning, tabulate_tuning
from .v1_comparison import Brain, V1Comparison

EXAMPLES = 3
"""Trials of each task in the picture of stimuli."""


@dataclass(frozen=True, eq=False)
class Normative:
    """Everything the walk found, before it is put into words and pictures.

    Attributes
    ----------
    brain : Brain
    networks : dict of str to Networks
        Task → networks trained on it, with the controls that all tasks share.
    rdms : dict of (layer, variant) to RDMs
        The variant is a task, a control, or "no learning".
    table : DataFrame
        Similarity of each layer and variant with the animals.
    dots : dict of (layer, variant) to array, shape (seed,)
    differences : DataFrame
        Of every pair of tasks, layer by layer.
    tuning : dict of str to DataFrame
        Animal, or variant and layer → tuning of its units.
    """

    brain: Brain
    networks: dict[str, Networks]
    rdms: dict[tuple[str, str], RDMs]
    table: pd.DataFrame
    dots: dict[tuple[str, str], np.ndarray]
    differences: pd.DataFrame
    tuning: dict[str, pd.DataFrame]


def draw(options: V1Comparison, run: Run, found: Normative) -> None:
    """Draw every figure of the report, and save the numbers behind them."""
    tasks, ceiling = list(found.networks), found.brain.ceiling
    measure, axis_label = DISSIMILARITIES[options.dissimilarity][1], SIMILARITIES[options.similarity][1]
    run.figure(
        "rdm_similarity",
        plots.similarity_bars(found.table, measure=axis_label, dots=found.dots, ceiling=ceiling),
        title="How V1-like does each task make each layer?",
        caption="Bars: mean over seeds and animals. Black lines: 95 % interval for new stimuli and seeds. White dots: "
        + ("seeds. Grey band: noise ceiling." if ceiling else "seeds. These data have no noise ceiling."),
        alt=f"Bar chart of the {axis_label} with V1 by layer, for networks trained on each task, their controls, and "
        "models without learning.",
    )
    if len(found.differences):
        run.figure(
            "differences",
            plots.difference_intervals(found.differences, measure=axis_label),
            title="Which tasks differ?",
            caption="How much more V1-like the first task makes a layer, with the 95 % interval for new stimuli and "
            "seeds, on the same stimuli and from the same initial weights. Filled: p < 0.05 after Holm's correction "
            "over the pairs of a layer.",
            alt="Dots with intervals around zero for every pair of tasks, in a panel for each layer.",
        )
    panels = {"V1": found.brain.rdms}
    panels |= {layer: rdms for (layer, variant), rdms in found.rdms.items() if variant == NO_LEARNING}
    panels |= {
        f"{variant}: {layer}": found.rdms[layer, variant]
        for layer in ("pool", "fc")
        for variant in (*tasks, "untrained")
        if len(found.rdms.get((layer, variant), ()))
    }
    run.figure(
        "rdms",
        plots.rdm_panels(panels),
        title="Dissimilarity matrices",
        caption=f"Mean RDM ({measure}) of the animals and of the seeds of each layer; each as percentiles of its own "
        "dissimilarities.",
        alt="Matrices of the dissimilarity of every pair of orientations in V1, rivals, and layers by task.",
    )
    for layer in SHOWN:
        variants = (*tasks, "untrained", "random filters")
        style = {f"{variant} {layer}": {"color": VARIANT_COLOURS[variant]} for variant in variants}
        if any(name in found.tuning for name in style):
            draw_tuning(run, found.tuning, style, layer=layer)
    if found.tuning:
        tabulate_tuning(run, found.tuning)
    draw_training(options, run, found.networks)
    trials = {task: options.task_named(task).sample(jax.random.key(0), EXAMPLES) for task in tasks}
    shown = {
        f"{task}, {float(angle):.0f}°".replace("-", "−"): image
        for task, x in trials.items()
        for image, angle in zip(
            np.asarray(x.inputs), x.conditions["rotation" if task == "rotation" else "orientation"], strict=True
        )
    }
    run.figure(
        "stimuli",
        plots.image_row(np.stack(list(shown.values())), list(shown)),
        title="Trials of each task",
        caption="What is shown, and its angle: orientation from vertical, or rotation from upright; positive is "
        "clockwise.",
        alt="Small grey pictures: gratings of several tilts, and textures turned behind a round window.",
    )
    for name, stack in panels.items():
        angles = found.brain.rdms.stimuli
        square = pd.DataFrame(stack.square().mean(axis=0), index=angles, columns=angles)
        run.table(f"rdm_{file_name(name)}", square, caption=f"Mean RDM, {name}.")
