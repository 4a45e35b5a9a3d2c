"""What a leaky integrate-and-fire neuron does: its F–I curve, and rate and irregularity with noise, beside theory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import t

from ... import plots
from ...dynamics import LIF, SpikingSimulation
from ...dynamics.spiking.theory import firing_rate, interval_cv, stepped_neuron
from ...formats import number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table

SHOWN = 400.0
"""Milliseconds of potential in the picture."""
FEWEST = 2
"""Intervals that a neuron needs for a CV."""


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
        return float(intervals.std() / intervals.mean()) if len(intervals) >= FEWEST else float("nan")


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

    @cached_property
    def measured(self) -> xr.Dataset:
        """Rate (Hz) and CV of every unit, of dimensions (sigma, current, unit)."""
        spikes = self.simulation.spikes
        shape = (len(self.sigmas), len(self.currents), spikes.n_units)
        group = spikes.trial * spikes.n_units + spikes.unit
        order = np.lexsort((spikes.times, group))
        same = np.diff(group[order]) == 0
        of, intervals = group[order][1:][same], np.diff(spikes.times[order])[same]
        n, total, square = (np.bincount(of, weights, np.prod(shape)) for weights in (None, intervals, intervals**2))
        with np.errstate(invalid="ignore", divide="ignore"):
            cv = np.where(n >= FEWEST, np.sqrt(np.maximum(square / n - (total / n) ** 2, 0)) / (total / n), np.nan)
        rate = np.bincount(group, minlength=np.prod(shape)) / spikes.duration * 1e3
        dims = ("sigma", "current", "unit")
        return xr.Dataset(
            {"rate": (dims, rate.reshape(shape)), "cv": (dims, cv.reshape(shape))},
            coords={"sigma": self.sigmas, "current": self.currents},
        )

    def table(self) -> pd.DataFrame:
        """Return means over units with 95 % intervals, a row per sigma and current."""
        found = self.measured
        columns = {}
        for name in found:
            n = found[name].notnull().sum("unit")
            mean = found[name].mean("unit").where(n == found.sizes["unit"])  # units without intervals would bias it
            reach = found[name].std("unit", ddof=1) / np.sqrt(n) * t.ppf(0.975, n - 1)
            columns |= {name: mean, f"{name}_low": mean - reach, f"{name}_high": mean + reach}
        return xr.Dataset(columns).to_dataframe().reset_index()


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
        "lif.noise.rate.within": Quantity("Share of the rates with noise whose 95 % interval holds the theory"),
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
        how = {"dt": self.dt, "method": "exact", "tau_m": float(self.neuron.tau_m), "V_th": float(self.neuron.V_th)}
        stepped = stepped_neuron(table["sigma"].to_numpy(), **how)
        mu = self.mu(table["current"].to_numpy())
        theory = {
            "rate_theory": firing_rate(mu, **stepped, **self.cell),
            "cv_theory": interval_cv(mu, **stepped, **self.cell),
        }
        return table.assign(**theory)

    def numbers(self) -> dict[str, float]:
        table = self.beside
        within = (table["rate_low"] <= table["rate_theory"]) & (table["rate_theory"] <= table["rate_high"])
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
            "lif.noise.rate.largest_error": float((table["rate"] - table["rate_theory"]).abs().max()),
            "lif.noise.cv.largest_error": float((table["cv"] - table["cv_theory"]).abs().max()),
            "lif.noise.rate.within": float(within.mean()),
        }

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "constant",
            self.draw_constant,
            title="From current to spikes",
            caption="Left and middle: the potential of the neuron under a constant current, and under a noisy one of "
            "the same mean; vertical lines are spikes. Below the rheobase it settles without a spike.",
            alt="Potentials over time: regular spikes under constant current, slightly irregular ones under noise.",
        )
        yield Picture(
            "curve",
            self.draw_curve,
            title="The F–I curve",
            caption="Points: simulated rates. Line: the closed form "
            "$1/(t_{ref} + \\tau_m \\ln\\frac{\\mu - V_{reset}}{\\mu - V_{th}})$ with $\\mu = E_L + I/g_L$. Dotted: the "
            "rheobase.",
            alt="The firing rate rises steeply above the rheobase and then almost linearly, on the closed form.",
        )
        yield Picture(
            "noise",
            self.draw_noise,
            title="Noise makes the neuron fire below the rheobase, and irregularly",
            caption="Points: means over neurons with 95 % intervals. Lines: the rate of Siegert, and the CV of "
            "Ricciardi and Brunel, for the threshold that a simulation in steps has. The CV is shown where all "
            "neurons fired at least three times.",
            alt="Rate and CV against mean current for three strengths of noise; points lie on the lines of theory.",
        )
        yield Table("noise", self.beside, "Rates (Hz) and CVs with white noise, beside theory.")
        curve = {"current": self.constant.values, "rate": self.rates, "theory": self.closed_form}
        yield Table("curve", pd.DataFrame(curve), "The F–I curve: current in pA, rates in Hz.")

    def draw_constant(self) -> Figure:
        """Draw potentials under constant and noisy currents."""
        panels = {}
        at = {f"{significant(value)} pA": (self.published, i) for i, value in enumerate(self.published.values[1:3], 1)}
        at |= {f"250 pA, σ = {significant(s)}": (self.jittered, i) for i, s in enumerate(self.jittered.values)}
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
        for sigma, rows in self.beside.groupby("sigma"):
            for name, series in panels.items():
                x, y, low, high, law = (
                    rows[column].to_numpy()
                    for column in ("current", name, f"{name}_low", f"{name}_high", f"{name}_theory")
                )
                series[f"σ = {significant(float(sigma))} mV"] = Measured(x, y, low, high, law=(x, law))  # pyright: ignore[reportArgumentType]
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
            "$\\tau_m dV/dt = -(V - E_L) + I/g_L$; at $V \\geq V_{th}$ the neuron fires, and is held at $V_{reset}$ for "
            f"{significant(float(self.neuron.t_ref))} ms. {self.constant.simulation.methods} "
            f"{self.published.simulation.methods} The published noise is drawn by NumPy's generator with the seed 2020.",
            f"{self.noisy.simulation.methods} The current of the noise in a step is "
            "$g_L(\\mu - E_L) + g_L \\sigma \\sqrt{\\tau_m/dt}\\, \\xi$, so that the free potential has the variance "
            "$\\sigma^2/2$. The simulation looks at its threshold once in a step and misses crossings in between; the "
            "theory is that of a neuron whose threshold is higher by "
            "$0.583\\, \\sigma \\sqrt{dt/\\tau_m}$ (Siegmund 1979).",
        ]
