"""What a leaky integrate-and-fire neuron does: its F–I curve, and rate and irregularity with noise, beside theory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...analysis.inference import jackknife_of_sums
from ...analysis.spikes.intervals import successive
from ...dynamics import LIF, SpikingSimulation
from ...dynamics.spiking.theory import firing_rate, interval_cv, stepped_neuron
from ...formats import number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table

SHOWN = 400.0
"""Milliseconds of potential in the picture."""
FEWEST = 20
"""Mean number of intervals of a neuron from which on their CV is shown."""
FINE = 201
"""Points of a line of theory."""


@dataclass(frozen=True, eq=False)
class Published:
    """A simulation with a unit for each value of something.

    Attributes
    ----------
    values : array, shape (unit,)
    simulation : SpikingSimulation
    """

    values: np.ndarray
    simulation: SpikingSimulation

    @property
    def counts(self) -> np.ndarray:
        """Spikes of every unit."""
        return np.bincount(self.simulation.spikes.unit, minlength=len(self.values))

    def cv(self, unit: int) -> float:
        """Return the coefficient of variation of a unit's intervals; NaN where it has fewer than two."""
        intervals = np.diff(self.simulation.spikes.of(unit))
        return float(intervals.std() / intervals.mean()) if len(intervals) >= 2 else float("nan")


@dataclass(frozen=True, eq=False)
class Noisy:
    """Neurons with white noise: a network for every sigma and mean current, of independent units.

    Attributes
    ----------
    currents : array, shape (current,)
        pA.
    sigmas : array, shape (sigma,)
        mV.
    simulation : SpikingSimulation
    """

    currents: np.ndarray
    sigmas: np.ndarray
    simulation: SpikingSimulation

    def table(self) -> pd.DataFrame:
        """Return rates (Hz) and CVs of the intervals of all units, with 95 % intervals, a row per sigma and current.

        Units are alike and independent, so that their intervals count together. The CV is undefined where a unit has
        fewer than 20 intervals on average: those that the end of the simulation cuts off would make it too small.
        """
        spikes = self.simulation.spikes
        n_units, n_rows = spikes.n_units, spikes.n_trials
        group = spikes.unit * n_rows + spikes.trial
        intervals, first = successive(spikes)
        of = group[first]

        def sums(of: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
            return np.bincount(of, weights, n_units * n_rows).reshape(n_units, n_rows).astype(float)

        def cv(n: np.ndarray, total: np.ndarray, square: np.ndarray) -> np.ndarray:
            return np.where(
                n >= FEWEST * n_units, np.sqrt(np.maximum(square / n - (total / n) ** 2, 0)) / (total / n), np.nan
            )

        found = {
            "rate": jackknife_of_sums([sums(group), np.ones((n_units, 1))], lambda n, k: n / k / spikes.duration * 1e3),
            "cv": jackknife_of_sums([sums(of), sums(of, intervals), sums(of, intervals**2)], cv),
        }
        columns = {
            name + ending: values[which]
            for name, values in found.items()
            for which, ending in (("estimate", ""), ("low", "_low"), ("high", "_high"))
        }
        sigma, current = np.repeat(self.sigmas, len(self.currents)), np.tile(self.currents, len(self.sigmas))
        return pd.DataFrame({"sigma": sigma, "current": current, **columns})


@dataclass(frozen=True, eq=False)
class LIFResult(Result):
    """Simulations of a leaky integrate-and-fire neuron beside its theory.

    Attributes
    ----------
    neuron : LIF
    rheobase : float
        pA.
    constant, published, jittered : Published
        Constant currents on a fine grid, the published ones, and the published noise of two strengths.
    noisy : Noisy
    dt : float
        ms.
    """

    question: ClassVar[str] = "What does a leaky integrate-and-fire neuron do with a current, and with noise?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "lif.rheobase": Quantity("Least constant current that makes the neuron fire", "pA"),
        "lif.spikes.<current>": Quantity("Spikes in 1000 ms at a constant current, by Euler's method"),
        "lif.rate.largest_error": Quantity("Largest deviation of the F–I curve from the closed form", "Hz"),
        "lif.cv.sigma_<sigma>": Quantity("CV of the intervals with the published noise of this strength"),
        "lif.spikes.sigma_<sigma>": Quantity("Spikes in 1000 ms with it"),
        "lif.noise.rate.largest_error": Quantity("Largest deviation of a rate with white noise from theory", "Hz"),
        "lif.noise.cv.largest_error": Quantity("Largest deviation of a CV with white noise from theory"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics", "siegert-1951", "brunel-2000")

    neuron: LIF
    rheobase: float
    constant: Published
    published: Published
    jittered: Published
    noisy: Noisy
    dt: float

    @property
    def cell(self) -> dict[str, float]:
        """The parameters that the theory takes."""
        neuron = self.neuron
        return {"t_ref": float(neuron.t_ref), "V_reset": float(neuron.V_reset)}

    def mu(self, current: np.ndarray) -> np.ndarray:
        """Return the mean free potential in mV of mean currents in pA."""
        return float(self.neuron.E_L) + current / float(self.neuron.g_L)

    @cached_property
    def closed_form(self) -> np.ndarray:
        """Rates in Hz of the fine constant currents."""
        cell = self.cell | {"tau_m": float(self.neuron.tau_m), "V_th": float(self.neuron.V_th)}
        return np.asarray(firing_rate(self.mu(self.constant.values), **cell))

    @cached_property
    def rates(self) -> np.ndarray:
        """Simulated rates of the fine constant currents in Hz, from the mean interval."""
        spikes = self.constant.simulation.spikes
        trains = [spikes.of(unit) for unit in range(len(self.constant.values))]
        return np.array([1e3 * (len(x) - 1) / (x[-1] - x[0]) if len(x) > 1 else 0.0 for x in trains])

    @cached_property
    def beside(self) -> pd.DataFrame:
        """Rates and CVs with noise beside theory, a row per sigma and current."""
        table = self.noisy.table()
        rate, cv = self.theory(table["sigma"].to_numpy(), table["current"].to_numpy())
        return table.assign(rate_theory=rate, cv_theory=cv)

    def theory(self, sigma: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rates in Hz and CVs that theory predicts for the simulation in steps."""
        how = {"dt": self.dt, "method": "exact", "tau_m": float(self.neuron.tau_m), "V_th": float(self.neuron.V_th)}
        given = self.cell | stepped_neuron(sigma, **how)
        return np.asarray(firing_rate(self.mu(current), **given)), np.asarray(interval_cv(self.mu(current), **given))

    def numbers(self) -> dict[str, float]:
        table = self.beside
        found = {"lif.rheobase": self.rheobase}
        found |= {
            f"lif.spikes.{significant(current)}pA": float(n)
            for current, n in zip(self.published.values, self.published.counts, strict=True)
        }
        found["lif.rate.largest_error"] = float(np.abs(self.rates - self.closed_form).max())
        for i, sigma in enumerate(self.jittered.values):
            found[f"lif.cv.sigma_{significant(sigma)}"] = self.jittered.cv(i)
            found[f"lif.spikes.sigma_{significant(sigma)}"] = float(self.jittered.counts[i])
        return found | {
            "lif.noise.rate.largest_error": float(
                np.nanmax(np.abs(table["rate"].to_numpy() - table["rate_theory"].to_numpy()))
            ),
            "lif.noise.cv.largest_error": float(
                np.nanmax(np.abs(table["cv"].to_numpy() - table["cv_theory"].to_numpy()))
            ),
        }

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "constant",
            self.draw_constant,
            title="From current to spikes",
            caption="The potential of the neuron under constant currents (top), and under noisy ones of the same mean "
            "(bottom); vertical lines are spikes.",
            alt="Potentials over time: regular spikes under constant current, slightly irregular ones under noise.",
        )
        yield Picture(
            "curve",
            self.draw_curve,
            title="The F–I curve",
            caption="Points: simulated rates. Line: the closed form "
            "$1/(t_{ref} + \\tau_m \\ln\\frac{\\mu - V_{reset}}{\\mu - V_{th}})$ with $\\mu = E_L + I/g_L$. A "
            "simulated spike is at the end of a step, which makes intervals longer by half a step on average.",
            alt="The firing rate rises steeply above the rheobase and then almost linearly, on the closed form.",
        )
        yield Picture(
            "noise",
            self.draw_noise,
            title="Noise makes the neuron fire below the rheobase, and irregularly",
            caption="Points: means over neurons with 95 % intervals. Lines: the rate of Siegert, and the CV of "
            "Ricciardi and Brunel, for the threshold that a simulation in steps has. The CV is shown where a neuron "
            f"has at least {FEWEST} intervals on average.",
            alt="Rate and CV against mean current for three strengths of noise; points lie on the lines of theory.",
        )
        yield Table("noise", self.beside, "Rates (Hz) and CVs with white noise, beside theory.")
        curve = {"current": self.constant.values, "rate": self.rates, "theory": self.closed_form}
        yield Table("curve", pd.DataFrame(curve), "The F–I curve: current in pA, rates in Hz.")

    def draw_constant(self) -> Figure:
        """Draw potentials under constant and noisy currents."""
        panels = {}
        at = {f"{significant(value)} pA": (self.published, i) for i, value in enumerate(self.published.values[1:3], 1)}
        at |= {f"250 pA, published σ {significant(s)}": (self.jittered, i) for i, s in enumerate(self.jittered.values)}
        for name, (of, unit) in at.items():
            traces = of.simulation.traces
            assert traces is not None
            V = traces["V"].isel(trial=0, unit=unit).sel(time=slice(0, SHOWN))
            spikes = of.simulation.spikes.of(unit)
            panels[name] = (V["time"].values, V.values, spikes[spikes <= SHOWN])
        return plots.potentials(panels, peak=float(self.neuron.V_th) + 20, columns=2)

    def draw_curve(self) -> Figure:
        """Draw the F–I curve beside the closed form."""
        some = slice(None, None, 4)
        found = Measured(self.constant.values[some], self.rates[some], law=(self.constant.values, self.closed_form))
        return plots.beside_theory({"": {"simulated": found}}, x_label="current (pA)", y_label="firing rate (Hz)")

    def draw_noise(self) -> Figure:
        """Draw rate and CV with noise against the mean current, beside theory."""
        panels: dict[str, dict[str, Measured]] = {"rate": {}, "cv": {}}
        fine = np.linspace(self.noisy.currents[0], self.noisy.currents[-1], FINE)
        for sigma in self.noisy.sigmas:
            rows = self.beside.query("sigma == @sigma")
            laws = self.theory(np.full(FINE, sigma), fine)
            for (name, series), law in zip(panels.items(), laws, strict=True):
                x, y, low, high = (rows[c].to_numpy() for c in ("current", name, f"{name}_low", f"{name}_high"))
                series[f"σ = {significant(float(sigma))} mV"] = Measured(x, y, low, high, law=(fine, law))
        return plots.beside_theory(
            {"firing rate": panels["rate"], "irregularity": panels["cv"]},
            x_label="mean current (pA)",
            y_label=["rate (Hz)", "CV of the intervals"],
        )

    def answer(self) -> str:
        found = self.numbers()
        return (
            f"It fires above {significant(self.rheobase)} pA, at the rates of the closed form (largest error "
            f"{number(found['lif.rate.largest_error'], 2)} Hz), like a clock. White noise makes it fire below that "
            f"current, too, and irregularly: rates and coefficients of variation follow the theory of Siegert and "
            f"Ricciardi (largest errors {number(found['lif.noise.rate.largest_error'], 2)} Hz and "
            f"{number(found['lif.noise.cv.largest_error'], 3)})."
        )

    def methods(self) -> Sequence[str]:
        return [
            "$\\tau_m dV/dt = -(V - E_L) + I/g_L$; at $V \\geq V_{th}$ the neuron fires, and is held at $V_{reset}$ "
            f"for {significant(float(self.neuron.t_ref))} ms. {self.constant.simulation.methods} "
            f"{self.published.simulation.methods} The published noise is drawn by NumPy's generator "
            "with the seed 2020.",
            f"{self.noisy.simulation.methods} The current of the noise in a step is "
            "$g_L(\\mu - E_L) + g_L \\sigma \\sqrt{\\tau_m/dt}\\, \\xi$, so that the free potential has the variance "
            "$\\sigma^2/2$. The simulation looks at its threshold once in a step and misses crossings in between; the "
            "theory is that of a neuron whose threshold is higher by "
            "$0.583\\, \\sigma \\sqrt{dt/\\tau_m}$ (Siegmund 1979).",
        ]
