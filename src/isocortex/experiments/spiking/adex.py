"""Which patterns of firing does one adaptive neuron have, and why?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr

from ...dynamics import AdEx, between_spikes, continuation, simulate_spikes
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .adex_patterns import PATTERNS, Pattern
from .adex_result import AdExResult, Curve

FINE = 5
"""How many times finer the steps of the F–I curves are: at 200 Hz a step of 0.1 ms is 2 % of an interval."""
CURVES = ("tonic", "adapting")


@dataclass(frozen=True, kw_only=True)
class AdaptiveNeuron(Experiment):
    """Give eight published sets of parameters to the adaptive exponential integrate-and-fire neuron (AdEx).

    The experiment compares their spikes with the published ones, shows the phase plane of potential and adaptation,
    finds the current at which the neuron loses its resting state, and measures initial and steady rates.
    """

    name: ClassVar[str] = "adex"
    published_options: ClassVar[tuple[str, ...]] = ("duration", "dt")

    planes: Annotated[
        tuple[str, ...], option("Patterns whose phase planes are drawn", among=PATTERNS, distinct=True)
    ] = ("tonic", "adapting", "initial-burst", "regular-bursting", "delayed-accelerating", "transient")  # fmt: skip
    duration: Annotated[float, option("Duration of the current", unit="ms", at_least=100, at_most=10_000)] = 600.0
    dt: Annotated[float, option("Step of Euler's method", unit="ms", at_least=0.01, at_most=0.5)] = 0.1
    longest: Annotated[
        float, option("Duration of the simulations of F–I curves", unit="ms", at_least=1000, at_most=20_000)
    ] = 3000.0
    currents: Annotated[int, option("Currents of an F–I curve, up to 1000 pA", at_least=3, at_most=200)] = 36

    def walk(self, run: Run, inputs: None) -> AdExResult:
        """Simulate the eight patterns and F–I curves, and follow the resting states of all as the current changes."""
        with run.stage("patterns"):
            neurons, current = together(list(PATTERNS.values()))
            found = simulate_spikes(neurons, duration=self.duration, dt=self.dt, current=current, record=("V", "w"))
        with run.stage("F–I curves"):
            currents = np.linspace(0, 1000, self.currents + 1)[1:]
            curves = {name: self._curve(PATTERNS[name], currents) for name in CURVES}
        branches: dict[str, xr.Dataset] = {}
        with run.stage("resting states"):
            for name, pattern in PATTERNS.items():
                system = between_spikes(pattern.neuron, pattern.current)
                box = {"V": (pattern.E_L - 25, -30), "w": (-300, 400)}
                branches[name] = continuation(system, "I", (-100, 600), box)
        return AdExResult(self, found, curves, branches)

    def _curve(self, pattern: Pattern, currents: np.ndarray) -> Curve:
        found = simulate_spikes(pattern.neuron, duration=self.longest, dt=self.dt / FINE, current=currents)
        return Curve(pattern.neuron, currents, found)


def together(patterns: list[Pattern]) -> tuple[AdEx, np.ndarray]:
    """Return neurons of several patterns as units of one simulation, and their currents in pA."""
    values = np.array([pattern.values for pattern in patterns]).T
    return AdEx(**dict(zip(Pattern.NAMES, values[:-1], strict=True))), values[-1]
