"""How irregular are spikes that come at random, and what do a dead time and a changing rate do to them?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...analysis import fano_factor, interval_cv, intervals
from ...dynamics import inhomogeneous_poisson, poisson
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress

WINDOWS = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""ms."""
CYCLE = 1000.0
"""Period of the changing rate, in ms."""
BINS = 25


@dataclass(frozen=True, kw_only=True)
class Poisson(Experiment):
    """Draw Poisson spike trains: homogeneous, with a dead time, and with a rate that changes."""

    name: ClassVar[str] = "poisson"

    rate: Annotated[float, arg(help="Spikes per second, outside the dead time.")] = 40.0
    refractory: Annotated[float, arg(help="Dead time after each spike, in ms.")] = 5.0
    units: Annotated[int, arg(help="Independent trains.")] = 200
    duration: Annotated[float, arg(help="Of every train, in ms.")] = 10_000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.rate <= 1000, f"--rate must be in (0, 1000]; got {self.rate}.")
        require(0 <= self.refractory <= 100, f"--refractory must be in 0…100; got {self.refractory}.")
        require(2 <= self.units <= 10_000, f"--units must be in 2…10000; got {self.units}.")
        require(2000 <= self.duration <= 1e6, f"--duration must be in 2000…1000000; got {self.duration}.")
        spikes = self.rate * self.duration / 1e3 * self.units
        require(1000 <= spikes <= 1e7, f"These options give {spikes:.3g} spikes; choose 1000…10 million.")

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: everything is simulated."""

    def changing(self, t: np.ndarray) -> np.ndarray:
        """Return the rate that changes, in spikes per second, at times in ms."""
        return self.rate * (1 + np.sin(2 * np.pi * np.asarray(t) / CYCLE))

    def walk(self, run: Run, inputs: None) -> None:
        """Trains → intervals and counts → what theory says."""
        with run.stage("trains"):
            plain = poisson(self.rate, self.duration, key=self.key("plain"), n_units=self.units)
            dead = poisson(
                self.rate, self.duration, key=self.key("dead"), n_units=self.units, refractory=self.refractory
            )
            wavy = inhomogeneous_poisson(
                self.changing, 2 * self.rate, self.duration, key=self.key("wavy"), n_units=self.units
            )
        mean = 1e3 / self.rate
        cv = mean / (mean + self.refractory)
        edges = np.linspace(0, 5 * mean, BINS + 1)
        middle = (edges[:-1] + edges[1:]) / 2
        found = intervals(plain)
        shares = np.histogram(found, edges)[0] / len(found) / np.diff(edges)
        phase_edges = np.linspace(0, CYCLE, BINS + 1)
        whole = self.duration // CYCLE
        spikes = wavy.times[wavy.times < whole * CYCLE] % CYCLE
        rates = 1e3 * np.histogram(spikes, phase_edges)[0] / (self.units * whole * CYCLE / BINS)
        phases = (phase_edges[:-1] + phase_edges[1:]) / 2
        windows = np.array(WINDOWS)
        fano = {
            name: np.array([fano_factor(x, w) for w in WINDOWS]) for name, x in (("Poisson", plain), ("dead", dead))
        }
        run.figure(
            "poisson",
            plots.profiles(
                {
                    "intervals": {"Poisson": (middle, shares), "theory": (middle, np.exp(-middle / mean) / mean)},
                    "changing rate": {"by thinning": (phases, rates), "theory": (phases, self.changing(phases))},
                },
                x_label=["interval (ms)", "phase (ms)"],
                y_label=["density (1/ms)", "rate (spikes/s)"],
            ),
            title="Intervals, and a rate that changes",
            caption="Left: intervals of the homogeneous trains, exponential. Right: spikes by phase of a sinusoidal "
            "rate.",
            alt="Interval density falls exponentially; the rate by phase follows a sine.",
        )
        run.figure(
            "fano",
            plots.profiles(
                {
                    "Fano factor of counts": {
                        "Poisson": (windows, fano["Poisson"]),
                        f"dead time {self.refractory:g} ms": (windows, fano["dead"]),
                        "theory": (windows, np.full(len(windows), cv**2)),
                    }
                },
                x_label="window (ms)",
                y_label="variance / mean of counts",
                level=1.0,
            ),
            title="How variable are counts?",
            caption="1 for a Poisson process (dotted). With a dead time the Fano factor falls to CV² of the intervals "
            "(line) in long windows.",
            alt="Fano factor against window: one for Poisson trains, lower for trains with a dead time.",
        )
        numbers = {
            "poisson.rate": 1e3 * len(plain.times) / (self.units * self.duration),
            "poisson.cv": interval_cv(plain),
            "poisson.fano": fano["Poisson"][3],
            "refractory.cv": interval_cv(dead),
            "refractory.cv.theory": cv,
            "refractory.fano": fano["dead"][-1],
            "refractory.fano.theory": cv**2,
            "refractory.rate": 1e3 * len(dead.times) / (self.units * self.duration),
            "refractory.rate.theory": 1e3 / (mean + self.refractory),
            "thinned.rate": 1e3 * len(wavy.times) / (self.units * self.duration),
            "thinned.largest_error": np.abs(rates - self.changing(phases)).max(),
        }
        run.summary({name: float(value) for name, value in numbers.items()})
        run.table("fano", pd.DataFrame({"window": windows, **fano}), caption="Fano factors by window in ms.")
        run.describe(
            question="How irregular are spikes that come at random, and what do a dead time and a changing rate do?",
            answer=f"Poisson trains: CV of intervals {numbers['poisson.cv']:.3f} and Fano factor "
            f"{numbers['poisson.fano']:.3f} (theory 1, 1). A dead time of {self.refractory:g} ms: CV "
            f"{numbers['refractory.cv']:.3f} (theory {cv:.3f}), Fano factor {numbers['refractory.fano']:.3f} in 1 s "
            f"(theory {cv**2:.3f} in long windows).",
            methods=[
                "Intervals are exponential, plus the dead time. A changing rate thins a train drawn at twice the mean "
                "rate: a spike at t is kept with probability λ(t)/λ_max. Fano factors pool all trains and windows."
            ],
            references=["neuromatch-dynamics"],
            meanings=self.meanings(),
        )
