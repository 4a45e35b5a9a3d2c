"""Which regime a network is in: how regularly its neurons fire, and how much they fire together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...analysis.spikes.intervals import successive
from ...dynamics.spiking.theory import BrunelMeanField, hopf_line
from ...spike_trains import SpikeTrains

BIN = 1.0
"""ms, of the activity of the whole network."""
REGULAR = 1 / 3
"""CV of the intervals below which neurons fire regularly: that of a gamma process of order 9."""
TOGETHER = 0.5
"""Fluctuation of the network's rate from which on its neurons are called synchronous."""
SILENT = 1.0
"""Hz, below which a network is called silent."""
REGIMES = {
    "Q": "silent",
    "SR": "synchronous, regular",
    "AR": "asynchronous, regular",
    "SI": "synchronous, irregular",
    "AI": "asynchronous, irregular",
}


def activity(spikes: SpikeTrains) -> np.ndarray:
    """Return the number of spikes of the whole network in every bin, shape (trial, bin)."""
    n_bins = int(spikes.duration // BIN)
    place = np.minimum(((spikes.times - spikes.start) / BIN).astype(int), n_bins - 1)
    counts = np.bincount(spikes.trial * n_bins + place, minlength=spikes.n_trials * n_bins)
    return counts.reshape(spikes.n_trials, n_bins).astype(float)


def fluctuation(counts: np.ndarray) -> np.ndarray:
    """Return by which share of its mean the rate of a network fluctuates, beyond what independent neurons would."""
    mean = counts.mean(axis=-1)
    excess = np.sqrt(np.maximum(counts.var(axis=-1) - mean, 0))
    return np.divide(excess, mean, out=np.zeros_like(mean), where=mean > 0)


def mean_cv(spikes: SpikeTrains) -> np.ndarray:
    """Return the mean CV of the intervals over neurons with at least 3 spikes, shape (trial,); NaN without any."""
    n = spikes.n_trials * spikes.n_units
    place = spikes.trial * spikes.n_units + spikes.unit
    intervals, first = successive(spikes)
    of = place[first]
    k, total, square = (np.bincount(of, weights, n) for weights in (None, intervals, intervals**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(k >= 2, np.sqrt(np.maximum(square / k - (total / k) ** 2, 0)) / (total / k), np.nan)
    cv = cv.reshape(spikes.n_trials, spikes.n_units)
    known = np.isfinite(cv)
    return np.where(known.any(axis=1), np.nansum(cv, axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)


def regime(rate: float, cv: float, together: float) -> str:
    """Return the letters of a regime."""
    if rate < SILENT or not np.isfinite(cv):
        return "Q"
    return ("S" if together > TOGETHER else "A") + ("R" if cv < REGULAR else "I")


@dataclass(frozen=True, eq=False)
class Regimes:
    """A map of networks over g and η.

    Attributes
    ----------
    g, eta : array
    table : DataFrame
        A row per network: ``g``, ``eta``, ``rate`` (Hz), ``cv``, ``fluctuation``, ``regime``, and ``theory``, the rate
        of the mean field that is closest.
    theory : BrunelMeanField
        Of these networks.
    """

    g: np.ndarray
    eta: np.ndarray
    table: pd.DataFrame
    theory: BrunelMeanField

    def grid(self, column: str) -> np.ndarray:
        """Return a column of the table as an array of shape (eta, g)."""
        return self.table[column].to_numpy().reshape(len(self.g), len(self.eta)).T

    @cached_property
    def lines(self) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
        """Lines of theory in the plane of g and η."""
        eta = self.eta[0], self.eta[-1]
        balance = 1 / self.theory.gamma
        found = {"balance, g = 4": (np.full(2, balance), np.array(eta))}
        hopf = hopf_line(self.theory, np.linspace(balance + 0.2, self.g[-1], 9), eta=eta)
        for name, which in (("fast oscillation", "frequency > @FAST"), ("slow oscillation", "frequency <= @FAST")):
            some = hopf.query(which)
            if len(some):
                found[f"onset of the {name}"] = (np.asarray(some["g"]), np.asarray(some["eta"]))
        return found


FAST = 80.0
"""Hz, between the slow oscillation and the fast one."""


def regimes(spikes: SpikeTrains, g: np.ndarray, eta: np.ndarray, theory: BrunelMeanField) -> Regimes:
    """Classify a batch of networks, a trial for every g and η."""
    rate = np.bincount(spikes.trial, minlength=spikes.n_trials) / spikes.n_units / spikes.duration * 1e3
    cv, together = mean_cv(spikes), fluctuation(activity(spikes))
    at = [(a, b) for a in g.tolist() for b in eta.tolist()]
    expected = []
    for (a, b), measured in zip(at, rate, strict=True):
        known = theory.rates(a, b)
        expected.append(known[np.abs(known - measured).argmin()])
    table = pd.DataFrame(at, columns=pd.Index(["g", "eta"])).assign(
        rate=rate,
        cv=cv,
        fluctuation=together,
        regime=[regime(*values) for values in zip(rate.tolist(), cv.tolist(), together.tolist(), strict=True)],
        theory=expected,
    )
    return Regimes(g, eta, table, theory)
