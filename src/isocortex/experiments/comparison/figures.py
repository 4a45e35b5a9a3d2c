"""The pictures of a comparison of models with brains."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ... import plots
from ...analysis import mds
from ...rdms import RDMs
from ...report import Picture
from .matching import Matched

if TYPE_CHECKING:
    from .result import Comparison

MOST_PANELS = 11
"""Models beyond the best so many have no matrix of their own on the page."""
MOST_MAPS = 2
"""Models beside the brains that are shown as a map of stimuli."""
MOST_SUBJECTS = 12
"""Subjects beyond so many are averaged in the second-level picture."""
FEWEST_ON_A_MAP = 2
"""So few RDMs have no map."""


def pictures(found: "Comparison") -> Iterator[Picture]:
    """Return every picture, the answer first; maps and trees of the stimuli only where every pair was measured."""
    yield bars(found)
    yield matrices(found)
    if len(found.second_level) > FEWEST_ON_A_MAP:
        yield second_level(found)
    if found.inputs.data.complete:
        yield maps(found)
        yield tree(found)


def bars(found: "Comparison") -> Picture:
    """Return the similarities of the models with the data."""
    return Picture(
        "similarity",
        partial(
            plots.model_bars,
            found.table,
            measure=found.measure,
            subjects=found.by_subject,
            ceiling=found.ceiling,
            better_than=found.better_than,
        ),
        title=found.question,
        caption="Black lines are 95 % intervals. "
        + ("White dots are subjects. " if len(found.inputs.data) > 1 else "")
        + (f"The grey band is the noise ceiling ({found.ceiling.kind}). " if found.ceiling else "")
        + _marks(found),
        alt=f"Bar chart of the {found.measure} of the data and {', '.join(found.by_subject)}.",
    )


def _marks(found: "Comparison") -> str:
    """Explain the marks of significance that are drawn, or say that there are none."""
    stars = "Stars mark models that differ from 0 (* p < 0.05, ** p < 0.01, *** p < 0.001, Holm)."
    lines = (
        "In the lines above the bars, the model with the disc is better than those with a triangle (p < 0.05, Holm, "
        "all pairs)."
    )
    drawn = [stars] * bool((found.table["p"] < 0.05).any()) + [lines] * any(found.better_than.values())
    return " ".join(drawn) or "No model differs significantly from 0 or from another model (p < 0.05, Holm)."


def matrices(found: "Comparison") -> Picture:
    """Return the RDMs of the data and of the best models."""
    categories = found.inputs.categories
    order = np.arange(len(found.inputs.data.stimuli)) if categories is None else blocks(categories)
    n_models = len(found.table)
    panels = {name: rows.take(order) for name, rows in _stacks(found).items()}
    left_out = f" The best {MOST_PANELS} of {n_models} models are shown." if n_models > MOST_PANELS else ""
    return Picture(
        "rdms",
        partial(
            plots.rdm_panels,
            panels,
            categories=None if categories is None else categories[order],
            angles=False,
        ),
        title="Dissimilarity matrices",
        caption="Mean RDMs as percentiles of their own dissimilarities, on one colour scale"
        + ("." if categories is None else "; stimuli are sorted by category, and white lines separate the blocks.")
        + left_out,
        alt=f"Matrices of the dissimilarity of each pair of {len(order)} stimuli, for {', '.join(panels)}.",
    )


def second_level(found: "Comparison") -> Picture:
    """Return the similarity of all models and subjects with each other, as a matrix and as a map."""
    names, similarities = list(found.second_level.columns), found.second_level.to_numpy()
    pairs = np.triu_indices(len(names), 1)
    points, stress = mds(RDMs(1 - similarities[pairs][None], np.array(names)))
    brains = np.arange(len(names)) < len(names) - len(found.table)
    return Picture(
        "second_level",
        partial(plots.second_level, similarities, points, names, brains=brains, measure=found.measure),
        title="Similarity of models and subjects with each other",
        caption=f"Left: {found.measure}. Right: metric multidimensional scaling of 1 − similarity (stress "
        f"{stress:.2f}), in which models and subjects that represent the stimuli alike lie close.",
        alt=f"Matrix and map of the similarity of the RDMs of {', '.join(names)}.",
    )


def maps(found: "Comparison") -> Picture:
    """Return maps of the stimuli, of the data and of the best models."""
    inputs = found.inputs
    scaled = {name: mds(rows) for name, rows in list(_stacks(found).items())[: MOST_MAPS + 1]}
    return Picture(
        "mds",
        partial(plots.mds_maps, scaled, inputs.data.stimuli, categories=inputs.categories),
        title="Maps of the stimuli",
        caption="Metric multidimensional scaling of the mean RDM: stimuli that are represented alike lie close. Stress "
        "is Kruskal's stress-1, which is 0 for a perfect map. Maps may be turned and mirrored.",
        alt=f"Scatter plots of {len(inputs.data.stimuli)} stimuli, for {', '.join(scaled)}.",
    )


def tree(found: "Comparison") -> Picture:
    """Return a clustering of the stimuli by the data."""
    return Picture(
        "tree",
        partial(plots.dendrogram, found.inputs.data, categories=found.inputs.categories),
        title="Which stimuli the brains represent alike",
        caption="Average-linkage clustering of the mean RDM of the data. The height of a bar is the mean dissimilarity "
        "of the stimuli that it joins. The axis need not start at 0.",
        alt="A tree of the stimuli in which those that the brains represent alike are joined low.",
    )


def everything(inputs: Matched, models: list[str]) -> RDMs:
    """Return one RDM of each subject, or one of all where they are many, and the mean one of each model."""
    brains = inputs.data if len(inputs.data) <= MOST_SUBJECTS else mean_rdm([inputs.data], ["data"])
    return RDMs(
        np.concatenate([brains.dissimilarities, mean_rdm([inputs.models[n] for n in models], models).dissimilarities]),
        inputs.data.stimuli,
        (*brains.labels, *models),
    )


def _stacks(found: "Comparison") -> dict[str, RDMs]:
    """Return the RDMs of the data and of the best models, by their titles."""
    data = found.inputs.data
    brain = "data" if len(data) == 1 else f"data, mean of {len(data)} subjects"
    return {brain: data, **{name: found.inputs.models[name] for name in found.table["model"][:MOST_PANELS]}}


def mean_rdm(stacks: Iterable[RDMs], names: list[str]) -> RDMs:
    """Return the mean over rows of each stack as one row."""
    stacks = list(stacks)
    means = np.concatenate([rows.mean().dissimilarities for rows in stacks])
    return RDMs(means, stacks[0].stimuli, tuple(names), stacks[0].measure)


def blocks(categories: np.ndarray) -> np.ndarray:
    """Return the order that puts stimuli of one category together, categories in order of first appearance."""
    first = {kind: place for place, kind in reversed(list(enumerate(categories.tolist())))}
    return np.argsort([first[kind] for kind in categories.tolist()], kind="stable")
