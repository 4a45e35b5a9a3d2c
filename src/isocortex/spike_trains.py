"""Spike trains: ragged, as sorted times and the unit of each. They compute nothing."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from .errors import require


@dataclass(frozen=True, eq=False)
class SpikeTrains:
    """When which unit fired.

    Parameters
    ----------
    times : array, shape (spike,)
        ms, sorted.
    unit : array, shape (spike,)
        Which unit fired, 0 … n_units − 1.
    n_units : int
        Silent units count.
    duration : float
        ms.

    Raises
    ------
    InputError
        If the times are not sorted or lie outside [0, duration], or a unit does not exist.
    """

    times: Float[np.ndarray, " spike"]
    unit: Int[np.ndarray, " spike"]
    n_units: int
    duration: float

    def __post_init__(self) -> None:
        require(
            len(self.times) == len(self.unit),
            f"times and unit must have the same length; got {len(self.times)} and {len(self.unit)}.",
        )
        require(bool((np.diff(self.times) >= 0).all()), "Spike times must be sorted.")
        if len(self.times):
            require(
                bool(self.times[0] >= 0 and self.times[-1] <= self.duration),
                f"Spike times must lie in 0…{self.duration:g} ms; they span {self.times[0]:g}…{self.times[-1]:g}.",
            )
            require(
                bool(self.unit.min() >= 0 and self.unit.max() < self.n_units),
                f"Units must be 0…{self.n_units - 1}; they span {self.unit.min()}…{self.unit.max()}.",
            )

    def of(self, unit: int) -> Float[np.ndarray, " spike"]:
        """Return the times of one unit, in ms."""
        return self.times[self.unit == unit]
