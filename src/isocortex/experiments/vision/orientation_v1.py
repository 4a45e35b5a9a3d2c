"""Do networks that learn to tell the tilt of gratings become like primary visual cortex?"""

from dataclasses import dataclass
from typing import ClassVar

from ...analysis import rsa
from ...analysis.rsa import SIMILARITIES
from ...models import Pixels, record
from ...recordings import DATASETS
from ...runs import Run
from ..shared.tables import NO_LEARNING, answer_table, best, interval, records, similarity_table
from .networks import TaskName
from .orientation_figures import Comparison, draw
from .tuning_figures import no_tuning_note, tuning_tables
from .v1_comparison import Neurons, V1Comparison


@dataclass(frozen=True, kw_only=True)
class OrientationV1(V1Comparison):
    """Train networks on the tilt of gratings and compare every layer with V1.

    Each layer's RDM over the orientations that the animals saw is compared with theirs, beside three controls
    (untrained, random filters, pixels), with 95 % intervals and the noise ceiling.
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
        with run.stage("comparison"):
            table, dots = similarity_table(
                rdms,
                brain.rdms,
                key=self.key("bootstrap"),
                method=self.similarity,
                n_bootstraps=self.bootstraps,
            )
        with run.stage("tuning"):
            tuned = tuning_tables(self, brain, {n: responses[n] for n in ("trained", "untrained")})
        found = Comparison(brain, networks, responses["trained"], pixels, rdms, table, dots, tuned)
        self.report(run, found)
        with run.stage("figures"):
            draw(self, run, found)
        run.responses({f"trained/{layer}": x for layer, x in found.trained.items()} | brain.mean_responses())

    def report(self, run: Run, found: Comparison) -> None:
        """Write the numbers, the answer in words, and the methods."""
        table, ceiling, numbers = found.table, found.brain.ceiling, found.networks.summary()
        for row in records(table):
            place = "rsa.pixels" if row["layer"] == "pixels" else f"rsa.{row['layer']}.{row['variant'].split()[0]}"
            numbers |= {f"{place}.{what}": row[what] for what in ("mean", "low", "high")}
        if ceiling is not None:
            numbers |= {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
        run.summary(numbers)
        measure = SIMILARITIES[self.similarity][1]
        limit = f"{ceiling.lower:.3f}–{ceiling.upper:.3f}" if ceiling else "unknown"
        run.table("similarity", table, caption="Similarity of each layer's RDM with the recorded ones.")
        run.table(
            "answer",
            answer_table(table),
            title=f"How V1-like is each layer? {measure}, mean [95 % interval]",
            caption=f"Noise ceiling {limit}{f' ({ceiling.kind})' if ceiling else ''}.",
            shown=True,
        )
        answer = "No layer of the trained networks has a defined RDM, so there is nothing to compare."
        if trained := records(table, "trained"):
            top = best(trained)
            rivals = [row for row in records(table, "untrained", "random filters") if row["layer"] == top["layer"]]
            controls = ", ".join(f"{row['variant']} {interval(row)}" for row in rivals)
            answer = (
                f"Of the trained networks' layers, {top['layer']} is most like V1: {measure} {interval(top)}"
                f"{f' (controls: {controls})' if controls else ''}; the pixels reach "
                f"{interval(records(table, NO_LEARNING)[0])}. Noise ceiling {limit}. Accuracy "
                f"{numbers['task.accuracy.trained.mean']:.3f} trained, "
                f"{numbers['task.accuracy.untrained.mean']:.3f} untrained."
            )
        run.describe(
            question="Do networks that learn to tell the tilt of gratings become like primary visual cortex?",
            answer=answer,
            notes=[
                *self.learning_notes({self.task: found.networks}),
                *self.control_notes(found.networks),
                *self.undefined_notes(found.rdms),
                *self.ceiling_note(found.brain),
                *no_tuning_note(found.tuning),
            ],
            methods=[
                self.describe_training(),
                self.control_methods(found.networks),
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
            ],
            references=[
                "neuromatch",
                *([DATASETS[self.data].reference] if self.data in DATASETS else []),
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "schutt-2023",
            ],
            meanings=self.meanings(),
        )
