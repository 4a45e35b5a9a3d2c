"""The pictures of a comparison of models with brains."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ... import plots
from ...analysis import mds, rsa
from ...analysis.rsa import SIMILARITIES, NoiseCeiling
from ...rdms import RDMs
from ...runs import Run
from ..shared.tables import records
from .matching import Matched

SIGNIFICANT = 0.05
MOST_PANELS = 11
"""Models beyond the best so many have no matrix of their own on the page."""
MOST_MAPS = 2
"""Models beside the brains that are shown as a map of stimuli."""
MOST_SUBJECTS = 12
"""Subjects beyond so many are averaged in the second-level picture."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison found, as its figures and its report need it.

    Attributes
    ----------
    inputs : Matched
    table : DataFrame
        Column ``model``, and its similarity with the data, interval and tests; the best first.
    pairs : DataFrame or None
        Differences of pairs of models; None of a single model.
    ceiling : NoiseCeiling or None
    contrasts : DataFrame or None
        Column ``rdm``, a model or ``data``, and its category contrast; None without categories.
    carriers : DataFrame
        Results that a few stimuli carry, with them and without; see :func:`.influence.without_carriers`.
    similarity : str
        Name in the registry of similarities.
    """

    inputs: Matched
    table: pd.DataFrame
    pairs: pd.DataFrame | None
    ceiling: NoiseCeiling | None
    contrasts: pd.DataFrame | None
    carriers: pd.DataFrame
    similarity: str

    @property
    def measure(self) -> str:
        """What the similarities are, in words."""
        return SIMILARITIES[self.similarity][1]

    def better_than(self) -> dict[str, list[str]]:
        """Return, for each model, the models that it is significantly better than."""
        better: dict[str, list[str]] = {name: [] for name in self.table["model"]}
        for row in [] if self.pairs is None else records(self.pairs):
            if row["p"] < SIGNIFICANT:
                winner, loser = (row["a"], row["b"]) if row["difference"] > 0 else (row["b"], row["a"])
                better[winner].append(loser)
        return better


def draw(run: Run, found: Comparison) -> None:
    """Draw every picture into a run; maps and trees of the stimuli only where every pair was measured."""
    models = list(found.table["model"])
    inputs, categories = found.inputs, found.inputs.categories
    brain = "data" if len(inputs.data) == 1 else f"data, mean of {len(inputs.data)} subjects"
    order = np.arange(len(inputs.data.stimuli)) if categories is None else blocks(categories)
    ordered = None if categories is None else categories[order]
    draw_bars(run, found)

    stacks = {brain: inputs.data, **{name: inputs.models[name] for name in models[:MOST_PANELS]}}
    left_out = f" The best {MOST_PANELS} of {len(models)} models are shown." if len(models) > MOST_PANELS else ""
    panels = {name: rows.take(order) for name, rows in stacks.items()}
    run.figure(
        "rdms",
        plots.rdm_panels(panels, categories=ordered, angles=False),
        title="Dissimilarity matrices",
        caption="Mean RDMs as percentiles of their own dissimilarities, on one colour scale"
        + ("." if categories is None else "; stimuli are sorted by category, and white lines separate the blocks.")
        + left_out,
        alt=f"Matrices of the dissimilarity of each pair of {len(order)} stimuli, for {', '.join(panels)}.",
    )
    if len(models) + len(inputs.data) > 2:
        draw_second_level(run, found)
    if not inputs.data.complete:
        return

    maps = {name: mds(rows) for name, rows in list(stacks.items())[: MOST_MAPS + 1]}
    run.figure(
        "mds",
        plots.mds_maps(maps, inputs.data.stimuli, categories=categories),
        title="Maps of the stimuli",
        caption="Metric multidimensional scaling of the mean RDM: stimuli that are represented alike lie close. Stress "
        "is Kruskal's stress-1, 0 for a perfect map; maps may be turned and mirrored.",
        alt=f"Scatter plots of {len(order)} stimuli, for {', '.join(maps)}.",
    )
    run.figure(
        "tree",
        plots.dendrogram(inputs.data, categories=categories),
        title="Which stimuli the brains represent alike",
        caption="Average-linkage clustering of the mean RDM of the data; the height of a bar is the mean dissimilarity "
        "of what it joins. The axis need not start at 0.",
        alt="A tree of the stimuli: what the brains represent alike is joined low.",
    )


def draw_bars(run: Run, found: Comparison) -> None:
    """Draw the models' similarities with the data."""
    similarities = {
        name: rsa.similarity(found.inputs.models[name], found.inputs.data, found.similarity).mean(axis=0)
        for name in found.table["model"]
    }
    wide = pd.DataFrame(similarities, index=pd.Index(found.inputs.data.labels, name="subject")).T
    run.table("subjects", wide.rename_axis("model"), caption="Similarity of each model with each subject.")
    run.figure(
        "similarity",
        plots.model_bars(
            found.table,
            measure=found.measure,
            subjects=similarities,
            ceiling=found.ceiling,
            better_than=found.better_than(),
        ),
        title="How much like the data is each model?",
        caption="Black lines: 95 % interval. "
        + ("White dots: subjects. " if len(found.inputs.data) > 1 else "")
        + (f"Grey band: noise ceiling, {found.ceiling.kind}. " if found.ceiling else "")
        + "Stars: different from 0 (* p < 0.05, ** p < 0.01, *** p < 0.001, Holm). Lines above: the model with the "
        "disc is better than those with a triangle (p < 0.05, Holm, all pairs).",
        alt=f"Bar chart of the similarity with the data of {', '.join(similarities)}.",
    )


def draw_second_level(run: Run, found: Comparison) -> None:
    """Draw the similarity of all models and subjects with each other."""
    inputs = found.inputs
    brains = inputs.data if len(inputs.data) <= MOST_SUBJECTS else mean_rdm([inputs.data], ["data"])
    models = list(found.table["model"])
    everything = RDMs(
        np.concatenate([brains.dissimilarities, mean_rdm([inputs.models[n] for n in models], models).dissimilarities]),
        inputs.data.stimuli,
        (*brains.labels, *models),
    )
    similarities = rsa.similarity(everything, everything, found.similarity)
    names = list(everything.labels)
    rows = pd.DataFrame(similarities, index=pd.Index(names, name="rdm"), columns=names)
    run.table("second_level", rows, caption="Similarity of the RDMs of all models and subjects with each other.")
    pairs = np.triu_indices(len(names), 1)
    points, stress = mds(RDMs(1 - similarities[pairs][None], np.array(names)))
    run.figure(
        "second_level",
        plots.second_level(
            similarities, points, names, brains=np.arange(len(names)) < len(brains), measure=found.measure
        ),
        title="Models and subjects among each other",
        caption=f"Left: {found.measure}. Right: metric multidimensional scaling of 1 − similarity, stress "
        f"{stress:.2f}: models and subjects that represent the stimuli alike lie close.",
        alt=f"Matrix and map of the similarity of the RDMs of {', '.join(names)}.",
    )


def mean_rdm(stacks: Iterable[RDMs], names: list[str]) -> RDMs:
    """Return the mean over rows of each stack as one row."""
    stacks = list(stacks)
    means = np.stack([rows.dissimilarities.mean(axis=0) for rows in stacks])
    return RDMs(means, stacks[0].stimuli, tuple(names), stacks[0].measure)


def blocks(categories: np.ndarray) -> np.ndarray:
    """Return the order that puts stimuli of one category together, categories in order of first appearance."""
    first = {kind: place for place, kind in reversed(list(enumerate(categories.tolist())))}
    return np.argsort([first[kind] for kind in categories.tolist()], kind="stable")
