"""What ``orientation-v1`` finds: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import xarray as xr

from ...formats import listed, p_value
from ...report import Finding, Quantity, Table
from ..shared.intervals import interval_quantities
from ..shared.tables import (
    DIFFERENCE,
    NO_LEARNING,
    answer_table,
    file_name,
    interval,
    leading,
    most_like,
    records,
)
from .networks_result import TRAINING
from .orientation_answer import beside_orientation_alone, what_learning_adds
from .orientation_figures import comparison_pictures, other_pictures, rdm_panels
from .tuning_figures import tuning_summaries
from .v1_comparison import ORIENTATION_ALONE
from .v1_result import CEILING, SIMILARITIES, V1Result


@dataclass(frozen=True, eq=False)
class OrientationResult(V1Result):
    """One task, trained and not, beside V1; ``differences`` are those to the untrained and to orientation alone.

    Attributes
    ----------
    trained : dict of str to DataArray
        Layer → responses of the trained population, of its first seed alone where they are large.
    pixels : DataArray
    """

    question: ClassVar[str] = (
        "Do networks become more like primary visual cortex when they learn about the orientation of gratings?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        **TRAINING,
        **CEILING,
        **interval_quantities(
            "rsa.<layer>.trained.minus.<rival>",
            "Similarity of a trained layer with V1, minus that of its untrained form or of the orientation alone",
            p=True,
        ),
        **SIMILARITIES,
    }

    trained: dict[str, xr.DataArray]
    pixels: xr.DataArray

    def numbers(self) -> dict[str, float]:
        (networks,) = self.networks.values()
        found = networks.numbers()
        for row in records(self.table):
            place = row["layer"] if row["variant"] == NO_LEARNING else f"{row['layer']}.{row['variant'].split()[0]}"
            found |= {f"rsa.{place.replace(' ', '_')}.{what}": row[what] for what in ("mean", "low", "high")}
        for row in records(self.differences):
            place = f"rsa.{row['layer']}.{row['a']}.minus.{file_name(row['b'])}"
            found |= {f"{place}.{what}": row[name] for what, name in DIFFERENCE.items()}
        return found | self.ceiling_numbers()

    def findings(self) -> Iterator[Finding]:
        if len(self.differences):
            yield Table(
                "learning",
                self.differences_shown(),
                "Differences [95 % interval]. p values are two-sided, and not corrected for the number of layers.",
                title=f"What learning adds: differences in {self.measure} with V1",
                shown=True,
            )
        yield from comparison_pictures(self)
        yield Table(
            "answer",
            answer_table(self.table),
            f"Mean [95 % interval]. {self.ceiling_caption()}",
            title=f"{self.measure} with V1",
            shown=True,
        )
        yield from other_pictures(self)
        if self.tuning:
            yield from tuning_summaries(self.tuning)
        yield Table("similarity", self.table, "Similarity of each layer's RDM with the recorded ones.")
        yield Table("differences", self.differences, "Trained minus untrained, and minus the orientation alone.")
        yield from self.rdm_tables(rdm_panels(self))

    def differences_shown(self) -> pd.DataFrame:
        """Return a row per layer, and a column per difference, with its interval and p."""
        rows: dict[str, dict[str, str]] = {}
        for row in records(self.differences):
            cell = f"{interval(row, 'difference')}, {p_value(row['p'])}"
            rows.setdefault(row["layer"], {"layer": row["layer"]})[f"{row['a']} − {row['b']}"] = cell
        return pd.DataFrame(list(rows.values())).fillna("")

    def answer(self) -> str:
        trained = records(self.table, "trained")
        if not trained:
            return "No layer of the trained networks has a defined RDM, so there is nothing to compare."
        top, differences = leading(trained), records(self.differences)
        rivals = [row for row in records(self.table, "untrained", "random filters") if row["layer"] == top["layer"]]
        controls = listed(f"{row['variant']} {interval(row)}" for row in rivals)
        without = {row["layer"]: row for row in records(self.table, NO_LEARNING)}
        most = most_like(trained, among="the trained networks' layers", target="V1", measure=self.measure)
        said = [
            what_learning_adds([row for row in differences if row["b"] == "untrained"]),
            f"{most}{f' (controls: {controls})' if controls else ''}.",
            *(
                beside_orientation_alone(without[ORIENTATION_ALONE], row, layer=f"trained {row['layer']}")
                for row in differences
                if (row["layer"], row["b"]) == (top["layer"], ORIENTATION_ALONE)
            ),
            f"The pixels reach {interval(without['pixels'])}. {self.ceiling_caption()}",
            self.accuracy_answer(),
        ]
        return " ".join(sentence for sentence in said if sentence)

    def methods(self) -> list[str]:
        return [
            *self.describe_training(),
            f"{self.describe_controls()} Also {self.describe_orientation_alone()}.",
            self.options.describe_neurons(self.brain.neurons),
            self.describe_inference(),
        ]

    def responses(self) -> dict[str, xr.DataArray]:
        return {f"trained/{layer}": x for layer, x in self.trained.items()} | self.brain.mean_responses()
