"""What ``image-it`` finds: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...analysis import rsa
from ...formats import counted, number
from ...rdms import RDMs
from ...recordings import ObjectRecordings
from ...report import Finding, Quantity, Table
from ...stimuli import canvas_size
from ..shared.intervals import hold_for, interval_quantities
from ..shared.orientation_networks import TRAINING
from ..shared.recognition import ACCURACY, RECOGNITION, SIZE, Recognisers
from ..shared.tables import answer_table, ceiling_range, interval, leading, most_like, records
from .image_it_figures import bars, other_pictures
from .networks_result import NetworksResult
from .rivals import ENERGY_LAYERS, describe_rivals

if TYPE_CHECKING:
    from .image_it import ImageIT

CANVAS = (64, 64)
"""Pixels on which the models without learning look at the photographs."""
DRAWN = {"stimulus": "new photographs", "subject": "new subjects", "seed": "new seeds"}
PUBLISHED_MODELS = {"V1 model (2008)": "v1_model", "HMAX (2008)": "hmax"}
"""Row of the table → model whose RDM was published with the recordings."""
ROWS = {
    "filter bank: conv": "filter_bank.conv",
    **{f"energy: {layer}": f"energy.{layer}" for layer in ENERGY_LAYERS},
    "Fourier": "fourier.amplitude",
    "pixels": "pixels.rdm",
    **{row: f"{name}.rdm" for row, name in PUBLISHED_MODELS.items()},
    "monkey IT": "monkey.rdm",
}
"""Row of the table → model and layer in the summary's keys."""


def _place(layer: str, variant: str) -> str:
    """Return model and layer in the summary's keys, such as "trained.pool" or "recognition-trained.conv1"."""
    kind, colon, inner = layer.partition(": ")
    return f"{kind}-{variant}.{inner}" if colon and kind == RECOGNITION else f"{variant}.{layer}"


@dataclass(frozen=True, eq=False)
class Target:
    """A brain, and how like it every model is.

    Attributes
    ----------
    measured : RDMs
        One row per subject.
    table : DataFrame
        Similarity of each layer and variant with it.
    dots : mapping of (layer, variant) to array, shape (seed,)
    ceiling : NoiseCeiling or None
        None for a single subject.
    """

    measured: RDMs
    table: pd.DataFrame
    dots: Mapping[tuple[str, str], np.ndarray]
    ceiling: rsa.NoiseCeiling | None


@dataclass(frozen=True, eq=False)
class ImageITResult(NetworksResult):
    """Networks and other models beside inferior temporal cortex.

    Attributes
    ----------
    options : ImageIT
    recognisers : Recognisers
        Networks trained to recognise pictures, with their control.
    recordings : ObjectRecordings
    targets : mapping of str to Target
        "human" and "monkey".
    with_mean : mapping of str to float
        Similarity of monkey IT and of the published models with the published mean of the human RDMs.
    """

    question: ClassVar[str] = "Which models predict how inferior temporal cortex represents photographs of objects?"
    quantities: ClassVar[dict[str, Quantity]] = {
        **TRAINING,
        **ACCURACY,
        "rsa.ceiling.human.lower": Quantity("Lower bound of the noise ceiling of the similarity with human IT"),
        "rsa.ceiling.human.upper": Quantity("Upper bound of the noise ceiling of the similarity with human IT"),
        "rsa.<model>.rdm.human_mean": Quantity("Similarity of its RDM with the published mean of the human RDMs"),
        **interval_quantities("rsa.<model>.<layer>.human", "Similarity of RDMs with those of human IT, mean"),
        **interval_quantities("rsa.<model>.<layer>.monkey", "Similarity of RDMs with that of monkey IT, mean"),
    }
    references: ClassVar[tuple[str, ...]] = (
        "kriegeskorte-2008",
        "kriegeskorte-rsa-2008",
        "nili-2014",
        "efron-stein-1981",
        "adelson-bergen-1985",
        "riesenhuber-poggio-1999",
        "neuromatch",
    )

    options: "ImageIT"
    recognisers: Recognisers
    recordings: ObjectRecordings
    targets: Mapping[str, Target]
    with_mean: Mapping[str, float]

    def sizes(self, target: str) -> dict[str, int]:
        """Return how many photographs, subjects and seeds there are."""
        measured = self.targets[target].measured
        return {"stimulus": len(measured.stimuli), "subject": len(measured), "seed": self.options.seeds}

    def intervals_hold_for(self, target: str) -> str:
        """Return what the intervals of a target hold for."""
        return hold_for(DRAWN, self.sizes(target))

    def numbers(self) -> dict[str, float]:
        (networks,) = self.networks.values()
        found, ceiling = networks.numbers() | self.recognisers.numbers(), self.targets["human"].ceiling
        if ceiling is not None:
            found |= {"rsa.ceiling.human.lower": ceiling.lower, "rsa.ceiling.human.upper": ceiling.upper}
        for target, compared in self.targets.items():
            for row in records(compared.table):
                place = ROWS.get(row["layer"], _place(row["layer"], row["variant"].split()[0]))
                found |= {f"rsa.{place}.{target}.{what}": row[what] for what in ("mean", "low", "high")}
        return found | {f"rsa.{name}.rdm.human_mean": value for name, value in self.with_mean.items()}

    def findings(self) -> Iterator[Finding]:
        for target, compared in self.targets.items():
            yield bars(self, target)
            yield Table(
                f"answer_{target}",
                answer_table(compared.table),
                f"Mean [95 % interval]. {self.ceiling_caption(target)}",
                title=f"{self.measure} with {target} IT",
                shown=True,
            )
        yield from other_pictures(self)
        for target, compared in self.targets.items():
            yield Table(
                f"similarity_{target}", compared.table, f"Similarity of each model's RDM with those of {target} IT."
            )

    def ceiling_caption(self, target: str) -> str:
        """Return the noise ceiling of a target, or why it has none."""
        found = self.targets[target].ceiling
        if found is None:
            return "A single RDM, from one group of neurons, has no noise ceiling."
        return f"The noise ceiling is {ceiling_range(found)} ({found.kind})."

    def answer(self) -> str:
        (monkey,) = records(self.targets["human"].table, "brain")
        return (
            f"{self._most_like('human')} For comparison, monkey IT reaches {interval(monkey)} with human IT. "
            f"{self.ceiling_caption('human')} {self._most_like('monkey')} {self.accuracy_answer()}"
        )

    def _most_like(self, target: str) -> str:
        """Say which model is most like a brain, and how its untrained control fares, if it has one."""
        table = self.targets[target].table
        models = [
            row | {"layer": f"{row['layer']} ({row['variant']})", "of": row["layer"]}
            for row in records(table)
            if row["variant"] != "brain"
        ]
        top = leading(models)
        said = most_like(models, among="the models", target=f"{target} IT", measure=self.measure)
        controls = [row for row in records(table, "untrained") if row["layer"] == top["of"]]
        if top["variant"] != "trained" or not controls:
            return f"{said}."
        return f"{said}. Before training, {top['of']} reaches {interval(controls[0])}."

    def notes(self) -> list[str]:
        return [
            *self.training_notes(),
            "With the published mean of the human RDMs, instead of the mean over subjects, the similarity of monkey "
            f"IT is {number(self.with_mean['monkey'])}, that of HMAX {number(self.with_mean['hmax'])}, and that of "
            f"the V1 model {number(self.with_mean['v1_model'])}.",
        ]

    def methods(self) -> list[str]:
        human, monkey = self.targets["human"], self.targets["monkey"]
        rows, columns = canvas_size(self.options.resolution)
        n, subjects = len(self.recordings.images), counted(len(self.recordings.human), "subject")
        return [
            f"{n} photographs of objects (Kriegeskorte et al. 2008) were made grey and resized, without distortion, "
            f"onto a grey canvas: {rows} × {columns} pixels for the networks trained on orientation, as their "
            f"gratings, {SIZE} × {SIZE} for the networks for recognition, and {CANVAS[0]} × {CANVAS[1]} for the models "
            "without learning.",
            *self.describe_training(),
            self.describe_controls(),
            self.recognisers.methods,
            f"Rivals without learning: the filter bank; {describe_rivals(CANVAS)}. The RDMs "
            "of the V1 model and of HMAX were published with the recordings.",
            f"The RDMs of human IT come from 316 voxels in {subjects}, averaged over two fMRI sessions, and that of "
            "monkey IT from 674 neurons. The recordings and photographs belong to their authors; cite Kriegeskorte et "
            "al. (2008).",
            self.describe_comparison("those of human IT", human.table, human.ceiling),
            f"For monkey IT, {monkey.table.attrs['methods']} With one RDM, intervals do not hold for new monkeys.",
        ]
