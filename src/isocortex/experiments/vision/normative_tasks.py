"""Which task makes a network most like primary visual cortex? Several side by side, and rivals without learning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
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
from ..shared.tables import NO_LEARNING, Rows, answer_table, best, interval, records, similarity_table
from .networks import Networks
from .normative_figures import Normative, draw
from .tuning_figures import no_tuning_note, tuning_tables
from .v1_comparison import Neurons, V1Comparison

RIVALS = {
    "pixels": "pixels",
    "Fourier": "fourier.amplitude",
    "energy: complex": "energy.complex",
    "energy: pooled": "energy.pooled",
}
"""Row of the table → model and layer in the summary's keys."""
DIFFERENCE = {"mean": "difference", "low": "low", "high": "high", "p": "p"}
JUDGED = ("pool", "fc")
"""Layers that the answer speaks about, where the architecture has them."""


@dataclass(frozen=True, kw_only=True)
class NormativeTasks(V1Comparison):
    """Train the same networks on several tasks and ask which of them makes each layer most like V1.

    The networks of one seed start from the same weights whatever the task. Controls: untrained, random filters; rivals
    without learning: pixels, Fourier amplitudes, and an orientation-energy model of complex cells.
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
            table, dots = similarity_table(
                rdms,
                brain.rdms,
                key=self.key("bootstrap"),
                method=self.similarity,
                n_bootstraps=self.bootstraps,
            )
            differences = self.differences(rdms, brain.rdms)
        with run.stage("tuning"):
            tuned = tuning_tables(self, brain, responses)
        found = Normative(brain, networks, rdms, table, dots, differences, tuned)
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
        return rdms | {(n, NO_LEARNING): rsa.rdm(x, self.dissimilarity) for n, x in rivals.items()}, responses

    def differences(self, rdms: Rows, measured: RDMs) -> pd.DataFrame:
        """Compare every pair of tasks in every layer that both define, seed by seed."""
        found = []
        for layer in dict.fromkeys(layer for layer, variant in rdms if variant in self.task):
            rows = {task: rdms[layer, task] for task in self.task if len(rdms[layer, task])}
            if len(rows) < 2:
                continue
            shared = set.intersection(*(set(stack.labels) for stack in rows.values()))
            if shared:
                table = rsa.differences(
                    {task: stack.rows(shared) for task, stack in rows.items()},
                    measured,
                    factors=("stimulus", "seed"),
                    inference="dual-bootstrap",
                    key=self.key("bootstrap"),
                    method=self.similarity,
                    n_bootstraps=self.bootstraps,
                    correction="holm",
                    paired_seeds=True,
                )
                found.append(table.assign(layer=layer, seeds=len(shared)))
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

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
            answer=f"{' '.join(self.verdict(found, layer) for layer in JUDGED)} The best model without learning is "
            f"{rival['layer']}, {interval(rival)}. Noise ceiling {limit}.".lstrip(),
            notes=[
                *self.learning_notes(found.networks),
                *self.control_notes(first),
                *self.undefined_notes(found.rdms),
                *self.ceiling_note(found.brain),
                *no_tuning_note(found.tuning),
            ],
            methods=[
                self.describe_training(),
                "Controls: untrained networks (the same for every task) and random filters. Rivals without learning: "
                "the pixels; Fourier: the amplitude spectrum under a Hann window; energy: Gabor quadrature pairs at "
                "four scales and eight orientations, complex (root energy) and pooled (its mean over a 6 × 6 grid).",
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
                "Tasks were compared in pairs, layer by layer, on the same bootstrap samples; networks that started "
                "from the same weights are paired. p values are two-sided and corrected over the pairs of a layer "
                "(Holm).",
            ],
            references=[
                "neuromatch",
                *([DATASETS[self.data].reference] if self.data in DATASETS else []),
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "schutt-2023",
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
        top = best(rows)
        beaten = [
            row["b"] if row["a"] == top["variant"] else row["a"]
            for row in pairs
            if top["variant"] in (row["a"], row["b"]) and row["p"] < 0.05
        ]
        others = f"ahead of {' and '.join(beaten)}" if beaten else "but ahead of no other"
        return f"In {layer}, {top['variant']} is most like V1, {interval(top)}, {others} at p < 0.05 (Holm)."
