"""What Poisson trains show: intervals, counts and rates beside renewal theory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...analysis import fano_factor, interval_cv, intervals
from ...formats import number, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ...spike_trains import SpikeTrains

WINDOWS = np.array([10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])
"""ms."""
CYCLE = 1000.0
"""Period of the changing rate, in ms."""
BINS = 25


def changing_rate(t: np.ndarray, mean: float) -> np.ndarray:
    """Return a rate that goes up and down around its mean, at times in ms."""
    return mean * (1 + np.sin(2 * np.pi * np.asarray(t) / CYCLE))


@dataclass(frozen=True, eq=False)
class PoissonResult(Result):
    """Three kinds of trains, and what renewal theory says of them.

    Attributes
    ----------
    rate : float
        Spikes per second outside the dead time.
    refractory : float
        Dead time in ms.
    plain, dead, wavy : SpikeTrains
        Homogeneous, with a dead time, and with a rate that changes.
    """

    question: ClassVar[str] = (
        "How irregular are spikes that come at random, and what do a dead time and a changing rate do?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "poisson.rate": Quantity("Mean rate of the homogeneous trains", "spikes/s"),
        "poisson.cv": Quantity("Coefficient of variation of their intervals"),
        "poisson.fano": Quantity("Fano factor of their counts in windows of 100 ms"),
        "refractory.cv": Quantity("Coefficient of variation of the intervals of trains with a dead time"),
        "refractory.cv.theory": Quantity("The same for a renewal process: 1/(1 + rate × dead time)"),
        "refractory.fano": Quantity("Fano factor of their counts in windows of 1000 ms"),
        "refractory.fano.theory": Quantity("The same in long windows: the square of the coefficient of variation"),
        "refractory.rate": Quantity("Mean rate of the trains with a dead time", "spikes/s"),
        "refractory.rate.theory": Quantity("The same for a renewal process", "spikes/s"),
        "thinned.rate": Quantity("Mean rate of the trains with a changing rate", "spikes/s"),
        "thinned.largest_error": Quantity("Largest deviation of their rate by phase from the true rate", "spikes/s"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics",)

    rate: float
    refractory: float
    plain: SpikeTrains
    dead: SpikeTrains
    wavy: SpikeTrains

    @property
    def mean_interval(self) -> float:
        """The mean interval without a dead time, in ms."""
        return 1e3 / self.rate

    @property
    def cv_theory(self) -> float:
        """The coefficient of variation with a dead time, of a renewal process."""
        return self.mean_interval / (self.mean_interval + self.refractory)

    @cached_property
    def fano(self) -> dict[str, np.ndarray]:
        """Fano factors by window."""
        trains = {"Poisson": self.plain, "dead": self.dead}
        return {name: np.array([fano_factor(x, w) for w in WINDOWS]) for name, x in trains.items()}

    @cached_property
    def by_phase(self) -> tuple[np.ndarray, np.ndarray]:
        """Phases in ms, and the rate there over whole cycles, in spikes per second."""
        edges = np.linspace(0, CYCLE, BINS + 1)
        cycles = self.wavy.duration // CYCLE
        spikes = self.wavy.times[self.wavy.times < cycles * CYCLE] % CYCLE
        rates = 1e3 * np.histogram(spikes, edges)[0] / (self.wavy.n_units * cycles * CYCLE / BINS)
        return (edges[:-1] + edges[1:]) / 2, rates

    def numbers(self) -> dict[str, float]:
        def mean_rate(trains: SpikeTrains) -> float:
            return 1e3 * len(trains.times) / (trains.n_units * trains.duration)

        phases, rates = self.by_phase
        return {
            "poisson.rate": mean_rate(self.plain),
            "poisson.cv": interval_cv(self.plain),
            "poisson.fano": float(self.fano["Poisson"][3]),
            "refractory.cv": interval_cv(self.dead),
            "refractory.cv.theory": self.cv_theory,
            "refractory.fano": float(self.fano["dead"][-1]),
            "refractory.fano.theory": self.cv_theory**2,
            "refractory.rate": mean_rate(self.dead),
            "refractory.rate.theory": 1e3 / (self.mean_interval + self.refractory),
            "thinned.rate": mean_rate(self.wavy),
            "thinned.largest_error": float(np.abs(rates - changing_rate(phases, self.rate)).max()),
        }

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "poisson",
            self.draw_intervals,
            title="Intervals, and a rate that changes",
            caption="Left: the intervals of the homogeneous trains are exponential. Right: spikes by the phase of a "
            "sinusoidal rate.",
            alt="The density of intervals falls exponentially; the rate by phase follows a sine.",
        )
        yield Picture(
            "fano",
            self.draw_fano,
            title="How variable are spike counts?",
            caption="The Fano factor of a Poisson process is 1 (dotted). With a dead time it falls to CV² of the "
            "intervals (line) in long windows.",
            alt="Fano factor against window: one for Poisson trains, lower for trains with a dead time.",
        )
        yield Table("fano", pd.DataFrame({"window": WINDOWS, **self.fano}), "Fano factors by window, in ms.")

    def draw_intervals(self) -> Figure:
        """Draw the density of intervals, and the rate by phase."""
        edges = np.linspace(0, 5 * self.mean_interval, BINS + 1)
        middle = (edges[:-1] + edges[1:]) / 2
        found = intervals(self.plain)
        density = np.histogram(found, edges)[0] / len(found) / np.diff(edges)
        exponential = np.exp(-middle / self.mean_interval) / self.mean_interval
        phases, rates = self.by_phase
        return plots.profiles(
            {
                "intervals": {"Poisson": (middle, density), "theory": (middle, exponential)},
                "changing rate": {
                    "by thinning": (phases, rates),
                    "theory": (phases, changing_rate(phases, self.rate)),
                },
            },
            x_label=["interval (ms)", "phase (ms)"],
            y_label=["density (1/ms)", "rate (spikes/s)"],
        )

    def draw_fano(self) -> Figure:
        """Draw the Fano factor against the window."""
        return plots.profiles(
            {
                "Fano factor of counts": {
                    "Poisson": (WINDOWS, self.fano["Poisson"]),
                    f"dead time {self.refractory:g} ms": (WINDOWS, self.fano["dead"]),
                    "theory": (WINDOWS, np.full(len(WINDOWS), self.cv_theory**2)),
                }
            },
            x_label="window (ms)",
            y_label="variance / mean of counts",
            level=1.0,
        )

    def answer(self) -> str:
        found = self.numbers()
        return (
            f"The intervals of Poisson trains have a coefficient of variation of {number(found['poisson.cv'])}, and "
            f"their spike counts in 100 ms a Fano factor of {number(found['poisson.fano'])}; theory says 1 for both. "
            f"{self._dead_time_in_words()} Where the rate changes in time, the spikes follow it: at every phase their "
            f"rate is within {number(found['thinned.largest_error'], 1)} spikes/s of the true one."
        )

    def _dead_time_in_words(self) -> str:
        if self.refractory == 0:
            return "Without a dead time no train is more regular."
        found = self.numbers()
        return (
            f"A dead time of {significant(self.refractory)} ms makes the trains more regular: the coefficient of "
            f"variation falls to {number(found['refractory.cv'])} (theory {number(self.cv_theory)}), and the Fano "
            f"factor of counts in 1 s to {number(found['refractory.fano'])} (theory {number(self.cv_theory**2)} in "
            "long windows)."
        )

    def methods(self) -> list[str]:
        return [
            f"{self.plain.n_units} trains of each kind were simulated for {significant(self.plain.duration)} ms. "
            "Intervals are exponential, plus the dead time. For the changing rate a train is drawn at twice the mean "
            "rate, and a spike at time t is kept with probability $\\lambda(t)/\\lambda_{max}$ (thinning). Fano "
            "factors pool all "
            "trains and windows."
        ]
