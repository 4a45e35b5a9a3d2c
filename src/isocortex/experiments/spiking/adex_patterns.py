"""The published sets of parameters of the adaptive exponential neuron, and how they fire."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...dynamics import AdEx

V_T, DELTA_T = -50.0, 2.0
"""Where the upstroke begins and its sharpness, in mV: the same for all patterns."""


@dataclass(frozen=True)
class Pattern:
    """Parameters of a neuron, and its published spikes.

    Attributes
    ----------
    C, g_L, E_L, a, tau_w, b, V_reset : float
        pF, nS, mV, nS, ms, pA and mV; the others are the defaults of :class:`.AdEx`.
    current : float
        pA.
    spikes : int
    first, first_interval, last_interval : float
        ms; NaN where there are too few spikes.
    cv : float
        Coefficient of variation of the intervals.
    chaotic : bool
        Whether the spikes depend on rounding: published are 33 ± 3 spikes and a CV above 0.4.
    """

    NAMES: ClassVar[tuple[str, ...]] = ("C", "g_L", "E_L", "a", "tau_w", "b", "V_reset")

    C: float
    g_L: float  # noqa: N815 (the symbol)
    E_L: float
    a: float
    tau_w: float
    b: float
    V_reset: float
    current: float
    spikes: int
    first: float = np.nan
    first_interval: float = np.nan
    last_interval: float = np.nan
    cv: float = np.nan
    chaotic: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters, and the current."""
        return (*(getattr(self, name) for name in self.NAMES), self.current)

    @property
    def neuron(self) -> AdEx:
        """The neuron."""
        return AdEx(V_T=V_T, Delta_T=DELTA_T, **{name: getattr(self, name) for name in self.NAMES})

    @property
    def fold(self) -> float:
        """The current in pA at which its resting state meets a saddle: (g_L + a)(V_T + Δ_T log(1 + a/g_L) − E_L − Δ_T).

        NaN for a ≤ −g_L, where the neuron has no such state.
        """
        if self.a <= -self.g_L:
            return float("nan")
        total = self.g_L + self.a
        return total * (V_T + DELTA_T * float(np.log(total / self.g_L)) - self.E_L - DELTA_T)

    @property
    def published(self) -> dict[str, float]:
        """The published spikes, by the names of the measures."""
        return {
            "spikes": float(self.spikes),
            "first_spike": self.first,
            "first_interval": self.first_interval,
            "last_interval": self.last_interval,
            "cv": self.cv,
        }


PATTERNS = {
    "tonic": Pattern(200.0, 10.0, -70.0, 2.0, 30.0, 0.0, -58.0, 500.0, 60, 14.5, 9.3, 9.9, 0.01),
    "adapting": Pattern(200.0, 12.0, -70.0, 2.0, 300.0, 60.0, -58.0, 500.0, 12, 15.2, 11.6, 76.1, 0.51),
    "initial-burst": Pattern(130.0, 18.0, -58.0, 4.0, 150.0, 120.0, -50.0, 400.0, 12, 5.8, 3.8, 64.2, 0.42),
    "regular-bursting": Pattern(200.0, 10.0, -58.0, 2.0, 120.0, 100.0, -46.0, 210.0, 11, 16.5, 3.3, 5.8, 1.11),
    "delayed-accelerating": Pattern(200.0, 12.0, -70.0, -10.0, 300.0, 0.0, -58.0, 300.0, 45, 33.9, 20.9, 10.5, 0.20),
    "delayed-regular-bursting": Pattern(100.0, 10.0, -65.0, -10.0, 90.0, 30.0, -47.0, 110.0, 32, 57.6, 3.6, 7.9, 1.25),
    "transient": Pattern(100.0, 10.0, -65.0, 10.0, 90.0, 100.0, -47.0, 180.0, 1, 30.5),
    "irregular": Pattern(100.0, 12.0, -60.0, -11.0, 130.0, 30.0, -48.0, 160.0, 33, chaotic=True),
}
"""Name → parameters with which Euler's method at 0.1 ms repeats the figures of Naud et al. (2008), and its spikes."""
