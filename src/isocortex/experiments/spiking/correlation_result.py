"""What correlates two spiking neurons, and how much of a correlation of their inputs they pass on, beside theory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...dynamics.spiking.theory import correlation_transfer, firing_rate
from ...formats import number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table
from .correlation_sources import (
    JITTER,
    REGULAR_BIN,
    REGULAR_WINDOW,
    SMALL_SHARE,
    SURROGATES,
    Connected,
    InStep,
    Shared,
)

SMALL = 0.3
"""Shared part of the noise up to which the law for weak correlation is given as a number."""
FINE = 101
"""Points of a line of theory."""
FEW = 11
"""Points of one that takes a tenth of a second each."""


@dataclass(frozen=True, eq=False)
class CorrelationResult(Result):
    """Neurons that share noise, are connected, or fire regularly, beside theory.

    Attributes
    ----------
    sigma, regular_sigma : float
        mV.
    shared : Shared
    connected : Connected
    regular : InStep
    """

    question: ClassVar[str] = (
        "How much of a correlation of their inputs do two spiking neurons pass on, and what else correlates them?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "correlation.transfer.<c>.low": Quantity("Lower end of its 95 % interval"),
        "correlation.transfer.<c>.high": Quantity("Upper end of its 95 % interval"),
        "correlation.transfer.<c>.theory": Quantity("The same by linear response"),
        "correlation.transfer.<c>": Quantity(
            "Correlation of the spike counts of two neurons that share a part c of noise"
        ),
        "correlation.window.<window>ms.theory": Quantity("The same by linear response"),
        "correlation.window.<window>ms": Quantity("Correlation of counts in windows of this length"),
        "correlation.mean.<mean>mV.theory": Quantity("The same by linear response"),
        "correlation.mean.<mean>mV": Quantity("Correlation of counts at this mean input"),
        "correlation.rate": Quantity("Mean firing rate of neurons that share noise", "Hz"),
        "correlation.rate.theory": Quantity("The same by theory", "Hz"),
        "correlation.connection.<delay>ms.lag": Quantity("Lag of the peak of the correlogram", "ms"),
        "correlation.connection.<delay>ms.p": Quantity("p value of the correlogram by jittered spikes"),
        "correlation.connection.efficacy": Quantity("Spikes that each spike of the first neuron adds to the second"),
        "correlation.connection.efficacy.low": Quantity("Lower end of its 95 % interval"),
        "correlation.connection.efficacy.high": Quantity("Upper end of its 95 % interval"),
        "correlation.connection.efficacy.theory": Quantity("The same by linear response"),
        "correlation.start.<difference>pct.first": Quantity(
            "Correlation of regular neurons in the first 100 ms after the same start, by difference of their inputs"
        ),
        "correlation.start.<difference>pct.first.theory": Quantity("The same by theory"),
        "correlation.start.memory": Quantity("Time in which it falls to 1/e by theory, for equal inputs", "ms"),
        "correlation.start.error": Quantity("Root mean square of its deviation from theory in windows of 100 ms"),
        "correlation.parameters.<difference>pct.mean": Quantity(
            "Mean correlation of regular neurons that start at random, by difference of their inputs"
        ),
        "correlation.parameters.<difference>pct.spread": Quantity(
            "SD over pairs of their correlation in one recording"
        ),
        "correlation.parameters.chance": Quantity("The same SD for neurons whose bins are independent"),
    }
    references: ClassVar[tuple[str, ...]] = ("de-la-rocha-2007", "amarasingham-2012", "neuromatch-dynamics")

    sigma: float
    regular_sigma: float
    shared: Shared
    connected: Connected
    regular: InStep

    def numbers(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for row in self.shared.by_share.to_dict("records"):
            name = f"correlation.transfer.{significant(row['c'])}"
            found |= {name: row["estimate"], f"{name}.low": row["low"], f"{name}.high": row["high"]}
            if 0 < row["c"] <= SMALL:
                found[f"{name}.theory"] = row["law"]
        for kind, unit, table in (("window", "ms", self.shared.by_window), ("mean", "mV", self.shared.by_mean)):
            for value, r, law in zip(table[kind], table["estimate"], table["law"], strict=True):
                name = f"correlation.{kind}.{significant(value)}{unit}"
                found |= {name: r, f"{name}.theory": law}
        found["correlation.rate"] = float(self.shared.by_share["rate"].to_numpy().mean())
        found["correlation.rate.theory"] = self.expected_rate
        for delay, test in self.connected.tests.items():
            name = f"correlation.connection.{significant(delay)}ms"
            found |= {f"{name}.lag": float(test["excess"].idxmax()), f"{name}.p": float(test["p"])}
        for end, value in self.connected.efficacy.items():
            found["correlation.connection.efficacy" + ("" if end == "estimate" else f".{end}")] = value
        alike = self.regular.table.query("together")
        for (together, difference), rows in self.regular.courses.items():
            kind = f"correlation.{'start' if together else 'parameters'}.{significant(difference)}pct"
            if together:
                found |= {f"{kind}.first": rows["estimate"].iloc[0], f"{kind}.first.theory": rows["law"].iloc[0]}
            else:
                mean = float(rows["estimate"].to_numpy().mean())
                found |= {f"{kind}.mean": mean, f"{kind}.spread": self.regular.spread[difference]}
        found["correlation.start.memory"] = self.regular.memory
        away = alike["estimate"].to_numpy() - alike["law"].to_numpy()
        found["correlation.start.error"] = float(np.sqrt(np.mean(away**2)))
        found["correlation.parameters.chance"] = self.regular.chance
        return {key: float(value) for key, value in found.items()}

    @cached_property
    def expected_rate(self) -> float:
        """Rate in Hz that theory predicts for neurons that share noise."""
        return float(firing_rate(self.connected.mu, **self.connected.cell))

    def findings(self) -> Iterator[Finding]:
        window = f"{significant(self.shared.window)} ms"
        yield Picture(
            "transfer",
            self.draw_transfer,
            title="Shared noise",
            caption=f"Left: correlation of counts in {window} against the shared part c of the noise; on the dotted "
            f"line none would be lost. Middle: by the length of the window, for c = {significant(SMALL_SHARE)}. "
            "Right: by the firing rate, for the same c. Points: mean over pairs with 95 % intervals. Lines: linear "
            "response, which is exact for small c (de la Rocha et al. 2007).",
            alt="Output correlation lies below the identity and bends up to 1; it grows with the window and the rate.",
        )
        yield Picture(
            "connection",
            self.draw_connection,
            title="A direct connection",
            caption="How often the second neuron fires at each lag from the first. A spike of the first makes the "
            f"potential of the second jump by {significant(self.connected.weight)} mV after the delay. Grey: spikes "
            f"that are moved at random within intervals of {significant(JITTER)} ms; the band holds 95 % of these "
            "correlograms at all lags at once.",
            alt="Correlograms that are flat, but for a peak beyond the band at the delay of the synapse.",
        )
        yield Picture(
            "start",
            self.draw_start,
            title="Similar parameters and similar starts",
            caption="Correlation of the counts of two neurons that fire regularly, with independent noise, by "
            f"the difference between their mean inputs. Counts are in bins of {significant(REGULAR_BIN)} ms, in "
            f"windows of {significant(REGULAR_WINDOW)} ms. Lines: the phases of neurons that start alike diffuse, and "
            "drift apart if their inputs differ.",
            alt="The correlation of neurons that start alike decays within half a second; of others it is zero.",
        )
        yield Table(
            "transfer",
            self.shared.by_share.round(4).rename(columns={"rate": "rate (Hz)", "estimate": "correlation"}),
            "Correlation of counts by the shared part c of the noise, with 95 % intervals; the law is linear response.",
            title="Correlation by shared noise",
            shown=True,
        )
        yield Table("window", self.shared.by_window, "Correlation of counts by window (ms).")
        yield Table("mean", self.shared.by_mean, "Correlation of counts by mean input (mV).")
        yield Table("regular", self.regular.table, "Correlation of regular neurons by time (ms).")

    def draw_transfer(self) -> Figure:
        """Draw the correlation against the shared part, the window and the rate."""
        share, window, mean = self.shared.by_share, self.shared.by_window, self.shared.by_mean
        means = np.linspace(mean["mean"].min(), mean["mean"].max(), FEW)
        windows = np.geomspace(window["window"].min(), window["window"].max(), FEW)
        given = {**self.shared.cell, "window": self.shared.window}
        rates = firing_rate(self.shared.E_L + means, **self.shared.cell)
        laws = [
            (share["c"].to_numpy(), share["law"].to_numpy()),
            (windows, SMALL_SHARE * correlation_transfer(self.connected.mu, **{**given, "window": windows})),
            (rates, SMALL_SHARE * correlation_transfer(self.shared.E_L + means, **given)),
        ]
        tables = {"shared part": (share, "c"), "window": (window, "window"), "rate": (mean, "rate")}
        panels = {
            name: {"simulated": _measured(table, x, law)}
            for (name, (table, x)), law in zip(tables.items(), laws, strict=True)
        }
        return plots.beside_theory(
            panels,
            x_label=["shared part c of the noise", "window (ms)", "firing rate (Hz)"],
            y_label=["correlation of spike counts", "correlation", "correlation"],
            logarithmic=[False, True, False],
            identity=[True, False, False],
        )

    def draw_connection(self) -> Figure:
        """Draw the correlogram of every delay with the band of jittered spikes."""
        return plots.correlograms({f"delay {significant(d)} ms": test for d, test in self.connected.tests.items()})

    def draw_start(self) -> Figure:
        """Draw the correlation of regular neurons over time."""
        panels: dict[str, dict[str, Measured]] = {"same start": {}, "random start": {}}
        for (together, difference), rows in self.regular.courses.items():
            fine = np.linspace(rows["time"].min(), rows["time"].max(), FINE)
            law = (fine, self.regular.law(fine, difference)) if together else None
            panel = panels["same start" if together else "random start"]
            panel[f"{significant(difference)} %"] = _measured(rows, "time", law)
        return plots.beside_theory(
            panels,
            x_label="time since the start (ms)",
            y_label=["correlation of spike counts", "correlation"],
            level=0.0,
        )

    def answer(self) -> str:
        table = self.shared.by_share
        row = table.iloc[int((table["c"] - SMALL).abs().argmin())]
        efficacy, spread = self.connected.efficacy, self.regular.spread
        alike = min(spread)
        return (
            f"They pass on less than they get: of a correlation of {significant(row['c'])} of the inputs, "
            f"{number(row['estimate'])} (95 % interval {number(row['low'])}–{number(row['high'])}) is left between the "
            f"spike counts in {significant(self.shared.window)} ms. The law for weak correlation gives "
            f"{number(row['law'])}; the curve bends upwards, and only the same input gives the same spikes. A direct "
            f"connection adds {number(efficacy['estimate'])} spikes per spike (95 % interval {number(efficacy['low'])}–"
            f"{number(efficacy['high'])}; theory {number(efficacy['theory'])}), and the "
            f"correlogram has its peak at the delay. Regular neurons that start alike stay correlated for about "
            f"{number(self.regular.memory, 0)} ms. Similar parameters alone do not correlate neurons on average; "
            f"but the correlation in one recording of two regular neurons has a standard deviation of "
            f"{number(spread[alike], 2)} over pairs; independent bins would give {number(self.regular.chance, 2)}."
        )

    def methods(self) -> Sequence[str]:
        connected, regular = self.connected, self.regular
        return [
            "Each neuron follows $\\tau_m dV/dt = -(V - E_L) + \\mu + \\sigma \\sqrt{\\tau_m}\\, \\eta(t)$ with the "
            "noise $\\eta = \\sqrt{1-c}\\, \\eta_i + \\sqrt{c}\\, \\eta_{shared}$ and "
            f"$\\sigma$ = {significant(self.sigma)} mV. {self.shared.simulation.methods} All neurons of a network "
            "share the same noise, and the correlation is the mean over all pairs. Intervals come from the jackknife "
            "over 20 blocks of time (Künsch 1989). The simulation looks at its threshold once in a "
            "step; the theory is that of the neuron in continuous time that fires alike (Siegmund 1979).",
            f"{connected.simulation.methods} They are pairs with independent noise; the first neuron of each has a "
            f"synapse on the second. In {SURROGATES} copies of the spikes, each is moved at random within its interval "
            f"of {significant(JITTER)} ms (Amarasingham et al. 2012).",
            f"{regular.simulation.methods} Their mean input is {significant(regular.mean)} mV above rest and their "
            f"noise $\\sigma$ is {significant(self.regular_sigma)} mV, independent in all. Starts are drawn "
            "such that every phase of the interval between spikes is as likely. Intervals come from the jackknife over "
            "pairs.",
        ]


def _measured(table: pd.DataFrame, x: str, law: tuple[np.ndarray, np.ndarray] | None) -> Measured:
    return Measured(*(table[column].to_numpy() for column in (x, "estimate", "low", "high")), law=law)
