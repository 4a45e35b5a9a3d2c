"""What ``normative-tasks`` finds: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import xarray as xr

from ...formats import listed
from ...report import Finding, Quantity, Table
from ...stimuli import canvas_size
from ..shared.intervals import interval_quantities
from ..shared.tables import DIFFERENCE, NO_LEARNING, answer_table, best, interval, leading, records
from .networks_result import TRAINING
from .normative_figures import comparison_pictures, other_pictures, rdm_panels
from .orientation_answer import beside_orientation_alone
from .rivals import describe_rivals
from .tuning_figures import tuning_summaries
from .v1_comparison import ORIENTATION_ALONE
from .v1_result import CEILING, SIMILARITIES, V1Result

ENERGY = ("complex", "pooled")
"""Layers of the orientation-energy model that are compared."""
RIVALS = {
    "pixels": "pixels",
    "Fourier": "fourier.amplitude",
    **{f"energy: {layer}": f"energy.{layer}" for layer in ENERGY},
    ORIENTATION_ALONE: "orientation_alone",
}
"""Row of the table → model and layer in the summary's keys."""
JUDGED = ("pool", "fc")
"""Layers that the answer speaks about, where the architecture has them."""
LARGEST_P = 0.05


@dataclass(frozen=True, eq=False)
class NormativeResult(V1Result):
    """Several tasks beside V1; ``differences`` are those of every pair of tasks, layer by layer.

    Attributes
    ----------
    rivals : DataFrame
        Every task less the orientation alone, layer by layer.
    """

    question: ClassVar[str] = "Which task makes a network most like primary visual cortex?"
    quantities: ClassVar[dict[str, Quantity]] = {
        **{f"<task>.{key}": quantity for key, quantity in TRAINING.items()},
        **CEILING,
        **interval_quantities(
            "rsa.<layer>.<task>.minus.<rival>",
            "Similarity with V1 of a layer trained on one task, minus that of the other task or of the orientation "
            "alone",
            p=True,
        ),
        **SIMILARITIES,
    }

    rivals: pd.DataFrame

    @property
    def references(self) -> Sequence[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the sources."""
        return [*super().references, "adelson-bergen-1985"]

    def numbers(self) -> dict[str, float]:
        found = {}
        for task, networks in self.networks.items():
            found |= {f"{task}.{name}": value for name, value in networks.numbers().items()}
        for row in records(self.table):
            place = RIVALS.get(row["layer"], f"{row['layer']}.{row['variant'].split()[0]}")
            found |= {f"rsa.{place}.{what}": row[what] for what in ("mean", "low", "high")}
        for row in records(self.differences):
            place = f"rsa.{row['layer']}.{row['a']}.minus.{row['b']}"
            found |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
            found[f"rsa.{row['layer']}.{row['b']}.minus.{row['a']}.p"] = row["p"]
        for row in records(self.rivals):
            place = f"rsa.{row['layer']}.{row['a']}.minus.orientation_alone"
            found |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
        return found | self.ceiling_numbers()

    def findings(self) -> Iterator[Finding]:
        yield from comparison_pictures(self)
        without = listed(f"{row['layer']} {interval(row)}" for row in records(self.table, NO_LEARNING))
        controls = [name for name in self.controls if name != "trained"]
        yield Table(
            "answer",
            answer_table(self.table.query("variant != @NO_LEARNING"), (*self.networks, *controls))
            .set_index("layer")
            .T.rename_axis("trained on")
            .reset_index(),
            f"Mean [95 % interval]. Models without learning: {without}. {self.ceiling_caption()}",
            title=f"{self.measure} with V1, by task",
            shown=True,
        )
        yield from other_pictures(self)
        if self.tuning:
            yield from tuning_summaries(self.tuning)
        yield Table("similarity", self.table, "Similarity of each layer's RDM with the recorded ones.")
        yield Table("differences", self.differences, "Differences between tasks, p after Holm's correction.")
        yield Table("beside_orientation_alone", self.rivals, "Trained layers minus the orientation alone.")
        yield from self.rdm_tables(rdm_panels(self))

    def answer(self) -> str:
        rival = best(records(self.table, NO_LEARNING))
        return " ".join(
            [
                *(verdict for layer in JUDGED if (verdict := self.verdict(layer))),
                *self.beside_rival(),
                f"Of the models without learning, {rival['layer']} is most like V1: {self.measure} {interval(rival)}. "
                f"{self.ceiling_caption()}",
            ]
        )

    def verdict(self, layer: str) -> str:
        """Return which task is best in a layer and how far ahead, or nothing where the layer is undefined."""
        rows = [row for row in records(self.table, *self.networks) if row["layer"] == layer]
        pairs = [row for row in records(self.differences) if row["layer"] == layer]
        if not rows or not pairs:
            return ""
        top = leading(rows)
        if not top["low"] > 0:
            return (
                f"In {layer}, no task makes the networks measurably like V1; the largest {self.measure} is that of "
                f"the task {top['variant']}, {interval(top)}."
            )
        ahead = [advantage(row, top["variant"]) for row in pairs if top["variant"] in (row["a"], row["b"])]
        beaten = [
            f"that of {row['other']} by {interval(row, 'difference')}"
            for row in ahead
            if row["p"] < LARGEST_P and row["difference"] > 0
        ]
        others = (
            f"exceeds {listed(beaten)} (p < {LARGEST_P} after Holm's correction)"
            if beaten
            else f"exceeds that of no other task (p < {LARGEST_P} after Holm's correction)"
        )
        control = [row for row in records(self.table, "untrained") if row["layer"] == layer]
        return (
            f"In {layer}, the task {top['variant']} makes the networks most like V1: {self.measure} {interval(top)}"
            f"{f', and {interval(control[0])} before training' if control else ''}. This similarity {others}."
        )

    def beside_rival(self) -> list[str]:
        """Return how the most V1-like layer of all tasks compares with the orientation alone."""
        rows = {(row["layer"], row["a"]): row for row in records(self.rivals)}
        if not rows:
            return []
        (rival,) = (row for row in records(self.table, NO_LEARNING) if row["layer"] == ORIENTATION_ALONE)
        top = leading(records(self.table, *self.networks))
        place = top["layer"], top["variant"]
        return [beside_orientation_alone(rival, rows[place], layer=f"{place[0]}, trained on {place[1]},")]

    def methods(self) -> list[str]:
        size = canvas_size(self.options.resolution)
        return [
            *self.describe_training(),
            "Controls: untrained networks (the same for every task)"
            f"{' and random filters' * ('random filters' in self.controls)}. Rivals without learning: "
            f"{describe_rivals(size, energy=ENERGY)}; {self.describe_orientation_alone()}.",
            self.options.describe_neurons(self.brain.neurons),
            self.describe_inference(),
            "Tasks were compared in pairs, layer by layer; networks that started from the same weights are paired. "
            "p values are two-sided and corrected over the pairs of a layer (Holm).",
        ]

    def responses(self) -> dict[str, xr.DataArray]:
        return self.brain.mean_responses()


def advantage(row: dict, variant: str) -> dict:
    """Return a difference as the variant minus the other, whichever way it was taken, with the ``other``'s name."""
    if row["a"] == variant:
        return row | {"other": row["b"]}
    return row | {"other": row["a"], "difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
