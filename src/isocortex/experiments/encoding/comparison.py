"""Compare encoding models: the median over neurons of what each explains, with intervals over animals and seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.inference import Uncertainty, jackknife
from ..shared.intervals import hold_for

PARTS = 20
"""Parts of one animal's neurons, left out one at a time: large enough for the jackknife of a median to be right."""
DRAWN = {"animal": "new animals", "part": "new neurons", "seed": "new seeds"}
Model = tuple[str, str]
"""A layer or a model's name, and its variant."""
Scores = list[pd.DataFrame]
"""A table of every neuron for each seed."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What every model explains of every neuron.

    Attributes
    ----------
    models : list of (name, variant)
    fev, r2 : array, shape (model, seed, neuron)
        Fraction of explainable variance, and coefficient of determination; of models without seeds the same for each.
    neurons : DataFrame
        Columns ``animal``, ``snr``, ``p``, ``judged``; a row for every neuron.
    """

    models: Sequence[Model]
    fev: np.ndarray
    r2: np.ndarray
    neurons: pd.DataFrame

    @property
    def has_fev(self) -> bool:
        """Whether noise is known, and some neuron can be judged."""
        return bool(self.neurons["judged"].any())

    @property
    def kept(self) -> np.ndarray:
        """The neurons that are compared: those that can be judged, or all where noise is not known."""
        return self.neurons["judged"].to_numpy() if self.has_fev else np.ones(len(self.neurons), bool)

    @property
    def score(self) -> np.ndarray:
        """The fraction of explainable variance, or R² where noise is not known; shape (model, seed, neuron)."""
        return self.fev if self.has_fev else self.r2

    @cached_property
    def factors(self) -> dict[str, int]:
        """What is taken as a random sample, and how many items it has: animals, or neurons of one; and seeds."""
        animals = len(np.unique(self.neurons["animal"].to_numpy()[self.kept]))
        first = {"animal": animals} if animals > 1 else {"part": min(PARTS, int(self.kept.sum()))}
        return {name: n for name, n in (first | {"seed": self.fev.shape[1]}).items() if n > 1}

    @property
    def held_for(self) -> str:
        """What intervals hold for, in words."""
        return hold_for(DRAWN, {name: self.factors.get(name, 1) for name in DRAWN})

    def medians(self, scores: np.ndarray) -> Uncertainty:
        """Return the median over neurons of every model, mean over animals, with its uncertainty."""
        kept = np.flatnonzero(self.kept)
        along = {"animal": self.neurons["animal"].to_numpy()[kept], "part": np.arange(len(kept)) % PARTS}
        data = xr.DataArray(
            scores[:, :, kept],
            dims=("model", "seed", "unit"),
            coords={"seed": np.arange(scores.shape[1]), **{name: ("unit", values) for name, values in along.items()}},
        )
        if not self.factors:
            nothing = np.full((len(scores),) * 2, np.nan)
            return Uncertainty(_median(data), nothing, {}, {}, frozenset(), most=nothing)
        return jackknife(_median, data, list(self.factors))

    def table(self) -> pd.DataFrame:
        """Return a row per model: ``layer``, ``variant``, ``mean``, ``low``, ``high``, ``se``, ``p`` and ``r2``."""
        found = self.medians(self.score).test(np.eye(len(self.models)), 0.95).rename(columns={"estimate": "mean"})
        names = pd.DataFrame(self.models, columns=["layer", "variant"])
        return pd.concat([names, found, pd.DataFrame({"r2": self.medians(self.r2).mean})], axis=1)

    def differences(self, pairs: Sequence[tuple[Model, Model]]) -> pd.DataFrame:
        """Return a row per pair: ``layer``, the variants ``a`` and ``b``, ``difference``, ``low``, ``high``, ``p``."""
        contrasts = np.zeros((len(pairs), len(self.models)))
        for row, (a, b) in zip(contrasts, pairs, strict=True):
            row[self.models.index(a)], row[self.models.index(b)] = 1, -1
        found = self.medians(self.score).test(contrasts, 0.95).rename(columns={"estimate": "difference"})
        names = pd.DataFrame([(a[0], a[1], b[1]) for a, b in pairs], columns=["layer", "a", "b"])
        return pd.concat([names, found], axis=1)


def compare(scores: Mapping[Model, Scores], animal: np.ndarray) -> Comparison:
    """Gather the scores of every model, a table for each of its seeds, into one comparison."""
    seeds = max(len(tables) for tables in scores.values())

    def stacked(name: str) -> np.ndarray:
        return np.stack([[tables[i % len(tables)][name] for i in range(seeds)] for tables in scores.values()])

    first = next(iter(scores.values()))[0]
    neurons = first[["snr", "p", "judged"]].assign(animal=animal)
    return Comparison(list(scores), stacked("fev"), stacked("r2"), neurons)


def _median(data: xr.DataArray) -> np.ndarray:
    """Return the median over neurons of the mean over seeds, mean over animals; NaN for a model without scores."""
    values, animal = data.values.mean(axis=1), data["animal"].values
    return np.mean([np.median(values[:, animal == one], axis=1) for one in dict.fromkeys(animal)], axis=0)
