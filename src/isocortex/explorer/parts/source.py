"""The responses and RDMs of a run or a file, wherever they come from, and the lines of Python that read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES
from ...errors import require
from ...rdms import RDMs

Window = tuple[float, float]
LARGEST_RDM = 600
"""Stimuli, at most, of an RDM on a page: its cells are 1.4 MB then."""


@dataclass(frozen=True, eq=False)
class Source:
    """What can be looked at.

    Attributes
    ----------
    python : str
        Lines that define ``responses`` and ``rdms``, as far as there are any.
    responses : mapping of str to DataArray
        By layer, animal, or group of a file.
    rdms : mapping of str to RDMs
        RDMs without responses.
    pictures : mapping of label to array, shape (row, column) or (row, column, 3)
        What was shown, where it is known, by the label of the stimulus.
    categories : array of str, shape (stimulus,), or None
    unit : str
        Written behind the label of a stimulus: ``"°"`` for orientations.
    """

    python: str
    responses: Mapping[str, xr.DataArray] = field(default_factory=dict)
    rdms: Mapping[str, RDMs] = field(default_factory=dict)
    pictures: Mapping[Any, np.ndarray] = field(default_factory=dict)
    categories: np.ndarray | None = None
    unit: str = ""

    @property
    def with_rdms(self) -> list[str]:
        """The names of what has an RDM: responses of several units to several stimuli, then RDMs."""
        return [name for name, x in self.responses.items() if x.sizes["unit"] > 1] + list(self.rdms)


@dataclass(frozen=True)
class Wanted:
    """Which RDM is to be shown.

    Attributes
    ----------
    name : str
        Of the responses or the RDMs.
    dissimilarity : str
        Of responses; RDMs have their own.
    seed : int or None
        The place of one network; None for the mean over all.
    window : (float, float) or None
        From when to when responses in time are averaged, in ms, both included.
    """

    name: str
    dissimilarity: str = "correlation"
    seed: int | None = None
    window: Window | None = None


def selected(x: xr.DataArray, wanted: Wanted) -> xr.DataArray:
    """Return the responses of the chosen network and time."""
    if wanted.seed is not None and "seed" in x.dims:
        x = x.isel(seed=wanted.seed)
    if "time" in x.dims:
        x = (x if wanted.window is None else x.sel(time=slice(*wanted.window))).mean("time")
    return x


def selection(x: xr.DataArray, wanted: Wanted) -> str:
    """Return the expression of Python that :func:`selected` stands for."""
    seed = f".isel(seed={wanted.seed})" if wanted.seed is not None and "seed" in x.dims else ""
    window = "" if wanted.window is None else f".sel(time=slice({wanted.window[0]:g}, {wanted.window[1]:g}))"
    return f"responses[{wanted.name!r}]{seed}" + (f'{window}.mean("time")' if "time" in x.dims else "")


def dissimilarities_of(x: xr.DataArray) -> list[str]:
    """Return the dissimilarities that responses can have; those that need noise or repeats need several trials."""
    repeated = "trial" in x.dims or x.sizes.get("repeat", 1) > 1
    return [
        name for name, how in DISSIMILARITIES.items() if repeated or not (how.crossvalidated or how.takes == "noise")
    ]


def rdms_of(source: Source, wanted: Wanted) -> RDMs:
    """Return the RDMs that are wanted, one row per network or subject; of :data:`LARGEST_RDM` stimuli at most.

    Raises
    ------
    InputError
        If there are no such responses or RDMs, or they have no RDM of this kind.
    """
    if wanted.name in source.rdms:
        found = source.rdms[wanted.name]
    else:
        require(wanted.name in source.responses, f"There is nothing called {wanted.name!r} here.")
        x = selected(source.responses[wanted.name], wanted)
        noise = rsa.noise_precision(x) if DISSIMILARITIES[wanted.dissimilarity].takes == "noise" else None
        found = rsa.rdm(x, wanted.dissimilarity, noise=noise)
    step = _step(len(found.stimuli))
    return found if step == 1 else found.take(np.arange(0, len(found.stimuli), step))


def rdm_lines(source: Source, wanted: Wanted, n: int) -> str:
    """Return the lines that define ``rdms`` as :func:`rdms_of` does, of `n` stimuli before any were left out."""
    if wanted.name in source.rdms:
        line = f"chosen = rdms[{wanted.name!r}]"
    else:
        x = selection(source.responses[wanted.name], wanted)
        takes = DISSIMILARITIES[wanted.dissimilarity].takes == "noise"
        noise = ", noise=ic.rsa.noise_precision(x)" if takes else ""
        line = f"x = {x}\nchosen = ic.rsa.rdm(x, {wanted.dissimilarity!r}{noise})"
    step = _step(n)
    fewer = "" if step == 1 else f"\nchosen = chosen.take(range(0, {n}, {step}))"
    return f"{source.python}\n{line}{fewer}"


def _step(n: int) -> int:
    return -(-n // LARGEST_RDM)
