"""Which models predict how inferior temporal cortex of man and monkey represents 92 photographs?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...analysis import rsa
from ...analysis.rsa import SIMILARITIES
from ...analysis.rsa.comparison import EVERY_FACTOR
from ...errors import InputError
from ...models import ConvolutionalLayer, FourierEnergy, OrientationEnergy, Pixels, record
from ...rdms import RDMs
from ...recordings import ObjectRecordings, read_kriegeskorte
from ...runs import Run
from ...stimuli import canvas_size, fit_to_canvas, grey
from ..shared.intervals import describe_intervals, hold_for
from ..shared.protocol import Progress
from ..shared.tables import NO_LEARNING, Rows, answer_table, interval, most_like, records, similarity_table
from .networks import Networks, OrientationNetworks, TaskName
from .training_figures import draw_training

CANVAS = (64, 64)
"""Pixels on which the models without learning look at the photographs."""
DRAWN = {"stimulus": "new photographs", "subject": "new subjects", "seed": "new seeds"}
PUBLISHED, BRAIN = "published", "brain"
ROWS = {
    "filter bank: conv": "filter_bank.conv",
    "energy: simple": "energy.simple",
    "energy: complex": "energy.complex",
    "energy: pooled": "energy.pooled",
    "Fourier": "fourier.amplitude",
    "pixels": "pixels.rdm",
    "V1 model (2008)": "v1_model.rdm",
    "HMAX (2008)": "hmax.rdm",
    "monkey IT": "monkey.rdm",
}
"""Row of the table → model and layer in the summary's keys."""


@dataclass(frozen=True, kw_only=True)
class ImageIT(OrientationNetworks):
    """Compare models with human and monkey inferior temporal cortex on 92 photographs.

    Models: networks trained on orientation and their controls, the filter bank, an orientation-energy model of V1,
    Fourier energy, the pixels, and the published RDMs of a V1 model and of HMAX.
    """

    name: ClassVar[str] = "image-it"

    data: Annotated[
        Path | None, arg(help="Folder with the three published MATLAB files of Kriegeskorte et al. 2008. Required.")
    ] = None
    task: TaskName = "tilt"
    similarity: Annotated[
        str,
        arg(help="Of two RDMs: pearson, cosine, whitened-pearson, whitened-cosine, spearman, rho-a, tau-a or tau-b."),
    ] = "spearman"

    def tasks(self) -> tuple[str, ...]:
        """Return the one task."""
        return (self.task,)

    def read(self, progress: Progress | None = None) -> ObjectRecordings:
        """Read the photographs and the measured RDMs."""
        self.task_named(self.task)
        if self.data is None:
            raise InputError(
                "image-it needs --data FOLDER, with 92_brainRDMs.mat, 92_V1model_HMAX_RDMs.mat and "
                "Kriegeskorte_Neuron2008_supplementalData.mat."
            )
        return read_kriegeskorte(self.data)

    def files(self) -> list[Path]:
        """Return the published files, and the pictures of the task."""
        return [*super().files(), *([] if self.data is None else sorted(self.data.glob("*.mat")))]

    def walk(self, run: Run, inputs: ObjectRecordings) -> None:
        """Photographs → models → RDMs → comparison with human and monkey IT → figures."""
        networks = self.train(run, self.task)
        with run.stage("responses"):
            rdms = self.model_rdms(inputs, networks)
        published = {
            ("V1 model (2008)", PUBLISHED): inputs.models["v1_model"],
            ("HMAX (2008)", PUBLISHED): inputs.models["hmax"],
        }
        targets: dict[str, tuple[RDMs, Rows]] = {
            "human": (inputs.human, rdms | published | {("monkey IT", BRAIN): inputs.monkey}),
            "monkey": (inputs.monkey, rdms | published),
        }
        ceiling = rsa.noise_ceiling(inputs.human, self.similarity)
        numbers = networks.summary() | {
            "rsa.ceiling.human.lower": ceiling.lower,
            "rsa.ceiling.human.upper": ceiling.upper,
        }
        tables = {}
        with run.stage("comparison"):
            for target, (measured, rows) in targets.items():
                tables[target], dots = similarity_table(rows, measured, method=self.similarity, factors=EVERY_FACTOR)
                for row in records(tables[target]):
                    place = ROWS.get(row["layer"], f"{row['variant'].split()[0]}.{row['layer']}")
                    numbers |= {f"rsa.{place}.{target}.{what}": row[what] for what in ("mean", "low", "high")}
                self.draw_bars(run, target, measured, tables[target], dots)
        with_mean = {
            name: float(rsa.similarity(stack, inputs.human_mean, self.similarity)[0, 0])
            for name, stack in {"monkey": inputs.monkey, **inputs.models}.items()
        }
        run.summary(numbers | {f"rsa.{name}.rdm.human_mean": value for name, value in with_mean.items()})
        with run.stage("figures"):
            self.draw(run, inputs, rdms)
            draw_training(self, run, {self.task: networks})
        self.report(run, inputs, tables, networks, rdms, ceiling, with_mean)

    def model_rdms(self, inputs: ObjectRecordings, networks: Networks) -> dict[tuple[str, str], RDMs]:
        """Show the photographs to every model and return an RDM per layer."""
        stimuli, photographs = inputs.human.stimuli, grey(inputs.images)
        small, canvas = (fit_to_canvas(photographs, size) for size in (canvas_size(self.resolution), CANVAS))
        rdms = {}
        for variant, models in networks.variants.items():
            of_layers, _ = self.layer_rdms(models, small, stimuli)
            rdms |= {(layer, variant): rows for layer, rows in of_layers.items()}
        rivals = {
            "filter bank": ConvolutionalLayer(),
            "energy": OrientationEnergy(CANVAS),
            "Fourier": FourierEnergy(),
            "pixels": Pixels(),
        }
        for name, model in rivals.items():
            for layer, activity in record(model, canvas, stimuli=stimuli, population=False).items():
                row = name if name in ROWS else f"{name}: {layer}"
                rdms[row, NO_LEARNING] = rsa.rdm(activity, self.dissimilarity)
        return rdms

    def sizes(self, measured: RDMs) -> dict[str, int]:
        """Return how many photographs, subjects and seeds there are."""
        return {"stimulus": len(measured.stimuli), "subject": len(measured), "seed": self.seeds}

    def draw_bars(self, run: Run, target: str, measured: RDMs, table: pd.DataFrame, dots: dict) -> None:
        """Draw the comparison with one target, and save its table."""
        ceiling = rsa.noise_ceiling(measured, self.similarity) if len(measured) > 1 else None
        run.table(f"similarity_{target}", table, caption=f"Similarity of each model's RDM with {target} IT.")
        run.figure(
            f"rdm_similarity_{target}",
            plots.similarity_bars(table, measure=SIMILARITIES[self.similarity][1], dots=dots, ceiling=ceiling),
            title=f"How much like {target} IT?",
            caption=f"Black lines: 95 % interval for {hold_for(EVERY_FACTOR, self.sizes(measured), DRAWN)}. White "
            "dots: seeds. "
            + ("Grey band: noise ceiling from four subjects." if ceiling else "One monkey RDM has no noise ceiling."),
            alt=f"Bar chart of the similarity of every model's RDM with that of {target} inferior temporal cortex.",
        )

    def draw(self, run: Run, inputs: ObjectRecordings, rdms: Rows) -> None:
        """Draw the matrices with their category blocks, and example photographs as the networks see them."""
        panels = {"human IT, 4 subjects": inputs.human, "monkey IT": inputs.monkey}
        panels |= {"HMAX (2008)": inputs.models["hmax"], "V1 model (2008)": inputs.models["v1_model"]}
        wanted = (("pixels", NO_LEARNING), ("energy: pooled", NO_LEARNING), ("pool", "trained"), ("fc", "trained"))
        panels |= {
            f"{variant}: {layer}" if variant == "trained" else layer: rdms[layer, variant]
            for layer, variant in wanted
            if len(rdms.get((layer, variant), ()))
        }
        run.figure(
            "rdms",
            plots.rdm_panels(panels, categories=inputs.categories),
            title="Dissimilarity matrices",
            caption="Mean RDMs as percentiles of their own dissimilarities. White lines separate blocks of bodies, "
            "faces, natural and artificial objects (human bodies and faces first, then animal ones).",
            alt="Matrices of the dissimilarity of each pair of 92 photographs, for cortex and models, in blocks.",
        )
        chosen = np.linspace(0, len(inputs.images) - 1, 12).round().astype(int)
        seen = fit_to_canvas(grey(inputs.images[chosen]), canvas_size(self.resolution))
        run.figure(
            "stimuli",
            plots.image_row(seen, [str(inputs.categories[i]) for i in chosen]),
            title="Photographs as the networks see them",
            caption="Twelve of the 92 photographs, grey and resized onto the canvas of the gratings.",
            alt="Small grey pictures of bodies, faces, natural and artificial objects on a grey ground.",
        )

    def report(
        self,
        run: Run,
        inputs: ObjectRecordings,
        tables: dict[str, pd.DataFrame],
        networks: Networks,
        rdms: Rows,
        ceiling: rsa.NoiseCeiling,
        with_mean: dict[str, float],
    ) -> None:
        """Write the answer in words, and the methods."""
        measure = SIMILARITIES[self.similarity][1]
        for target, table in tables.items():
            limit = f"Noise ceiling {ceiling.lower:.3f}–{ceiling.upper:.3f} ({ceiling.kind})."
            run.table(
                f"answer_{target}",
                answer_table(table),
                title=f"How much like {target} IT? {measure}, mean [95 % interval]",
                caption=limit if target == "human" else "One RDM from one group of neurons has no noise ceiling.",
                shown=True,
            )
        human = tables["human"]
        models = [
            row | {"layer": f"{row['layer']} ({row['variant']})"} for row in records(human) if row["variant"] != BRAIN
        ]
        answer = [most_like(models, among="the models", target="human IT", measure=measure)]
        if learned := records(human, "trained"):
            among = "the layers trained on orientation"
            answer.append(most_like(learned, among=among, target="human IT", measure=measure))
        (monkey,) = records(human, BRAIN)
        run.describe(
            question="Which models predict how inferior temporal cortex represents photographs of objects?",
            answer=f"{'. '.join(answer)}. Monkey IT reaches {interval(monkey)}; the noise ceiling is "
            f"{ceiling.lower:.3f}–{ceiling.upper:.3f}. The networks' accuracy on their own task is "
            f"{networks.accuracy['trained'].mean():.3f} trained and {networks.accuracy['untrained'].mean():.3f} "
            "untrained.",
            notes=[
                *self.learning_notes({self.task: networks}),
                *self.control_notes(networks),
                *self.undefined_notes(rdms),
                "With the published mean of the human RDMs, instead of the mean over subjects: "
                f"monkey IT {with_mean['monkey']:.3f}, HMAX {with_mean['hmax']:.3f}, "
                f"V1 model {with_mean['v1_model']:.3f}.",
            ],
            methods=[
                "92 photographs of objects (Kriegeskorte et al. 2008) were made grey and resized, without distortion, "
                f"onto a grey canvas: {' × '.join(map(str, canvas_size(self.resolution)))} pixels for the trained "
                f"networks, as their gratings, and {CANVAS[0]} × {CANVAS[1]} for the models without learning.",
                self.describe_training(),
                self.control_methods(networks),
                "Rivals without learning: the filter bank; an orientation-energy model (Gabor quadrature pairs at four "
                "scales and eight orientations; simple: half-rectified phases, complex: root energy, pooled: its mean "
                "over a 6 × 6 grid); Fourier: the amplitude spectrum under a Hann window. V1 model and HMAX: the RDMs "
                "published with the recordings.",
                "Human IT: 316 voxels, four subjects, two fMRI sessions averaged first. Monkey IT: 674 neurons. "
                "The recordings and photographs belong to their authors; cite Kriegeskorte et al. (2008).",
                f"{self.describe_comparison('those of human and monkey IT')} "
                f"{describe_intervals(EVERY_FACTOR, self.sizes(inputs.human), DRAWN)} Those of monkey IT, of which "
                "there is one RDM, do not hold for new monkeys.",
            ],
            references=[
                "kriegeskorte-2008",
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "efron-stein-1981",
                "adelson-bergen-1985",
                "riesenhuber-poggio-1999",
                "neuromatch",
            ],
            meanings=self.meanings(),
        )
