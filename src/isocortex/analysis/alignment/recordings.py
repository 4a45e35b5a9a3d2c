"""Responses of models and brains, as matrices over the same stimuli."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from ...responses import check, responses
from .matrices import FEWEST_STIMULI, AnyResponses, centred

GROUPS = 20
"""Groups in which units are left out: enough degrees of freedom for an interval, at a bearable cost (Kott 2001)."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """The responses of one model or subject.

    Attributes
    ----------
    labelled : DataArray
        Seed × stimulus × unit, repeat × stimulus × unit, or stimulus × unit.
    rows : list of array, shape (stimulus, unit)
        Centred means over repeats; one for every seed.
    """

    labelled: xr.DataArray
    rows: list[AnyResponses]

    @property
    def whole(self) -> AnyResponses:
        """The mean over repeats."""
        return self.rows[0]

    @property
    def halves(self) -> tuple["Recorded", "Recorded"] | None:
        """The means of every other repeat, and of the rest; None without repeats."""
        if self.labelled.sizes.get("repeat", 1) < 2:
            return None
        first, second = (recorded(self.labelled.isel(repeat=slice(start, None, 2))) for start in (0, 1))
        return first, second

    @property
    def without_units(self) -> list["Recorded"]:
        """The same without every twentieth unit, beginning with the first, the second and so on."""
        n = self.labelled.sizes["unit"]
        count = min(GROUPS, n)
        return [recorded(self.labelled.isel(unit=np.arange(n) % count != group)) for group in range(count)]

    @property
    def explainable(self) -> float:
        """The share of the variance of the mean responses that is no noise of repeats; NaN without repeats.

        No prediction can explain more on average: the variance over repeats of each unit, over their number, is what
        noise adds to the variance over stimuli of the mean.
        """
        repeats = self.labelled.sizes.get("repeat", 1)
        if repeats < 2:
            return np.nan
        trials = self.labelled.transpose("repeat", "stimulus", "unit").values
        noise = trials.var(axis=0, ddof=1).mean(axis=0).sum() / repeats
        return float(1 - noise / self.whole.var(axis=0, ddof=1).sum())


def recorded(array: Any) -> Recorded:
    """Return responses with their matrices."""
    labelled = responses(array)
    check(labelled, fewest=FEWEST_STIMULI)
    extra = [str(dim) for dim in labelled.dims if dim not in ("seed", "repeat", "stimulus", "unit")]
    require(
        not extra,
        f"{labelled.name} have the dimension {', '.join(extra)}; select or average it, to make them stimulus × unit.",
    )
    mean = labelled.mean("repeat") if "repeat" in labelled.dims else labelled
    mean = mean if "seed" in mean.dims else mean.expand_dims("seed")
    rows = [centred(row.astype(float)) for row in mean.transpose("seed", "stimulus", "unit").values]
    for row in rows:
        require(bool(np.ptp(row, axis=0).any()), f"{labelled.name} are the same for every stimulus.")
    return Recorded(labelled, rows)


def matched(models: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[dict[str, Recorded], dict[str, Recorded]]:
    """Return models and subjects with matrices, after checking that all saw the same stimuli in the same order.

    Raises
    ------
    InputError
        If there are none, the stimuli differ, a subject has seeds, or responses cannot be analysed.
    """
    require(bool(models), "There are no models to compare.")
    require(bool(data), "There are no data to compare them with.")
    found = [{name: recorded(array) for name, array in group.items()} for group in (models, data)]
    first = next(iter(found[1].values())).labelled["stimulus"].values
    for name, each in (item for group in found for item in group.items()):
        shown = each.labelled["stimulus"].values
        require(
            shown.shape == first.shape and bool((shown == first).all()),
            f"{name!r} has other stimuli than the data, or another order; select the same, as with .sel(stimulus=…).",
        )
    for name, each in found[1].items():
        require(len(each.rows) == 1, f"The data of {name!r} have {len(each.rows)} seeds; subjects have none.")
    return found[0], found[1]


def pooled(others: list[AnyResponses]) -> AnyResponses:
    """Return the units of several subjects side by side, scaled so that the Gram matrix of each has the norm 1."""
    return np.concatenate([x / np.sqrt(np.linalg.norm(x @ x.T)) for x in others], axis=1)
