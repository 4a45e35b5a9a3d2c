"""What is measured of a session: signal and noise by column, decoding over time, and the RDM with its ceiling."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import rsa, signal_to_noise
from ...analysis.decoding import Chance, decode, permutation_test
from ...analysis.inference import CORRECTIONS
from ...errors import InputError
from ...rdms import RDMs
from ...shapes import PRNGKey
from ..shared.tables import noise_ceiling
from .events import Events

DECODER = "lda"
FOLDS = 5
FEWEST = 2
"""Trials of a kind that decoding needs at least."""


def tuned(events: Events) -> dict[str, pd.DataFrame]:
    """Return the signal and noise of every unit by each column that sorts the trials; p by the false discovery rate."""
    found = {}
    for name, labels in events.columns.items():
        table = signal_to_noise(events.around.trials, labels)
        judged = table["p"].notna().to_numpy()
        corrected = np.full(len(table), np.nan)
        if judged.any():
            corrected[judged] = CORRECTIONS["fdr"].adjust(table["p"].to_numpy()[judged])
        found[name] = table.assign(p_fdr=corrected)
    return found


@dataclass(frozen=True, eq=False)
class Decoded:
    """How well what was shown is decoded.

    Attributes
    ----------
    score : DataArray, shape (time,)
        Accuracy at every time.
    chance : Chance
        The same under shuffled labels.
    whole : float
        Accuracy from the whole window.
    level : float
        One over the number of kinds.
    methods : str
    """

    score: xr.DataArray
    chance: Chance
    whole: float
    level: float
    methods: str

    @property
    def p(self) -> np.ndarray:
        """The p value at every time, for all times at once."""
        return self.chance.p_of_the_largest(self.score).values


def decoded(events: Events, key: PRNGKey, n_permutations: int) -> Decoded | str:
    """Decode what was shown from all units in every bin, or say why it cannot be."""
    name, labels = next(iter(events.columns.items()))
    kinds, counts = np.unique(labels, return_counts=True)
    often = kinds[counts >= FEWEST]
    if len(often) < 2:
        return f"{name} is not decoded, because fewer than two of its values were shown twice."
    kept = np.isin(labels, often)
    how: dict[str, Any] = {"decoder": DECODER, "n_folds": int(min(FOLDS, counts[counts >= FEWEST].min()))}
    shown = [str(label) for label in labels[kept]]
    window = decode(_bare(events.around.trials.isel(trial=kept)), shown, **how)
    course = _bare(events.course)
    same = kept if len(kept) == course.sizes["trial"] else None
    if same is None:
        return f"{name} is not decoded over time, because not every trial was recorded around its window."
    course = course.isel(trial=same)
    score = decode(course, shown, **how).score()
    chance = permutation_test(course, shown, key=key, n_permutations=n_permutations, **how)
    return Decoded(score, chance, float(window.score()), 1 / len(often), window.methods)


def _bare(trials: xr.DataArray) -> xr.DataArray:
    """Return trials without the columns of their table."""
    kept = ("stimulus", "time", "unit")
    return trials.drop_vars([str(name) for name in trials.coords if name not in kept])


@dataclass(frozen=True, eq=False)
class Represented:
    """The RDM of a session.

    Attributes
    ----------
    rdms : RDMs
    ceiling : NoiseCeiling or None
        From two halves of the trials; None without repeats that agree.
    """

    rdms: RDMs
    ceiling: rsa.NoiseCeiling | None


def represented(events: Events, *, dissimilarity: str, similarity: str) -> Represented | str:
    """Return the RDM of what was shown, or say why there is none."""
    responses: Mapping[str, xr.DataArray] = {events.around.subject: _bare(events.around.trials)}
    try:
        rdms = rsa.rdm(responses, dissimilarity)
    except InputError as error:
        return f"There is no RDM: {error}"
    try:
        ceiling = noise_ceiling(responses, rdms, dissimilarity=dissimilarity, similarity=similarity)
    except InputError:  # one half has a stimulus to which no unit responds
        ceiling = None
    labels = (events.around.subject,)
    return Represented(replace(rdms, labels=labels), ceiling)
