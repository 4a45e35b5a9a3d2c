"""How well the identity of an object can be decoded within its position and across positions, and how sure that is."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.decoding import Chance, Generalization, decode, decode_across
from ...analysis.inference import Uncertainty, bootstrap
from ...formats import counted
from ...shapes import PRNGKey

PAIRINGS = 10
"""Ways to join the trials of neurons that were recorded apart, over which accuracies are averaged."""
RIVALS = ("maximum-correlation", "lda", "poisson-naive-bayes", "gaussian-naive-bayes")
DRAWS = 10
"""Random subsets of neurons of every size."""
CONFIDENCE = 0.95


def prepared(counts: xr.DataArray, n_folds: int) -> xr.DataArray:
    """Number the trials of every position, and deal them out to folds once and for all.

    The fold of a trial is its own: copies of it in a bootstrap sample stay in that fold.
    """
    replicate = np.empty(counts.sizes["repeat"], int)
    for place in np.unique(counts["position"]):
        here = np.flatnonzero(counts["position"].values == place)
        replicate[here] = np.arange(len(here))
    return counts.assign_coords(replicate=("repeat", replicate), fold=("repeat", replicate % n_folds))


def paired_anew(population: xr.DataArray, key: PRNGKey) -> xr.DataArray:
    """Join the trials of the neurons to other pseudo-trials, within each object and position."""
    values = population.transpose("repeat", "time", "stimulus", "unit").values.copy()
    for i, place in enumerate(np.unique(population["position"])):
        here = np.flatnonzero(population["position"].values == place)
        shape = (len(here), 1, *values.shape[2:])
        order = np.asarray(jax.random.uniform(jax.random.fold_in(key, i), shape)).argsort(axis=0)
        values[here] = np.take_along_axis(values[here], order, axis=0)
    return population.copy(data=values)


def averaged_over_pairings(population: xr.DataArray, how: dict[str, Any], key: PRNGKey) -> Generalization:
    """Decode within and across positions, and average over several ways to join trials of neurons recorded apart."""
    pairings = [paired_anew(population, jax.random.fold_in(key, i)) for i in range(PAIRINGS)]
    found = [decode_across(pairing, across="position", **how) for pairing in pairings]
    return replace(found[0], score=xr.concat([each.score for each in found], "pairing").mean("pairing"))


def uncertainty(
    population: xr.DataArray, how: dict[str, Any], found: Generalization, key: PRNGKey, n_bootstraps: int
) -> Uncertainty:
    """Return the uncertainty of the time courses within and across positions, one after the other.

    Neurons and trials are drawn, not pseudo-trials: however many pseudo-trials are put together, they are made of the
    same trials.
    """

    def courses(sample: xr.DataArray) -> np.ndarray:
        drawn: dict[str, Any] = how | {"n_folds": len(np.unique(sample["fold"]))}  # a fold may lack trials
        if drawn["n_folds"] < 2:
            return np.full(2 * sample.sizes["time"], np.nan)
        return both(decode_across(sample, across="position", **drawn))

    sampled = bootstrap(courses, population, ["unit", "replicate"], key=key, n_bootstraps=n_bootstraps)
    return replace(sampled, mean=both(found))


def both(found: Generalization) -> np.ndarray:
    """Return the courses within and across positions, one after the other."""
    return np.concatenate([found.within.values, found.across.values])


@dataclass(frozen=True, eq=False)
class Identity:
    """Decoding of identity at every time.

    Attributes
    ----------
    found : Generalization
        Trained and tested in every position.
    sampled : Uncertainty
        Of the courses within and across positions.
    chance : Chance
        Under shuffled labels.
    """

    found: Generalization
    sampled: Uncertainty
    chance: Chance

    @property
    def times(self) -> np.ndarray:
        """The middle of every window, in ms after the object came on."""
        return self.found.score["time"].values

    @cached_property
    def peak(self) -> int:
        """The position of the time at which identity is decoded best within a position."""
        return int(self.found.within.values.argmax())

    @property
    def peak_ms(self) -> float:
        """That time."""
        return float(self.times[self.peak])

    def baseline(self, half_width: float) -> np.ndarray:
        """Return which windows end before the object comes on."""
        return self.times + half_width <= 0

    @cached_property
    def courses(self) -> pd.DataFrame:
        """A row per time: mean, interval and p within and across positions, and the limits of chance."""
        n = len(self.times)
        tested = self.sampled.test(np.eye(2 * n), CONFIDENCE)
        columns: dict[str, Any] = {"time": self.times}
        for i, name in enumerate(("within", "across")):
            course, by_chance = getattr(self.found, name), self.by_chance(name)
            low, high = by_chance.interval(CONFIDENCE)
            columns |= {name: course.values}
            columns |= {f"{name}_{end}": tested[end].to_numpy()[i * n : (i + 1) * n] for end in ("low", "high")}
            columns |= {f"{name}_p": by_chance.p_of_the_largest(course).values}
            columns |= {f"chance_{name}_low": low.values, f"chance_{name}_high": high.values}
        return pd.DataFrame(columns)

    def by_chance(self, name: str) -> Chance:
        """Return scores within or across positions under shuffled labels."""
        return Chance(getattr(Generalization(self.chance.score, 0, ""), name))

    def of(self, weights: np.ndarray) -> tuple[float, float, float]:
        """Return a weighted sum of both courses, with the ends of its interval."""
        row = self.sampled.test(weights[None], CONFIDENCE).iloc[0]
        return float(row["estimate"]), float(row["low"]), float(row["high"])

    def at(self, name: str, times: np.ndarray) -> tuple[float, float, float]:
        """Return the mean over some times of one course, with the ends of its interval."""
        weights = np.zeros((2, len(self.times)))
        weights[("within", "across").index(name), times] = 1
        return self.of(weights.ravel() / weights.sum())

    def onset_ms(self, name: str, level: float = 0.05) -> float | None:
        """Return the first time at which identity is decoded above chance, by the largest score over all times."""
        above = np.flatnonzero(self.courses[f"{name}_p"] < level)
        return float(self.times[above[0]]) if len(above) else None


def at_the_peak(window: xr.DataArray, how: dict[str, Any], n_folds: int) -> tuple[pd.DataFrame, xr.DataArray]:
    """Compare decoders in one window, and count which objects are confused, within positions.

    Returns
    -------
    rivals : DataFrame
        A row per decoder: its score ``within`` and ``across`` positions.
    confusion : DataArray, shape (actual, decoded)
    """
    rows = []
    for name in dict.fromkeys([how["decoder"], *RIVALS]):
        other: dict[str, Any] = how | {"decoder": name}
        found = decode_across(window, across="position", **other)
        rows.append({"decoder": name, "within": float(found.within), "across": float(found.across)})
    places = [window.isel(repeat=window["position"].values == place) for place in np.unique(window["position"])]
    confused = [decode(place, **how).confusion() for place in places]
    return pd.DataFrame(rows), xr.concat(confused, "place").mean("place")


def by_number_of_neurons(window: xr.DataArray, how: dict[str, Any], key: PRNGKey) -> pd.DataFrame:
    """Decode one window from random subsets of the neurons.

    Returns
    -------
    DataFrame
        Columns ``neurons``, ``draw``, ``within``, ``across``.
    """
    n, rows = window.sizes["unit"], []
    sizes = [size for size in (2, 5, 10, 20, 50, 100, 200, 500, 1000) if size < n]
    for i, size in enumerate(sizes):
        for draw in range(DRAWS):
            order = np.asarray(jax.random.permutation(jax.random.fold_in(key, i * DRAWS + draw), n))[:size]
            found = decode_across(window.isel(unit=np.sort(order)), across="position", **how)
            rows.append({"neurons": size, "draw": draw, "within": float(found.within), "across": float(found.across)})
    found = decode_across(window, across="position", **how)
    rows.append({"neurons": n, "draw": 0, "within": float(found.within), "across": float(found.across)})
    return pd.DataFrame(rows)


def describe_uncertainty(population: xr.DataArray, n_bootstraps: int) -> str:
    """Return how trials were joined and intervals found, in words."""
    trials = len(np.unique(population["replicate"]))
    return (
        f"The neurons were not recorded together: each of the {counted(trials, 'pseudo-trial')} of an object and "
        "position joins one trial of every neuron, and no trial is used twice, so that none is on both sides of a "
        f"split. Accuracies are averaged over {PAIRINGS} ways to join them. Intervals (95 %, t) are from "
        f"{n_bootstraps} bootstrap samples of neurons, of trials, and of both, whose interaction is counted once; they "
        "hold for new neurons and new trials. Their standard errors are those of a single way to join trials, which "
        "errs on the cautious side."
    )
