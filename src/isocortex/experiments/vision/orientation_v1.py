"""Do networks that learn to tell the tilt of gratings become like primary visual cortex?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ...analysis import rsa
from ...analysis.rsa import SIMILARITIES
from ...models import Pixels, record
from ...recordings import DATASETS
from ...runs import Run
from ..shared.tables import (
    DIFFERENCE,
    NO_LEARNING,
    answer_table,
    difference_table,
    file_name,
    interval,
    leading,
    most_like,
    records,
    rival_table,
    similarity_table,
)
from .networks import TaskName
from .orientation_answer import beside_orientation_alone, what_learning_adds
from .orientation_figures import Comparison, draw
from .tuning_figures import no_tuning_note, tuning_tables
from .v1_comparison import FACTORS, ORIENTATION_ALONE, Neurons, V1Comparison, orientation_alone


@dataclass(frozen=True, kw_only=True)
class OrientationV1(V1Comparison):
    """Train networks on the tilt of gratings and compare every layer with V1.

    Each layer's RDM over the orientations that the animals saw is compared with theirs, beside four controls
    (untrained, random filters, pixels, orientation alone), with 95 % intervals and the noise ceiling.
    """

    name: ClassVar[str] = "orientation-v1"

    task: TaskName = "tilt"

    def tasks(self) -> tuple[str, ...]:
        """Return the one task."""
        return (self.task,)

    def walk(self, run: Run, inputs: Neurons | None) -> None:
        """Neurons → networks → responses → RDMs → comparison → figures."""
        brain = self.measure(run, inputs)
        networks = self.train(run, self.task)
        with run.stage("responses"):
            angles = brain.rdms.stimuli
            images = self.gratings(angles)
            rdms, responses = {}, {}
            for variant, models in networks.variants.items():
                of_layers, responses[variant] = self.layer_rdms(models, images, angles)
                rdms |= {(layer, variant): rows for layer, rows in of_layers.items()}
            pixels = record(Pixels(), images, stimuli=angles, population=False)["pixels"]
            rdms["pixels", NO_LEARNING] = rsa.rdm(pixels, self.dissimilarity)
            rdms[ORIENTATION_ALONE, NO_LEARNING] = orientation_alone(angles)
        with run.stage("comparison"):
            how: dict[str, Any] = {"method": self.similarity, "factors": FACTORS}
            table, dots = similarity_table(rdms, brain.rdms, **how)
            gains = difference_table(rdms, brain.rdms, ("trained", "untrained"), **how)
            rivals = rival_table(rdms, brain.rdms, (ORIENTATION_ALONE, NO_LEARNING), ("trained",), **how)
            differences = pd.concat([gains, rivals], ignore_index=True)
        with run.stage("tuning"):
            tuned = tuning_tables(self, brain, {n: responses[n] for n in ("trained", "untrained")})
        found = Comparison(brain, networks, responses["trained"], pixels, rdms, table, dots, differences, tuned)
        self.report(run, found)
        with run.stage("figures"):
            draw(self, run, found)
        run.responses({f"trained/{layer}": x for layer, x in found.trained.items()} | brain.mean_responses())

    def numbers(self, found: Comparison) -> dict[str, float]:
        """Return the numbers of the run, under flat keys."""
        ceiling, numbers = found.brain.ceiling, found.networks.summary()
        for row in records(found.table):
            place = row["layer"] if row["variant"] == NO_LEARNING else f"{row['layer']}.{row['variant'].split()[0]}"
            numbers |= {f"rsa.{place.replace(' ', '_')}.{what}": row[what] for what in ("mean", "low", "high")}
        for row in records(found.differences):
            place = f"rsa.{row['layer']}.{row['a']}.minus.{file_name(row['b'])}"
            numbers |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
        if ceiling is not None:
            numbers |= {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
        return numbers

    def answer(self, found: Comparison, numbers: Mapping[str, float], limit: str) -> str:
        """Return what learning adds, which layer is most like V1, and how its rivals do."""
        table, measure, trained = found.table, SIMILARITIES[self.similarity][1], records(found.table, "trained")
        if not trained:
            return "No layer of the trained networks has a defined RDM, so there is nothing to compare."
        top, differences = leading(trained), records(found.differences)
        rivals = [row for row in records(table, "untrained", "random filters") if row["layer"] == top["layer"]]
        controls = ", ".join(f"{row['variant']} {interval(row)}" for row in rivals)
        without = {row["layer"]: row for row in records(table, NO_LEARNING)}
        most = most_like(trained, among="the trained networks' layers", target="V1", measure=measure)
        return " ".join(
            [
                what_learning_adds([row for row in differences if row["b"] == "untrained"]),
                f"{most}{f' (controls: {controls})' if controls else ''}.",
                *(
                    beside_orientation_alone(without[ORIENTATION_ALONE], row, layer=f"trained {row['layer']}")
                    for row in differences
                    if (row["layer"], row["b"]) == (top["layer"], ORIENTATION_ALONE)
                ),
                f"The pixels reach {interval(without['pixels'])}. Noise ceiling {limit}. Accuracy "
                f"{numbers['task.accuracy.trained.mean']:.3f} trained, "
                f"{numbers['task.accuracy.untrained.mean']:.3f} untrained.",
            ]
        ).lstrip()

    def report(self, run: Run, found: Comparison) -> None:
        """Write the numbers, the answer in words, and the methods."""
        table, ceiling, numbers = found.table, found.brain.ceiling, self.numbers(found)
        run.summary(numbers)
        measure = SIMILARITIES[self.similarity][1]
        limit = f"{ceiling.lower:.3f}–{ceiling.upper:.3f}" if ceiling else "unknown"
        run.table("similarity", table, caption="Similarity of each layer's RDM with the recorded ones.")
        run.table("differences", found.differences, caption="Trained minus untrained, and minus the orientation alone.")
        run.table(
            "answer",
            answer_table(table),
            title=f"How V1-like is each layer? {measure}, mean [95 % interval]",
            caption=f"Noise ceiling {limit}{f' ({ceiling.kind})' if ceiling else ''}.",
            shown=True,
        )
        run.describe(
            question="Do networks that learn to tell the tilt of gratings become like primary visual cortex?",
            answer=self.answer(found, numbers, limit),
            notes=[
                *self.learning_notes({self.task: found.networks}),
                *self.control_notes(found.networks),
                *self.undefined_notes(found.rdms),
                *self.animals_note(found.brain),
                *self.ceiling_note(found.brain),
                *no_tuning_note(found.tuning),
            ],
            methods=[
                self.describe_training(),
                self.control_methods(found.networks),
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
                self.describe_inference(found.brain),
            ],
            references=[
                "neuromatch",
                *([DATASETS[self.data].reference] if self.data in DATASETS else []),
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "efron-stein-1981",
            ],
            meanings=self.meanings(),
        )
