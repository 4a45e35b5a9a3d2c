"""Which task makes a network most like primary visual cortex? Several side by side, and rivals without learning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import xarray as xr
from tyro.conf import arg

from ...analysis import rsa
from ...analysis.rsa import SIMILARITIES
from ...errors import require
from ...models import FourierEnergy, OrientationEnergy, Pixels, record
from ...rdms import RDMs
from ...recordings import DATASETS
from ...runs import Run
from ...stimuli import canvas_size
from ..shared.tables import (
    DIFFERENCE,
    NO_LEARNING,
    answer_table,
    best,
    difference_table,
    interval,
    leading,
    records,
    rival_table,
    similarity_table,
)
from .networks import Networks
from .normative_figures import Normative, draw
from .orientation_answer import beside_orientation_alone
from .tuning_figures import no_tuning_note, tuning_tables
from .v1_comparison import FACTORS, ORIENTATION_ALONE, Neurons, V1Comparison, orientation_alone

RIVALS = {
    "pixels": "pixels",
    "Fourier": "fourier.amplitude",
    "energy: complex": "energy.complex",
    "energy: pooled": "energy.pooled",
    ORIENTATION_ALONE: "orientation_alone",
}
"""Row of the table → model and layer in the summary's keys."""
JUDGED = ("pool", "fc")
"""Layers that the answer speaks about, where the architecture has them."""


@dataclass(frozen=True, kw_only=True)
class NormativeTasks(V1Comparison):
    """Train the same networks on several tasks and ask which of them makes each layer most like V1.

    The networks of one seed start from the same weights whatever the task. Controls: untrained, random filters; rivals
    without learning: pixels, Fourier amplitudes, an orientation-energy model of complex cells, and orientation alone.
    """

    name: ClassVar[str] = "normative-tasks"

    task: Annotated[
        tuple[str, ...],
        arg(
            help="Two or more of: tilt, boundary (beside --boundary), orientation (regression), rotation (of pictures)."
        ),
    ] = ("tilt", "boundary", "orientation", "rotation")

    def __post_init__(self) -> None:
        super().__post_init__()
        require(len(self.task) >= 2, "--task needs at least two tasks; isocortex run orientation-v1 trains on one.")
        require(len(set(self.task)) == len(self.task), f"--task names one task twice: {' '.join(self.task)}.")

    def tasks(self) -> tuple[str, ...]:
        """Return the tasks."""
        return self.task

    def walk(self, run: Run, inputs: Neurons | None) -> None:
        """Neurons → networks of every task → responses → RDMs → comparison → figures."""
        brain = self.measure(run, inputs)
        networks = {task: self.train(run, task) for task in self.task}
        with run.stage("responses"):
            rdms, responses = self.all_rdms(networks, brain.rdms.stimuli)
        with run.stage("comparison"):
            how: dict[str, Any] = {"method": self.similarity, "factors": FACTORS}
            table, dots = similarity_table(rdms, brain.rdms, **how)
            differences = difference_table(rdms, brain.rdms, self.task, **how)
            rivals = rival_table(rdms, brain.rdms, (ORIENTATION_ALONE, NO_LEARNING), self.task, **how)
        with run.stage("tuning"):
            tuned = tuning_tables(self, brain, responses)
        found = Normative(brain, networks, rdms, table, dots, differences, rivals, tuned)
        self.report(run, found)
        with run.stage("figures"):
            draw(self, run, found)
        run.responses(brain.mean_responses())

    def all_rdms(
        self, networks: Mapping[str, Networks], angles: np.ndarray
    ) -> tuple[dict[tuple[str, str], RDMs], dict[str, dict[str, xr.DataArray]]]:
        """Show the gratings to every network, its controls, and the rivals; return RDMs, and responses by kind.

        The outputs are left out: one or two units, which differ from task to task, have no RDM to compare.
        """
        images = self.gratings(angles)
        variants = {task: found.variants["trained"] for task, found in networks.items()}
        controls = next(iter(networks.values())).variants
        variants |= {name: models for name, models in controls.items() if name != "trained"}
        rdms, responses = {}, {}
        for variant, models in variants.items():
            of_layers, responses[variant] = self.layer_rdms(models, images, angles)
            rdms |= {(layer, variant): rows for layer, rows in of_layers.items() if layer != "output"}
        rivals = {
            "pixels": record(Pixels(), images, stimuli=angles, population=False)["pixels"],
            "Fourier": record(FourierEnergy(), images, stimuli=angles, population=False)["amplitude"],
        }
        energy = OrientationEnergy(canvas_size(self.resolution))
        for layer, x in record(energy, images, stimuli=angles, layers=["complex", "pooled"], population=False).items():
            rivals[f"energy: {layer}"] = x
        rdms |= {(name, NO_LEARNING): rsa.rdm(x, self.dissimilarity) for name, x in rivals.items()}
        return rdms | {(ORIENTATION_ALONE, NO_LEARNING): orientation_alone(angles)}, responses

    def numbers(self, found: Normative) -> dict[str, float]:
        """Return the numbers of the run, under flat keys."""
        ceiling, numbers = found.brain.ceiling, {}
        for task, networks in found.networks.items():
            numbers |= {f"{task}.{name}": value for name, value in networks.summary().items()}
        for row in records(found.table):
            place = RIVALS.get(row["layer"], f"{row['layer']}.{row['variant'].split()[0]}")
            numbers |= {f"rsa.{place}.{what}": row[what] for what in ("mean", "low", "high")}
        for row in records(found.differences):
            place = f"rsa.{row['layer']}.{row['a']}.minus.{row['b']}"
            numbers |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
            numbers[f"rsa.{row['layer']}.{row['b']}.minus.{row['a']}.p"] = row["p"]
        for row in records(found.rivals):
            place = f"rsa.{row['layer']}.{row['a']}.minus.orientation_alone"
            numbers |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
        if ceiling is not None:
            numbers |= {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
        return numbers

    def report(self, run: Run, found: Normative) -> None:
        """Write the numbers, the answer in words, and the methods."""
        ceiling, numbers, first = found.brain.ceiling, self.numbers(found), next(iter(found.networks.values()))
        run.summary(numbers)
        measure = SIMILARITIES[self.similarity][1]
        limit = f"{ceiling.lower:.3f}–{ceiling.upper:.3f}" if ceiling else "unknown"
        run.table("similarity", found.table, caption="Similarity of each layer's RDM with the recorded ones.")
        run.table("differences", found.differences, caption="Differences between tasks, p after Holm's correction.")
        run.table("beside_orientation_alone", found.rivals, caption="Trained layers minus the orientation alone.")
        controls = [name for name in first.variants if name != "trained"]
        run.table(
            "answer",
            answer_table(found.table.query("variant != @NO_LEARNING"), (*self.task, *controls))
            .set_index("layer")
            .T.rename_axis("trained on")
            .reset_index(),
            title=f"How V1-like does each task make each layer? {measure}, mean [95 % interval]",
            caption="Without learning: "
            + ", ".join(f"{row['layer']} {interval(row)}" for row in records(found.table, NO_LEARNING))
            + f". Noise ceiling {limit}{f' ({ceiling.kind})' if ceiling else ''}.",
            shown=True,
        )
        rival = best(records(found.table, NO_LEARNING))
        run.describe(
            question="Which task makes a network most like primary visual cortex?",
            answer=" ".join(
                [
                    *(verdict for layer in JUDGED if (verdict := self.verdict(found, layer))),
                    *self.beside_rival(found),
                    f"The best model without learning is {rival['layer']}, {interval(rival)}. Noise ceiling {limit}.",
                ]
            ),
            notes=[
                *self.learning_notes(found.networks),
                *self.control_notes(first),
                *self.undefined_notes(found.rdms),
                *self.animals_note(found.brain),
                *self.ceiling_note(found.brain),
                *no_tuning_note(found.tuning),
            ],
            methods=[
                self.describe_training(),
                "Controls: untrained networks (the same for every task) and random filters. Rivals without learning: "
                "the pixels; Fourier: the amplitude spectrum under a Hann window; energy: Gabor quadrature pairs at "
                "four scales and eight orientations, complex (root energy) and pooled (its mean over a 6 × 6 grid); "
                f"{ORIENTATION_ALONE}: the dissimilarity 1 − cos 2Δθ of two orientations that differ by Δθ, which "
                "needs no image.",
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
                self.describe_inference(found.brain),
                "Tasks were compared in pairs, layer by layer; networks that started from the same weights are paired. "
                "p values are two-sided and corrected over the pairs of a layer (Holm).",
            ],
            references=[
                "neuromatch",
                *([DATASETS[self.data].reference] if self.data in DATASETS else []),
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "efron-stein-1981",
                "adelson-bergen-1985",
            ],
            meanings=self.meanings(),
        )

    def verdict(self, found: Normative, layer: str) -> str:
        """Return which task is best in a layer and which ones it exceeds, or nothing where the layer is undefined."""
        rows = [row for row in records(found.table, *self.task) if row["layer"] == layer]
        pairs = [row for row in records(found.differences) if row["layer"] == layer]
        if not rows or not pairs:
            return ""
        top = leading(rows)
        if not top["low"] > 0:
            return (
                f"In {layer}, no task makes the networks measurably like V1; the largest similarity is that of "
                f"{top['variant']}, {interval(top)}."
            )
        beaten = [
            row["b"] if row["a"] == top["variant"] else row["a"]
            for row in pairs
            if top["variant"] in (row["a"], row["b"]) and row["p"] < 0.05
        ]
        others = f"ahead of {' and '.join(beaten)}" if beaten else "but ahead of no other"
        return f"In {layer}, {top['variant']} is most like V1, {interval(top)}, {others} at p < 0.05 (Holm)."

    def beside_rival(self, found: Normative) -> list[str]:
        """Return how the most V1-like layer of all tasks compares with the orientation alone."""
        rows = {(row["layer"], row["a"]): row for row in records(found.rivals)}
        if not rows:
            return []
        (rival,) = (row for row in records(found.table, NO_LEARNING) if row["layer"] == ORIENTATION_ALONE)
        top = leading(records(found.table, *self.task))
        place = top["layer"], top["variant"]
        return [beside_orientation_alone(rival, rows[place], layer=f"{place[0]}, trained on {place[1]},")]
