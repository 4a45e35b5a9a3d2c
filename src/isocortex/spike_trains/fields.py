"""What spike trains hold, with its checks."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from ..errors import require
from ..summaries import Described
from .labels import checked

FIRST: Any = None
"""The default of `trial`: all spikes are in the first trial."""


@dataclass(frozen=True, eq=False, repr=False)
class Fields(Described):
    """The fields of :class:`.SpikeTrains`, where they are explained."""

    times: Float[np.ndarray, " spike"]
    unit: Int[np.ndarray, " spike"]
    n_units: int
    duration: float | int
    trial: Int[np.ndarray, " spike"] = FIRST
    n_trials: int = 1
    start: float | int = 0.0
    units: pd.DataFrame | None = field(default=None)
    trials: pd.DataFrame | None = field(default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", np.asarray(self.times, float))  # in float32, edges of bins would be unclear
        object.__setattr__(self, "start", float(self.start))
        object.__setattr__(self, "duration", float(self.duration))
        if self.trial is FIRST:
            object.__setattr__(self, "trial", np.zeros(len(self.unit), int))
        require(
            len(self.times) == len(self.unit) == len(self.trial),
            f"times, unit and trial must have the same length; got {len(self.times)}, {len(self.unit)} and "
            f"{len(self.trial)}.",
        )
        require(
            self.n_units >= 1 and self.n_trials >= 1,
            f"There must be a unit and a trial; got {self.n_units} units and {self.n_trials} trials.",
        )
        require(
            bool(np.isfinite(self.start) and 0 <= self.duration < np.inf),
            f"start must be finite, and duration at least 0 ms; got {self.start} and {self.duration}.",
        )
        later = np.diff(self.trial)
        require(
            bool(((later > 0) | ((later == 0) & (np.diff(self.times) >= 0))).all()),
            "Spike times must be sorted, by trial and then by time; SpikeTrains.from_spikes sorts them.",
        )
        if len(self.times):
            low, high = self.times.min(), self.times.max()
            rounding = 2 * np.spacing(max(abs(self.start), abs(self.stop)))  # stop is a sum
            require(
                bool(low >= self.start and high <= self.stop + rounding),
                f"Spike times must lie in {self.start:g}…{self.stop:g} ms; they span {low:g}…{high:g}.",
            )
            for kind, which, n in (("Unit", self.unit, self.n_units), ("Trial", self.trial, self.n_trials)):
                require(
                    bool(which.min() >= 0 and which.max() < n),
                    f"{kind}s must be 0…{n - 1}; they span {which.min()}…{which.max()}.",
                )
        object.__setattr__(self, "units", checked(self.units, self.n_units, "unit"))
        object.__setattr__(self, "trials", checked(self.trials, self.n_trials, "trial"))
        if self.units is not None and self.trials is not None:
            both = self.units.columns.intersection(self.trials.columns)
            require(not len(both), f"The tables of units and trials both have a column {next(iter(both), '')!r}.")

    @property
    def stop(self) -> float:
        """When every trial ends, in ms."""
        return self.start + self.duration

    def described(self) -> dict[str, str]:
        """Return how much is held."""
        return {
            "spikes": str(len(self.times)),
            "units": str(self.n_units),
            "trials": str(self.n_trials),
            "time": f"{self.start:g}…{self.stop:g} ms",
        }
