"""How the adaptive exponential neuron fires, beside the published patterns and theory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import AdEx, SpikingSimulation, between_spikes
from ...dynamics.spiking.theory import adapted_rate
from ...formats import listed, number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table
from .adex_patterns import PATTERNS

if TYPE_CHECKING:
    from .adex import AdaptiveNeuron

DIGITS = {"spikes": 0, "first_spike": 1, "first_interval": 1, "last_interval": 1, "cv": 2}
"""Decimals of the published numbers."""
PEAK = 0.0
"""mV, at which a spike is counted."""
SETTLED = 0.75
"""The share of a simulation after which a spike shows that a neuron has not fallen silent."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A neuron under several constant currents.

    Attributes
    ----------
    neuron : AdEx
    currents : array, shape (current,)
        pA.
    simulation : SpikingSimulation
        A unit per current.
    """

    neuron: AdEx
    currents: np.ndarray
    simulation: SpikingSimulation

    @cached_property
    def table(self) -> pd.DataFrame:
        """Initial and steady rates in Hz: 1 over the first and the last interval; 0 for a neuron that falls silent."""
        spikes = self.simulation.spikes
        rows = []
        for unit in range(len(self.currents)):
            gaps = np.diff(spikes.of(unit))
            goes_on = len(gaps) > 0 and spikes.of(unit)[-1] > SETTLED * spikes.duration
            rows.append((1e3 / gaps[0] if len(gaps) else 0.0, 1e3 / gaps[-1] if goes_on else 0.0))
        initial, steady = np.array(rows).T
        theory = adapted_rate(self.currents, self.neuron)
        return pd.DataFrame({"current": self.currents, "initial": initial, "steady": steady, "theory": theory})


@dataclass(frozen=True, eq=False)
class AdExResult(Result):
    """Eight patterns of firing, the resting states of their neurons, and F–I curves.

    Attributes
    ----------
    options : AdaptiveNeuron
    simulation : SpikingSimulation
        A unit per pattern.
    curves : mapping of str to Curve
    branches : mapping of str to Dataset
        Pattern → fixed points between spikes as the current changes.
    """

    question: ClassVar[str] = "Which patterns of firing does one adaptive neuron have, and why?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "adex.published.equal": Quantity("Number of patterns whose spikes are the published ones"),
        "adex.<pattern>.spikes": Quantity("Spikes during the current"),
        "adex.<pattern>.first_spike": Quantity("Time of the first spike", "ms"),
        "adex.<pattern>.first_interval": Quantity("First interval between spikes", "ms"),
        "adex.<pattern>.last_interval": Quantity("Last interval between spikes", "ms"),
        "adex.<pattern>.cv": Quantity("Coefficient of variation of the intervals"),
        "adex.<pattern>.fold|theory": Quantity("Current at which the resting state vanishes by the closed form", "pA"),
        "adex.<pattern>.fold": Quantity("Current at which the resting state meets a saddle and vanishes", "pA"),
        "adex.<pattern>.steady.largest_error": Quantity("Largest deviation of the steady rate from theory", "Hz"),
    }
    references: ClassVar[tuple[str, ...]] = ("brette-gerstner-2005", "naud-2008", "benda-herz-2003")

    options: "AdaptiveNeuron"
    simulation: SpikingSimulation
    curves: Mapping[str, Curve]
    branches: Mapping[str, xr.Dataset]

    @cached_property
    def spikes(self) -> dict[str, dict[str, float]]:
        """Pattern → number of spikes, time of the first, first and last interval, and their CV; NaN if too few."""
        rows = {}
        for unit, name in enumerate(PATTERNS):
            times = self.simulation.spikes.of(unit)
            gaps = np.diff(times)
            rows[name] = {
                "spikes": float(len(times)),
                "first_spike": float(times[0]) if len(times) else np.nan,
                "first_interval": float(gaps[0]) if len(gaps) else np.nan,
                "last_interval": float(gaps[-1]) if len(gaps) else np.nan,
                "cv": float(gaps.std() / gaps.mean()) if len(gaps) > 1 else np.nan,
            }
        return rows

    @cached_property
    def equal(self) -> list[str]:
        """The patterns that equal the published ones, within one in the last digit that is published."""
        return [name for name, row in self.spikes.items() if _equal(name, row)]

    @cached_property
    def folds(self) -> dict[str, tuple[float, float]]:
        """Pattern → the current in pA at which the resting state vanishes, found and by the closed form."""
        found = {}
        for name, branch in self.branches.items():
            at = branch["at"].values[branch["type"].values == "fold"]
            found[name] = (float(at[0]) if len(at) else np.nan, PATTERNS[name].fold)
        return found

    def numbers(self) -> dict[str, float]:
        found = {"adex.published.equal": float(len(self.equal))} if self.options.is_published() else {}
        found |= {f"adex.{name}.{key}": value for name, row in self.spikes.items() for key, value in row.items()}
        for name, (fold, theory) in self.folds.items():
            found |= {f"adex.{name}.fold": fold, f"adex.{name}.fold|theory": theory}
        for name, curve in self.curves.items():
            steady, theory = (curve.table[column].to_numpy() for column in ("steady", "theory"))
            found[f"adex.{name}.steady.largest_error"] = float(np.abs(steady - theory).max())
        return {key: value for key, value in found.items() if np.isfinite(value)}

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "patterns",
            self.draw_patterns,
            title="Eight patterns of firing",
            caption="The membrane potential from the start of a constant current; vertical lines are spikes. The "
            "patterns differ only in parameters.",
            alt="Potentials of eight neurons: regular, slowing, bursting, delayed, a single spike, and irregular.",
        )
        beside = ", with the published numbers in brackets" if self.options.is_published() else ""
        yield Table(
            "patterns_beside",
            self.beside(),
            f"Number of spikes, time of the first, first and last interval (ms), and CV of the intervals{beside}.",
            title="The patterns in numbers",
            shown=True,
        )
        yield Picture(
            "planes",
            self.draw_planes,
            title="Potential and adaptation in the phase plane",
            caption="The current of the pattern is on. Blue: where dV/dt = 0. Red: where dw/dt = 0. Green: the path "
            "from rest; it leaves the panel to the right with every spike, and goes on at the reset potential with b "
            "more adaptation. Where the curves cross in a filled mark, the neuron could rest. Under a strong current "
            "the blue curve is above the panel.",
            alt="Phase planes with the two nullclines, arrows of the flow, fixed points and the path of the neuron.",
        )
        yield Picture(
            "curves",
            self.draw_curves,
            title="Adaptation divides the gain",
            caption="Points: 1 over the first and over the last interval. Line: the steady rate by averaging over the "
            "intervals, which holds where adaptation is slower than they are.",
            alt="Initial and steady firing rates against current; adaptation lowers the steady rate, on the theory.",
        )
        yield Table(
            "folds",
            pd.DataFrame([(name, *pair) for name, pair in self.folds.items()], columns=["pattern", "fold", "theory"]),
            "The current (pA) at which the resting state of each neuron meets a saddle and vanishes, by continuation, "
            "beside the closed form. Where a ≤ −g_L there is none.",
            title="Where rest ends",
            shown=True,
        )
        tables = [curve.table.assign(pattern=name) for name, curve in self.curves.items()]
        yield Table(
            "curves", pd.concat(tables), "F–I curves: current in pA; initial, steady and predicted rates in Hz."
        )

    def beside(self) -> pd.DataFrame:
        """Return the spikes, with the published ones in brackets, as text."""

        def cell(name: str, key: str) -> str:
            value = number(self.spikes[name][key], DIGITS[key])
            return f"{value} ({_published(name, key)})" if self.options.is_published() else value

        columns = {key.replace("_", " "): [cell(name, key) for name in PATTERNS] for key in DIGITS}
        return pd.DataFrame({"pattern": [_title(name) for name in PATTERNS], **columns})

    def draw_patterns(self) -> Figure:
        """Draw the potentials of all patterns."""
        panels = {}
        for unit, name in enumerate(PATTERNS):
            V = self._trace("V", unit)
            panels[_title(name)] = (
                V["time"].values,
                np.minimum(V.values, PEAK),
                self.simulation.spikes.of(unit),
            )
        return plots.potentials(panels, peak=20.0, columns=2)

    def draw_planes(self) -> Figure:
        """Draw phase planes with the path of the neuron."""
        systems, boxes, paths = {}, {}, {}
        for name in self.options.planes:
            unit, pattern, title = list(PATTERNS).index(name), PATTERNS[name], _title(name)
            path = np.stack([self._trace("V", unit).values, self._trace("w", unit).values], axis=1)
            w_low, w_high = path[:, 1].min(), path[:, 1].max()
            margin = 0.15 * (w_high - w_low) + 20
            step = np.rint(self.simulation.spikes.of(unit) / self.options.dt).astype(int)
            systems[title] = between_spikes(pattern.neuron, pattern.current)
            boxes[title] = {"V": (min(path[:, 0].min(), pattern.E_L) - 8, -35), "w": (w_low - margin, w_high + margin)}
            paths[title] = np.insert(path, step, np.nan, axis=0)
        labels = ["potential V (mV)", "adaptation w (pA)"]
        return plots.phase_plane(systems, boxes, trajectories=paths, labels=labels)

    def draw_curves(self) -> Figure:
        """Draw initial and steady rates against the current."""
        panels = {}
        for name, curve in self.curves.items():
            current, initial, steady, theory = (curve.table[c].to_numpy() for c in curve.table)
            law = (current, theory)
            panels[name] = {"initial": Measured(current, initial), "steady": Measured(current, steady, law=law)}
        return plots.beside_theory(panels, x_label="current (pA)", y_label="firing rate (Hz)")

    def _trace(self, variable: str, unit: int) -> xr.DataArray:
        assert self.simulation.traces is not None
        return self.simulation.traces[variable].isel(trial=0, unit=unit)

    def answer(self) -> str:
        curve = self.curves["adapting"].table
        last, first = curve["steady"].iloc[-1], curve["initial"].iloc[-1]
        current = significant(curve["current"].iloc[-1])
        if self.options.is_published():
            others = [name for name in PATTERNS if name not in self.equal]
            but = f" ({listed(others)} differ{'s' if len(others) == 1 else ''})" if others else ""
            patterns = f"{len(self.equal)} of {len(PATTERNS)} patterns equal the published ones in spikes, latency, "
            patterns += f"intervals and their CV{but}."
        else:
            counts = [f"{_title(name)} {row['spikes']:.0f}" for name, row in self.spikes.items()]
            patterns = f"Spikes in {significant(self.options.duration, 5)} ms: {listed(counts)}."
        return (
            "One model fires regularly, with adaptation, in bursts, with a delay, once, or irregularly, by its "
            f"parameters. {patterns} Adaptation acts below the threshold (a), where it delays, and after each spike "
            f"(b), where it slows: at {current} pA the adapting neuron begins with {number(first, 0)} Hz and settles "
            f"at {number(last, 0)} Hz."
        )

    def notes(self) -> Sequence[str]:
        return [
            "The irregular pattern is chaotic: another step or rounding changes its spikes. It counts as equal with 30 "
            "to 36 spikes and a CV above 0.4.",
            "The steady rate by theory takes adaptation as constant between spikes. This is good for the adapting "
            "neuron (τ_w = 300 ms), and worst for the tonic one at high rates.",
        ]

    def methods(self) -> Sequence[str]:
        longest, fine = self.options.longest, self.curves["tonic"].simulation.methods
        return [
            "$C\\,dV/dt = -g_L(V - E_L) + g_L \\Delta_T e^{(V - V_T)/\\Delta_T} - w + I$, $\\tau_w\\,dw/dt = "
            "a(V - E_L) - w$; at 0 mV the neuron fires, $V$ is set to the reset potential and $w$ to $w + b$. "
            f"$V_T$ is −50 mV and $\\Delta_T$ 2 mV; it starts at $E_L$ with $w = 0$. {self.simulation.methods}",
            f"Resting states: {self.branches['tonic'].attrs['methods']}",
            f"F–I curves: {fine} The steady rate is 1 over the last interval of {significant(longest, 5)} ms.",
        ]


def _equal(name: str, row: Mapping[str, float]) -> bool:
    """Return whether the spikes of a pattern are the published ones."""
    known = PATTERNS[name]
    if known.chaotic:
        return abs(row["spikes"] - known.spikes) <= 3 and row["cv"] > 0.4
    near = {key: 10.0**-digits if digits else 0.5 for key, digits in DIGITS.items()}
    return all(np.isclose(row[key], known.published[key], rtol=0, atol=near[key], equal_nan=True) for key in DIGITS)


def _title(name: str) -> str:
    """Return the name of a pattern in words."""
    return name.replace("-", " ")


def _published(name: str, key: str) -> str:
    """Return a published number as text."""
    known = PATTERNS[name]
    if known.chaotic and key in ("spikes", "cv"):
        return {"spikes": "33 ± 3", "cv": "> 0.40"}[key]
    return number(known.published[key], DIGITS[key])
