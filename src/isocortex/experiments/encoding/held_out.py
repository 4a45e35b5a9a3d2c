"""Which responses models are fitted to, and which ones judge them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.encoding import explainable_variance, noise_of
from ...analysis.inference import Split, require_no_leak, splits
from ...errors import require
from ...formats import counted, significant
from ...shapes import PRNGKey

WAYS = ("orientations", "trials")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The neurons of all animals, the responses that models are fitted to, and those that judge them.

    Attributes
    ----------
    angles : array, shape (stimulus,)
    groups : array of int, shape (stimulus,)
        The range of orientations that each belongs to.
    folds : list of Split
        Of the stimuli.
    fitted : array, shape (stimulus, neuron)
        Mean responses that models are fitted to.
    judging : mapping of str to DataArray
        Animal → (repeat ×) stimulus × unit, the responses that judge predictions.
    noise : mapping of str to (array, int), or None
        Animal → variance of one repeat of every neuron, and its degrees of freedom; None without repeats.
    methods : str
        What was held out, in words.
    """

    angles: np.ndarray
    groups: np.ndarray
    folds: list[Split]
    fitted: np.ndarray
    judging: Mapping[str, xr.DataArray]
    noise: Mapping[str, tuple[np.ndarray, int]] | None
    methods: str

    @property
    def animal(self) -> np.ndarray:
        """The animal of every neuron, shape (neuron,)."""
        return np.repeat(list(self.judging), [x.sizes["unit"] for x in self.judging.values()])

    @property
    def measured(self) -> np.ndarray:
        """Mean of the responses that judge, shape (stimulus, neuron)."""
        return np.concatenate([_mean(x) for x in self.judging.values()], axis=1)

    def scores(self, predictions: np.ndarray) -> pd.DataFrame:
        """Judge predictions of shape (stimulus, neuron) by :func:`explainable_variance`, a row for every neuron."""
        tables, first = [], 0
        fold = np.empty(len(self.angles), int)
        for i, split in enumerate(self.folds):
            fold[split.test] = i
        for name, responses in self.judging.items():
            some = predictions[:, first : first + responses.sizes["unit"]]
            first += responses.sizes["unit"]
            variance, freedom = self.noise[name] if self.noise else (np.full(some.shape[1], np.nan), None)
            table = explainable_variance(responses, some, noise_variance=variance, noise_freedom=freedom, folds=fold)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)


def hold_out(
    neurons: Mapping[str, xr.DataArray], way: str | None, *, width: float, n_folds: int, key: PRNGKey
) -> HeldOut:
    """Divide responses into those that models are fitted to and those that judge them.

    Parameters
    ----------
    neurons : mapping of str to DataArray
        Animal → (repeat ×) stimulus × unit, with orientations in degrees.
    way : {"orientations", "trials"}, optional
        Hold out ranges of orientations, with all of their repeats; or the second half of the repeats. Default: trials
        for a file with two halves, as published, otherwise orientations.
    width : float
        Of a range of orientations, in degrees.
    n_folds : int
    key : key
        Deals the ranges out to folds.

    Raises
    ------
    InputError
        If trials are to be held out and there is one repeat, or there are fewer ranges than folds.
    """
    first = next(iter(neurons.values()))
    angles = first["stimulus"].values.astype(float)
    groups = np.floor((angles + 90) / width).astype(int)
    halves = first.attrs.get("halves", "")
    way = way or ("trials" if halves else "orientations")
    repeated = all(x.sizes.get("repeat", 1) > 1 for x in neurons.values())
    n_groups = len(np.unique(groups))
    if way == "trials":
        require(repeated, "To hold out trials, every animal must have at least 2 repeats; hold out orientations.")
        everything = np.arange(len(angles))
        fitted = np.concatenate([_mean(x.isel(repeat=slice(0, x.sizes["repeat"] // 2))) for x in neurons.values()], 1)
        judging = {name: x.isel(repeat=slice(x.sizes["repeat"] // 2, None)) for name, x in neurons.items()}
        folds = [Split(everything, everything)]
        methods = (
            "Models are fitted to the mean responses of the first half of the trials and judged on the second half"
            f"{f' ({halves})' if halves else ''}, for the same orientations: they need not predict new orientations."
        )
    else:
        folds = splits(groups, n_folds, key=key)
        require_no_leak(folds, groups)
        fitted, judging = np.concatenate([_mean(x) for x in neurons.values()], axis=1), dict(neurons)
        methods = (
            f"The orientations are divided into {n_groups} ranges of {significant(width)}°, and the ranges into "
            f"{counted(n_folds, 'fold')}. Models predict the responses to each fold from a fit to the mean "
            "responses to the others; all repeats of an orientation are in the same fold."
        )
    noise = {name: noise_of(x) for name, x in neurons.items()} if repeated else None
    return HeldOut(angles, groups, folds, fitted, judging, noise, methods)


def _mean(responses: xr.DataArray) -> np.ndarray:
    mean = responses.mean("repeat") if "repeat" in responses.dims else responses
    return mean.transpose("stimulus", "unit").values.astype(float)
