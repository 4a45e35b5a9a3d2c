"""What correlates two neurons: shared noise, a connection, similar parameters and starts; measured, beside theory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.inference import jackknife_of_sums
from ...analysis.spikes import count_correlations, jitter_test, synchrony
from ...dynamics import LIF, SpikingSimulation
from ...dynamics.spiking.theory import correlation_transfer, firing_rate, interval_cv, rate_slopes, stepped_neuron
from ...shapes import PRNGKey
from ...spike_trains import SpikeTrains

SMALL_SHARE = 0.1
"""Shared part of the noise at which window and mean input are varied: small enough for the law of theory."""
WINDOWS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""ms, in which counts are correlated."""
REACH = 30.0
"""ms, the longest lag of correlograms."""
JITTER = 20.0
"""ms: structure of correlograms that is finer than that is tested."""
SURROGATES = 199
"""Jittered copies: the smallest p is 1/200."""
REGULAR_BIN = 5.0
"""ms, in which regular neurons fire once at most."""
REGULAR_WINDOW = 100.0
"""ms, in each of which the correlation of regular neurons is measured."""
HARMONICS = np.arange(1, 201)
"""Of the rate of firing; their contributions fall with the square."""
ENDS = ("estimate", "low", "high")


def stepped(neuron: LIF, sigma: float, *, dt: float, method: str) -> dict[str, float]:
    """Return the parameters of the neuron in continuous time that a simulation in steps is."""
    given = stepped_neuron(sigma, dt=dt, method=method, tau_m=float(neuron.tau_m), V_th=float(neuron.V_th))
    found = {"t_ref": float(neuron.t_ref), "V_reset": float(neuron.V_reset)}
    return found | {name: float(value) for name, value in given.items()}


@dataclass(frozen=True, eq=False)
class Shared:
    """Neurons that share a part of their noise, a network of alike neurons for every condition.

    Attributes
    ----------
    conditions : array, shape (condition, 2)
        Shared part of the noise, and mean input in mV: first several parts, then several means.
    n_shares : int
        How many the first are.
    window : float
        ms.
    E_L : float
        mV.
    cell : mapping
        The stepped neuron.
    simulation : SpikingSimulation
    """

    conditions: np.ndarray
    n_shares: int
    window: float
    E_L: float
    cell: Mapping[str, float]
    simulation: SpikingSimulation

    @cached_property
    def table(self) -> pd.DataFrame:
        """Rate (Hz) and correlation in the window, with its interval and the law for small c, a row per condition."""
        spikes = self.simulation.spikes
        rates = np.bincount(spikes.trial, minlength=spikes.n_trials) / spikes.n_units / spikes.duration * 1e3
        found = [self.correlation(i, self.window) for i in range(spikes.n_trials)]
        c, mean = self.conditions.T
        different, which = np.unique(mean, return_inverse=True)
        law = c * np.asarray(correlation_transfer(self.E_L + different, window=self.window, **self.cell))[which]
        return pd.DataFrame({"c": c, "mean": mean, "rate": rates, **_columns(found), "law": law})

    @property
    def by_share(self) -> pd.DataFrame:
        """The part of the table in which the shared part of the noise differs."""
        return self.table.iloc[: self.n_shares]

    @property
    def by_mean(self) -> pd.DataFrame:
        """The part of the table in which the mean input differs."""
        return self.table.iloc[self.n_shares :]

    def correlation(self, condition: int, window: float) -> list[float]:
        """Return the mean correlation of the counts of all pairs, and the ends of its interval.

        Of N neurons with the same variance, the mean count has the variance (1 + (N − 1) r)/N of a neuron's.
        """
        spikes = self.simulation.spikes
        found = synchrony(spikes.select(trials=[condition]), window)
        return [(spikes.n_units * float(found[end]) - 1) / (spikes.n_units - 1) for end in ENDS]

    @cached_property
    def by_window(self) -> pd.DataFrame:
        """The correlation by the length of the window in ms, beside the law, at the mean nearest to the usual one."""
        means = self.conditions[self.n_shares :, 1]
        condition = self.n_shares + int(np.abs(means - self.conditions[0, 1]).argmin())
        c, mean = self.conditions[condition]
        found = [self.correlation(condition, window) for window in WINDOWS]
        law = c * correlation_transfer(self.E_L + mean, window=np.array(WINDOWS), **self.cell)
        return pd.DataFrame({"window": WINDOWS, "c": c, "mean": mean, **_columns(found), "law": law})


@dataclass(frozen=True, eq=False)
class Connected:
    """Pairs whose first neuron has a synapse on the second.

    Attributes
    ----------
    delays : sequence of float
        ms; as many pairs for each.
    weight : float
        mV.
    mu : float
        Mean free potential in mV.
    cell : mapping
    simulation : SpikingSimulation
    key : key
        Draws the surrogates.
    """

    delays: Sequence[float]
    weight: float
    mu: float
    cell: Mapping[str, float]
    simulation: SpikingSimulation
    key: PRNGKey

    @cached_property
    def tests(self) -> dict[float, xr.Dataset]:
        """The cross-correlogram of every delay, beside what jittered spikes have."""
        n = self.simulation.spikes.n_units // 2 // len(self.delays)
        pairs, found = pairs_of(self.simulation.spikes, 0), {}
        for i, delay in enumerate(self.delays):
            part = pairs.select(trials=range(i * n, (i + 1) * n))
            how = {"jitter": JITTER, "reach": REACH, "n_surrogates": SURROGATES, "key": self.key}
            found[delay] = jitter_test(part, **how).sel(unit=0, other=1)
        return found

    @cached_property
    def efficacy(self) -> dict[str, float]:
        """Spikes of the second neuron that every spike of the first one adds, and what linear response predicts."""
        spikes = self.simulation.spikes
        counts = np.bincount(spikes.unit, minlength=spikes.n_units).reshape(-1, 2).astype(float)
        found = jackknife_of_sums([counts[:, 0], counts[:, 1]], lambda first, second: second / first - 1)
        slope = float(rate_slopes(self.mu, **self.cell)[0]) / 1e3  # per ms and mV
        return {end: float(found[end]) for end in ENDS} | {"theory": self.weight * self.cell["tau_m"] * slope}


@dataclass(frozen=True, eq=False)
class InStep:
    """Pairs of neurons that fire regularly, with independent noise.

    Attributes
    ----------
    kinds : sequence of (bool, float)
        Of each network: whether both neurons start alike, and by how many % their mean inputs differ.
    E_L, mean : float
        mV.
    cell : mapping
    simulation : SpikingSimulation
    """

    kinds: Sequence[tuple[bool, float]]
    E_L: float
    mean: float
    cell: Mapping[str, float]
    simulation: SpikingSimulation

    @cached_property
    def table(self) -> pd.DataFrame:
        """The correlation over all pairs by time (ms), a row per start, difference and window, beside the law."""
        rows = []
        for i, (together, difference) in enumerate(self.kinds):
            pairs = pairs_of(self.simulation.spikes, i)
            for begin in np.arange(0, pairs.duration - REGULAR_WINDOW / 2, REGULAR_WINDOW):
                part = pairs.slice(begin, begin + REGULAR_WINDOW)
                r = count_correlations(part, [REGULAR_BIN]).isel(width=0).sel(unit=0, other=1)
                middle = begin + REGULAR_WINDOW / 2
                law = self.law(np.array([middle]), difference)[0] if together else 0.0
                rows.append([together, difference, middle, *(float(r[end]) for end in ENDS), law])
        return pd.DataFrame(rows, columns=np.array(["together", "difference", "time", *ENDS, "law"]))

    @property
    def courses(self) -> dict[tuple[bool, float], pd.DataFrame]:
        """The rows of the table for every start and difference."""
        n = len(self.table) // len(self.kinds)
        return {kind: self.table.iloc[i * n : (i + 1) * n] for i, kind in enumerate(self.kinds)}

    def law(self, middle: np.ndarray, difference: float) -> np.ndarray:
        """Return the correlation of counts in windows around times in ms after the same start.

        After t, the phases of two neurons with the period T differ by a normal number of periods, with the mean t Δν
        and the variance 2 CV² t/T. The harmonic k of their rates is multiplied by cos(2πk t Δν) exp(−(2πk)² CV² t/T),
        and weighs sinc²(k w/T) in bins of w.
        """
        halves = self.E_L + self.mean * (1 + difference / 200 * np.array([-1.0, 1.0]))
        rates = np.asarray(firing_rate(halves, **self.cell)) / 1e3
        T, cv = 1 / rates.mean(), float(interval_cv(self.E_L + self.mean, **self.cell))
        bins = np.arange(-REGULAR_WINDOW / 2, REGULAR_WINDOW / 2, REGULAR_BIN) + REGULAR_BIN / 2
        k, t = HARMONICS, (middle[:, None] + bins)[..., None]
        weight = np.sinc(k * REGULAR_BIN / T) ** 2
        left = np.cos(2 * np.pi * k * t * np.diff(rates)) * np.exp(-((2 * np.pi * k * cv) ** 2) * t / T)
        return (weight * left).sum(axis=-1).mean(axis=-1) / weight.sum()

    @cached_property
    def memory(self) -> float:
        """Time in ms in which the first harmonic of the correlation falls to 1/e, T/(2π CV)²."""
        T = 1e3 / float(firing_rate(self.E_L + self.mean, **self.cell))
        return T / (2 * np.pi * float(interval_cv(self.E_L + self.mean, **self.cell))) ** 2

    @cached_property
    def spread(self) -> dict[float, float]:
        """SD over pairs that start at random of the correlation in a single recording, by the difference in %."""
        found = {}
        for i, (together, difference) in enumerate(self.kinds):
            if not together:
                counts = pairs_of(self.simulation.spikes, i).bin(REGULAR_BIN).values.astype(float)
                first, second = (counts - counts.mean(axis=1, keepdims=True)).transpose(2, 0, 1)
                r = (first * second).sum(1) / np.sqrt((first**2).sum(1) * (second**2).sum(1))
                found[difference] = float(r.std(ddof=1))
        return found

    @property
    def chance(self) -> float:
        """The same of neurons whose bins are independent."""
        return float(1 / np.sqrt(self.simulation.spikes.duration / REGULAR_BIN - 1))


def pairs_of(spikes: SpikeTrains, network: int) -> SpikeTrains:
    """Return neurons 0 and 1, 2 and 3, … of a network as trials of two units."""
    inside = spikes.trial == network
    times, unit = spikes.times[inside], spikes.unit[inside]
    sizes = {"n_units": 2, "n_trials": spikes.n_units // 2, "duration": spikes.duration}
    return SpikeTrains.from_spikes(times, unit % 2, trial=unit // 2, **sizes)


def _columns(found: Sequence[Sequence[float]]) -> dict[str, np.ndarray]:
    return dict(zip(ENDS, np.array(found).T, strict=True))
