"""What is said of networks beside recordings of V1, in both experiments that compare them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...formats import counted, significant
from ...rdms import RDMs
from ...recordings import DATASETS
from ...report import Quantity, Table
from ..shared.intervals import hold_for, interval_quantities
from ..shared.tables import ceiling_range, file_name
from .networks_result import NetworksResult
from .tuning import no_tuning_note
from .v1_comparison import ORIENTATION_ALONE, Brain, V1Comparison

DRAWN = {"subject": "new animals", "seed": "new seeds"}
CEILING = {
    "rsa.ceiling.lower": Quantity("Lower bound of the noise ceiling of the similarity with V1"),
    "rsa.ceiling.upper": Quantity("Upper bound of the noise ceiling of the similarity with V1"),
}
SIMILARITY = "Similarity of RDMs with those of V1, mean over seeds and animals"
SIMILARITIES = {
    **interval_quantities("rsa.<layer>.<networks>", f"{SIMILARITY}, of a layer of trained or control networks"),
    **interval_quantities("rsa.<model>", f"{SIMILARITY}, of a model without learning"),
}


@dataclass(frozen=True, eq=False)
class V1Result(NetworksResult):
    """Networks beside recordings of V1.

    Attributes
    ----------
    options : V1Comparison
    brain : Brain
    table : DataFrame
        Similarity of each layer and variant with the animals.
    dots : mapping of (layer, variant) to array, shape (seed,)
    differences : DataFrame
        Differences of variants, layer by layer.
    tuning : mapping of str to DataFrame
        Animal, or kind of network and layer → tuning of its units.
    """

    options: V1Comparison
    brain: Brain
    table: pd.DataFrame
    dots: Mapping[tuple[str, str], np.ndarray]
    differences: pd.DataFrame
    tuning: Mapping[str, pd.DataFrame]

    @property
    def references(self) -> Sequence[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the sources, with that of the data set."""
        known = DATASETS.get(self.options.data)
        return [*super().references, *([known.reference] if known else [])]

    @property
    def sizes(self) -> dict[str, int]:
        """How many animals and seeds there are."""
        return {"subject": len(self.brain.rdms), "seed": self.options.seeds}

    @property
    def ceiling(self) -> str:
        """The noise ceiling as a range."""
        return ceiling_range(self.brain.ceiling)

    def ceiling_numbers(self) -> dict[str, float]:
        """Return the bounds of the noise ceiling, where there is one."""
        found = self.brain.ceiling
        return {"rsa.ceiling.lower": found.lower, "rsa.ceiling.upper": found.upper} if found else {}

    def ceiling_caption(self) -> str:
        """Return the noise ceiling and how it was estimated."""
        found = self.brain.ceiling
        return f"The noise ceiling is {self.ceiling}{f' ({found.kind})' if found else ''}."

    def bars_caption(self) -> str:
        """Return what bars, lines, dots and band of the similarities show."""
        band = "Grey band: noise ceiling." if self.brain.ceiling else "These data have no noise ceiling."
        return f"Bars: mean over seeds and animals. {self.intervals_caption()} White dots: seeds. {band}"

    def intervals_caption(self) -> str:
        """Return what the lines of intervals hold for."""
        new = hold_for(DRAWN, self.sizes)
        return f"Lines: 95 % interval for {new}, on these orientations." if new else "One network has no interval."

    def rdm_tables(self, panels: Mapping[str, RDMs]) -> Iterator[Table]:
        """Return the mean of every stack of RDMs as a table."""
        angles = self.brain.rdms.stimuli
        for name, stack in panels.items():
            square = pd.DataFrame(stack.square().mean(axis=0), index=angles, columns=angles)
            yield Table(f"rdm_{file_name(name)}", square, f"Mean RDM, {name}.")

    def notes(self) -> list[str]:
        return [*self.training_notes(), *self._animals(), *self._no_ceiling(), *no_tuning_note(self.tuning)]

    def _animals(self) -> list[str]:
        """Return what intervals cannot say, where there is one animal."""
        if len(self.brain.rdms) > 1:
            return []
        return [
            "There is one animal: the intervals say nothing about other animals, and a model without seeds has no "
            "interval."
        ]

    def _no_ceiling(self) -> list[str]:
        """Return why there is no noise ceiling, where there is none."""
        if self.brain.ceiling is not None:
            return []
        return ["There is no noise ceiling: it needs several animals, or repeats of one (resp_train, resp_test)."]

    def describe_orientation_alone(self) -> str:
        """Return what the rival without an image is."""
        return (
            f"{ORIENTATION_ALONE}: the dissimilarity 1 − cos 2Δθ of two orientations that differ by Δθ, which needs no "
            "image (does a layer share more with V1 than a code for orientation does?)"
        )

    def describe_inference(self) -> str:
        """Return how layers were compared with the animals, and why orientations are no sample, in words."""
        angles = np.sort(self.brain.rdms.stimuli % 180)
        widest = np.diff(angles, append=angles[0] + 180).max()
        return (
            f"{self.describe_comparison('those of the animals', self.table, self.brain.ceiling)} The "
            f"{counted(len(angles), 'orientation')} represent the whole circle, on which neighbours are at most "
            f"{significant(widest)}° apart, and are not taken as a random sample of stimuli."
        )
