"""What ``zipser-andersen`` found, in numbers and words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.gain_fields import CLASSES
from ...analysis.receptive_shift import FRAMES as UNIT_FRAMES
from ...formats import UNDEFINED, counted, interval, number, percent, significant
from ...report import Finding, Quantity, Result, Table
from ...stimuli import MonotonicCode
from ...tasks.head_centred import EYE_FORMATS, REACH, RETINA
from ..shared.published import beside_published
from ..shared.tables import records
from .gain_figures import code_picture, frame_findings, gain_findings, gain_tables
from .learning_figures import learning_findings
from .measures import COARSE, CONFIDENCE, EYES, FIELD, Found, change

PLATEAU, MIDDLE = 50, 200
"""Epochs at which the published curve is read."""
REFERENCE: dict[str, tuple[str, float | int, str]] = {
    "error.zero_output": ("error of an output that is always 0", 0.776, ".3f"),
    "error.mean_output": ("error of the mean output", 0.737, ".3f"),
    "error.train.epoch_50.mean": ("error on the plateau (epoch 50)", 0.73, ".3f"),
    "error.train.epoch_200.mean": ("error at epoch 200", 0.654, ".3f"),
    "error.train.final.mean": ("error at epoch 1000", 0.449, ".3f"),
    "gain_field.depth.median": ("gain depth, trained", 0.16, ".2f"),
    "gain_field.depth.untrained.median": ("gain depth, untrained", 0.03, ".2f"),
    "gain_field.interaction.median": ("eye × retina interaction, trained", 0.125, ".3f"),
    "gain_field.interaction.untrained.median": ("eye × retina interaction, untrained", 2e-7, ".7f"),
    "gain_field.planar_r2.median": ("variance explained by a plane, trained", 0.87, ".2f"),
}
"""Key → what, number, format: from eight seeds of an independent program. Zipser and Andersen print no such numbers."""
MEASURES = {
    "depth": "gain depth",
    "interaction": "interaction of eye and retinal position (share of variance)",
    "planar_r2": "fit of a plane in eye position (share of variance)",
    "shift": "shift of the receptive field (° per ° of eye movement)",
}
"""Column of the gain fields → what it is."""
PREFIX = {"trained": "", "Adam": "adam."}
AFTER = {"trained": "after the first training", "Adam": "after training with Adam"}
ERROR = "Squared error summed over the outputs"


def _quantities() -> dict[str, Quantity]:
    """Return what every number of the summary is."""
    found = {
        "error.zero_output": Quantity(f"{ERROR}, of an output that is always 0"),
        "error.mean_output": Quantity(f"{ERROR}, of an output that is always the mean target"),
        "position.inverse_error_deg.max": Quantity("Largest error of the decoder on the targets themselves", "°"),
        "position.error_deg.untrained.median": Quantity("Median error of the decoded position, untrained", "°"),
        "backprop.max_relative_difference": Quantity("Largest relative difference from automatic gradients"),
        "rsa.<frame>.<variant>.mean": Quantity("Pearson correlation of an RDM with that of positions, mean over seeds"),
        "rsa.<frame>.<variant>.low": Quantity("The same: lower end of the 95 % interval"),
        "rsa.<frame>.<variant>.high": Quantity("The same: upper end of the 95 % interval"),
    }
    for variant, prefix in PREFIX.items():
        after = AFTER[variant]
        found |= {
            f"{prefix}error.train.<epoch>.mean": Quantity(f"{ERROR}, per training sample at an epoch, {after}"),
            f"{prefix}error.test.final.mean": Quantity(f"{ERROR}, per held-out sample, {after}"),
            f"{prefix}position.error_deg.median": Quantity(f"Median error of the decoded position, {after}", "°"),
        }
        found |= {
            f"{prefix}gain_field.{name}.median": Quantity(f"Median over hidden units {after}: {what}")
            for name, what in MEASURES.items()
        }
    return found | {
        f"gain_field.{name}.untrained.median": Quantity(f"Median over untrained hidden units: {what}")
        for name, what in MEASURES.items()
    }


@dataclass(frozen=True, eq=False)
class ZipserResult(Result):
    """What the networks learned, and what their gain fields became.

    Attributes
    ----------
    found : Found
    """

    question: ClassVar[str] = "Do networks that add eye and retinal position develop gain fields?"
    quantities: ClassVar[dict[str, Quantity]] = _quantities()
    references: ClassVar[tuple[str, ...]] = (
        "zipser-andersen-1988",
        "rumelhart-1986",
        "kingma-ba-2015",
        "duhamel-1997",
        "efron-stein-1981",
    )

    found: Found

    @cached_property
    def _numbers(self) -> dict[str, float | int]:
        found = self.found
        table: dict[str, float | int] = {
            "error.zero_output": found.baselines["output 0"],
            "error.mean_output": found.baselines["mean output"],
            "position.inverse_error_deg.max": found.inverse_error(),
            "position.error_deg.untrained.median": float(np.median(found.position_error("untrained"))),
            "backprop.max_relative_difference": found.agreement,
        }
        for variant, error in found.errors.items():
            prefix, mean = PREFIX[variant], error.mean("seed")
            read = {f"epoch_{e}": e for e in (PLATEAU, MIDDLE) if e <= len(mean)} | {"final": len(mean)}
            table |= {f"{prefix}error.train.{name}.mean": float(mean.sel(epoch=e)) for name, e in read.items()}
            table[f"{prefix}error.test.final.mean"] = float(found.test_error(variant).mean())
            table[f"{prefix}position.error_deg.median"] = float(np.median(found.position_error(variant)))
        for variant, gains in found.tables.items():
            prefix, part = PREFIX.get(variant, ""), ".untrained" if variant == "untrained" else ""
            table |= {f"{prefix}gain_field.{name}{part}.median": _median(gains, name) for name in MEASURES}
        for row in records(found.similarities):
            place = f"rsa.{row['layer'].replace('-', '_')}.{row['variant'].lower()}"
            table |= {f"{place}.{what}": row[what] for what in ("mean", "low", "high")}
        return table

    def numbers(self) -> dict[str, float | int]:
        return self._numbers

    def findings(self) -> Iterator[Finding]:
        found = self.found
        yield Table(
            "answer",
            self._changes(),
            "Medians of the hidden units of all seeds. The differences are means over seeds of each seed's median "
            f"minus its median before training, with {percent(CONFIDENCE, 0)} intervals.",
            title="Gain fields before and after training",
            shown=True,
        )
        yield from gain_findings(found)
        yield Table(
            "gain_fields_by_class",
            self._shares(),
            "Share of the hidden units of all seeds. Frame: a receptive field can be fixed on the retina, fixed to the "
            "head, or in the middle third between the two. "
            "Class: whether the evoked response (visual) or the response without a stimulus (background) varies with "
            "the eye position, or both do, in the same direction (parallel) or in opposite ones (opposed), or neither "
            "(constant).",
            title="What the hidden units are",
            shown=True,
        )
        yield from frame_findings(found)
        yield from learning_findings(found)
        yield code_picture()
        if found.published:
            yield Table(
                "published",
                beside_published(self._numbers, REFERENCE, "independent program"),
                "Means (errors) and medians (gain fields) over eight seeds of an independent program with the same "
                "options. Units differ so much that medians differ between sets of eight seeds: over four sets of "
                "ours, the median depth has a standard deviation of 0.03, and the variance explained by a plane one "
                "of 0.02.",
                title="Reference numbers beside ours",
                shown=True,
            )
        yield from gain_tables(found)

    def _changes(self) -> pd.DataFrame:
        """Return every measure of the gain fields by variant, with the differences from the untrained networks."""
        tables = self.found.tables
        rows = []
        for name, what in MEASURES.items():
            row = {"median of the hidden units": what}
            row |= {variant: number(_median(table, name)) for variant, table in tables.items()}
            row |= {f"{v} − untrained": interval(*change(tables, v, name)) for v in tables if v != "untrained"}
            rows.append(row)
        return pd.DataFrame(rows)

    def _shares(self) -> pd.DataFrame:
        """Return the share of units of every frame and class, a column per variant."""
        rows = []
        for column, kinds in (("frame", UNIT_FRAMES), ("class", CLASSES)):
            for kind in kinds:
                shares = {name: percent(np.mean(table[column] == kind), 0) for name, table in self.found.tables.items()}
                rows.append({"hidden units": f"{column}: {kind}", **shares})
        return pd.DataFrame(rows)

    def responses(self) -> dict[str, xr.DataArray]:
        return {f"{name}/hidden1": x.astype(np.float32) for name, x in self.found.responses.items()}

    def answer(self) -> str:
        n, tables = self._numbers, self.found.tables
        difference, low, high = change(tables, "trained", "depth")
        verdict = "Yes." if low > 0 else "Not measurably more than without training."
        if np.isnan(low):
            verdict = "A single network cannot answer this."
        epochs = self.found.errors["trained"].sizes["epoch"]
        head = percent(np.mean(tables["trained"]["frame"] == "head-centred"), 0)
        text = (
            f"{verdict} After {counted(epochs, 'epoch')} of training, the response of a hidden unit to its best "
            f"retinal place varies with the eye position by {number(n['gain_field.depth.median'], 2)} of its maximum "
            f"(median gain depth), and by {number(n['gain_field.depth.untrained.median'], 2)} in untrained networks; "
            f"the mean difference is {interval(difference, low, high, 2)}. The interaction of eye and retinal position "
            f"is {_share(n['gain_field.interaction.median'])} of the variance (untrained "
            f"{_share(n['gain_field.interaction.untrained.median'])}). {head} of the hidden units have a receptive "
            "field that is fixed to the head. The RDM of all hidden units together correlates with that of "
            f"head-centred position to {number(n['rsa.head_centred.trained.mean'], 2)} (untrained "
            f"{number(n['rsa.head_centred.untrained.mean'], 2)}). The networks decode the head-centred position with a "
            f"median error of {number(n['position.error_deg.median'], 1)}°."
        )
        if "Adam" not in tables:
            return text
        return (
            f"{text} Training with Adam reduces that error to {number(n['adam.position.error_deg.median'], 1)}°. The "
            f"gain depth is then {number(n['adam.gain_field.depth.median'], 2)}, the interaction "
            f"{_share(n['adam.gain_field.interaction.median'])} of the variance, and receptive fields move by "
            f"{number(n['adam.gain_field.shift.median'], 2)}° per degree of eye movement (after the first training "
            f"{number(n['gain_field.shift.median'], 2)}°)."
        )

    def notes(self) -> list[str]:
        return [
            "A good fit of a plane says little: an untrained sigmoid unit is planar because it is nearly linear. "
            "Training adds the depth of the gain and the interaction of eye and retinal position, which are therefore "
            "compared with untrained networks.",
            "The training of the textbook stops long before the task is solved: the bumps in the output are low and "
            "wide. The training with Adam goes on until they can be read, and shows what gain fields become then.",
            "In the stimuli for RDMs, retinal and head-centred positions are correlated, because the head-centred "
            "position is the sum of retinal and eye position. A code of one resembles a code of the other, so that "
            "only differences between bars can be interpreted.",
            "A unit that adds eye and retinal position before a threshold has a receptive field that seems to move. "
            "The shift alone therefore does not separate a gain field from a partial change of the frame of reference.",
        ]

    def methods(self) -> list[str]:
        found, lines = self.found, MonotonicCode()
        task = found.task
        eyes = ", ".join(number(x, 0) for x in EYES)
        return [
            f"The networks are perceptrons of {task.n_inputs}, {found.hidden} and {task.n_outputs} sigmoid units. "
            f"Initial weights are uniform within ±1/√(number of inputs), and biases 0. There are "
            f"{counted(found.seeds, 'network')}, each with its own weights and samples. "
            f"{found.errors['trained'].attrs['methods']}"
            + (f" Second training: {found.errors['Adam'].attrs['methods']}" if "Adam" in found.errors else ""),
            f"Retinal and head-centred positions are independent and uniform on ±{significant(REACH)}°; the eye "
            f"position is their difference. The eye position is given in the {task.eye} format, and the output in the "
            f"{task.output.replace('gaussian', 'Gaussian')} format. The retina has {RETINA.size} × {RETINA.size} "
            "units with Gaussian fields, "
            f"exp(−d²/2σ²), whose centres are {significant(RETINA.spacing)}° apart from −{significant(REACH)}°, and "
            f"whose width at 1/e is {significant(RETINA.width)}°; the Gaussian format of the output is the same. In "
            f"the linear format the eye position is divided by {significant(EYE_FORMATS['linear'].reach)}°. In the "
            f"monotonic format, line i of the rising type passes (reach, 1) and (−reach, −2(i − 1)/{lines.n}), and is "
            f"cut at 0; the falling type is its mirror image. There are {lines.n} lines per type and axis; the reach "
            f"is {significant(EYE_FORMATS['monotonic'].reach)}° for the eye and {significant(REACH)}° for the head.",
            "Back-propagation is written out: $\\delta^L = ŷ - y$ for the cross-entropy, or $(ŷ - y) "
            "ŷ (1 - ŷ)$ for the squared error; $\\delta^\\ell = (W^{\\ell+1})^T \\delta^{\\ell+1} \\odot "
            "f'(a^\\ell)$, $\\partial L/\\partial W^\\ell = \\delta^\\ell (z^{\\ell-1})^T$ and $\\partial L/\\partial "
            "b^\\ell = \\delta^\\ell$. It was compared with automatic differentiation in float64. The error is $\\sum "
            "(ŷ - y)^2$ over the outputs, averaged over the training samples as the epoch runs.",
            f"Positions were decoded from the outputs to {len(found.head)} held-out samples, by least squares against "
            "the patterns of the code (Gaussian patterns times any gain).",
            f"Gain fields were measured with {len(FIELD)} × {len(FIELD)} retinal places "
            f"{significant(FIELD[1] - FIELD[0])}° apart, at {len(EYES) ** 2} eye positions (x and y at {eyes}°), and "
            f"without a stimulus. {found.tables['trained'].attrs['methods']}",
            f"RDMs hold squared Euclidean distances of the responses to {len(COARSE)} × {len(COARSE)} retinal places "
            f"at {len(EYES) ** 2} eye positions, and were compared with squared distances of positions. "
            f"{found.similarities.attrs['methods']} The positions are a lattice and no random sample, so that the "
            "intervals do not hold for other positions.",
        ]


def _median(table: pd.DataFrame, measure: str) -> float:
    """Return the median of a measure over the units that have it."""
    return float(np.nanmedian(table[measure]))


def _share(share: float) -> str:
    """Return a share of variance as a percentage."""
    return UNDEFINED if np.isnan(share) else percent(share) if share >= 0.0005 else "below 0.1 %"
