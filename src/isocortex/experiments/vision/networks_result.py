"""What is said of networks that learned about orientation, in every experiment that compares them with a brain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES, NoiseCeiling
from ...formats import counted, listed, percent, significant
from ...models import ARCHITECTURES
from ...rdms import RDMs
from ...report import Finding, Quantity, Result
from ...stimuli import canvas_size
from ...tasks import VISUAL_TASKS
from ..shared.orientation_networks import HELD_OUT, Networks, OrientationNetworks
from ..shared.tables import NO_LEARNING
from .training_figures import training_findings

CONTROLS = {
    "trained": "optimised for the task",
    "untrained": "the same filter bank, not trained: what does learning add?",
    "random filters": "not trained either, and without the filter bank: what does the filter bank add?",
    "pixels": "the image itself: what does any model add?",
}
"""Variant → what it is, and the question that its comparison answers."""
NO_FILTERS = {"untrained": "not trained: what does learning add?"}
"""The same for an architecture without filters."""
LEAST_ACCURACY = 0.75
"""Half-way between guessing and never being wrong, where there are two answers."""
TRAINING = {
    "task.accuracy.trained.mean": Quantity("Mean accuracy of the trained networks on fresh trials", "share of trials"),
    "task.accuracy.trained.sd": Quantity(
        "Standard deviation over networks of the accuracy after training", "share of trials"
    ),
    "task.accuracy.untrained.mean": Quantity("Mean accuracy of the untrained networks", "share of trials"),
    "loss.final.mean": Quantity(
        "Mean loss over the last epoch: cross-entropy in nats, or the squared error of a unit vector"
    ),
}
"""What the numbers of :meth:`Networks.numbers` are."""


@dataclass(frozen=True, eq=False)
class NetworksResult(Result):
    """Networks trained on one or several tasks, and the RDMs of their layers.

    Attributes
    ----------
    options : OrientationNetworks
    networks : mapping of str to Networks
        Task → networks trained on it, with their controls.
    rdms : mapping of (layer, variant) to RDMs
        One row per seed.
    """

    references: ClassVar[tuple[str, ...]] = ("neuromatch", "kriegeskorte-rsa-2008", "nili-2014", "efron-stein-1981")

    options: OrientationNetworks
    networks: Mapping[str, Networks]
    rdms: Mapping[tuple[str, str], RDMs]

    @property
    def measure(self) -> str:
        """The similarity of RDMs, in words."""
        return SIMILARITIES[self.options.similarity].label

    @property
    def dissimilarity(self) -> str:
        """The dissimilarity of responses, in words."""
        return DISSIMILARITIES[self.options.dissimilarity].measure

    @property
    def controls(self) -> dict[str, Any]:
        """The trained networks of the first task, and the controls of all tasks."""
        return next(iter(self.networks.values())).variants

    def training_findings(self) -> Iterator[Finding]:
        """Return how the networks learned, and what became of their filters."""
        return training_findings(self.networks, is_published=self.options.is_published())

    def accuracy_answer(self) -> str:
        """Return how well networks of a single task do it."""
        (found,) = self.networks.values()
        return (
            f"The networks answer {percent(found.accuracy['trained'].mean())} of fresh trials correctly after "
            f"training, and {percent(found.accuracy['untrained'].mean())} before it."
        )

    def describe_training(self) -> list[str]:
        """Return the methods of training, in paragraphs."""
        o, several = self.options, len(self.networks) > 1
        learned = "; or to ".join(VISUAL_TASKS[name].learned for name in self.networks)
        rows, columns = canvas_size(o.resolution)
        angles = "with orientations drawn uniformly from (−90°, 90°)"
        if "boundary" in self.networks:
            angles += f" and the boundary at {significant(o.boundary)}°"
        if "rotation" in self.networks:
            shown = "a random texture" if o.pictures is None else "the given pictures"
            angles += f", or {shown} rotated by angles drawn uniformly from (−180°, 180°)"
        judged = f"Accuracy is the share of {HELD_OUT} fresh trials that are answered correctly"
        if {"orientation", "rotation"} & set(self.networks):
            judged += "; the report of an angle counts as correct if it has the right sign"
        alike: dict[str, list[str]] = {}
        for name, found in self.networks.items():
            alike.setdefault(found.methods, []).append(name)
        return [
            f"{counted(o.seeds, 'network')} ({o.architecture}){' per task' * several} were trained to {learned}. Each "
            f"network had its own initial weights{' (the same for every task)' * several} and its own pictures of "
            f"{rows} × {columns} pixels, {angles}. {judged}.",
            *(f"Training on {listed(names)}: {methods}" for methods, names in alike.items()),
        ]

    def describe_controls(self) -> str:
        """Return which controls were taken, and the question that each answers."""
        taken = [*self.controls, "pixels"]
        meant = CONTROLS | ({} if "random filters" in taken else NO_FILTERS)
        return "Networks and controls: " + "; ".join(f"{name} ({meant[name]})" for name in taken) + "."

    def describe_comparison(self, measured: str, table: pd.DataFrame, ceiling: NoiseCeiling | None) -> str:
        """Return how RDMs were compared with recordings, as the comparison and the noise ceiling describe it.

        Parameters
        ----------
        measured : str
            Whose RDMs the models were compared with, after "with".
        table : DataFrame
            From :func:`similarity_table`.
        ceiling : NoiseCeiling or None
        """
        return (
            f"Each layer's representational dissimilarity matrix (RDM; {self.dissimilarity}) was compared with "
            f"{measured}. {table.attrs['methods']}{f' {ceiling.methods}' if ceiling else ''}"
        )

    def training_notes(self) -> list[str]:
        """Return which networks did not learn, which controls do not vary, and which layers lack RDMs."""
        return [*self._not_learned(), self._control_note(), *self._undefined()]

    def _not_learned(self) -> list[str]:
        """Return which tasks some networks did not learn: nothing can be said about what those would do to them."""
        failed = {task: found.accuracy["trained"] < LEAST_ACCURACY for task, found in self.networks.items()}
        return [
            f"{np.sum(few)} of {counted(self.options.seeds, 'network')} did not learn {task} (accuracy below "
            f"{percent(LEAST_ACCURACY, 0)}). {'It counts' if np.sum(few) == 1 else 'They count'} in every mean and "
            "interval."
            for task, few in failed.items()
            if few.any()
        ]

    def _control_note(self) -> str:
        """Return the warning that some layers of the untrained control do not vary over seeds."""
        if "random filters" not in self.controls:
            return (
                f"{self.options.architecture} has no filters, so there is no control with random filters: the "
                "untrained networks are random."
            )
        alike = [n for n in ARCHITECTURES[self.options.architecture].layers if n.startswith(("conv", "pool"))]
        return (
            f"In untrained networks, {listed(alike)} are identical in every seed (the same filter bank, no bias), so "
            "their seeds do not vary. Compare these layers with the random filters and the pixels."
        )

    def _undefined(self) -> list[str]:
        """Return which layers lack the RDMs of some seeds, and why."""
        seeds, lost = self.options.seeds, {}
        for (layer, variant), rows in self.rdms.items():
            if len(rows) < seeds and variant != NO_LEARNING:
                lost.setdefault(layer, []).append(f"{seeds - len(rows)} of {seeds} networks ({variant})")
        alike = "some stimulus drives all units of the layer equally, or all stimuli are equally dissimilar"
        why = {"output": "it has a single unit"} if {"tilt", "boundary"} >= set(self.networks) else {}
        return [
            f"The layer {layer} lacks the RDM of {listed(parts)}: {why.get(layer, alike)}."
            for layer, parts in lost.items()
        ]
