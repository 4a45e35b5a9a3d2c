"""What spike-timing-dependent plasticity makes of paired spikes, and of many synapses, beside theory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...formats import listed, number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table
from .stdp_learning import LARGEST, Learning
from .stdp_pairing import LAGS, N_PAIRS, PAIRED, RATES, Pairing, table

if TYPE_CHECKING:
    from .stdp import SpikeTimingPlasticity

PUBLISHED = (10.0, 120.0)
"""Hz and s of the published setting."""
NAMES = {"low": 0, "middle": 2, "high": 4}
"""Fifths of the range of weights."""


@dataclass(frozen=True, eq=False)
class STDPResult(Result):
    """Weights under paired spikes, and weights of many inputs that compete.

    Attributes
    ----------
    options : SpikeTimingPlasticity
    window, frequency : Pairing
        One pair at several lags, and sixty pairs at several rates.
    additive, multiplicative : Learning
        The last network of each has correlated inputs.
    """

    question: ClassVar[str] = "What does spike-timing-dependent plasticity make of many synapses onto one neuron?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "window.largest_error": Quantity("Largest deviation of a change by one pair from its closed form, of w_max"),
        "frequency.<rule>.<order>.<rate>Hz": Quantity(
            "Change by 60 pairs at this rate, the source 10 ms before or after, in units of the first weight"
        ),
        "frequency.largest_error": Quantity("Largest deviation of these from the closed form"),
        "stdp.<inputs>.published.share_<part>": Quantity("Share of the weights in a fifth of their range after 120 s"),
        "stdp.<inputs>.share_<part>": Quantity(
            "Share of the weights in the lowest, middle or highest fifth of the range"
        ),
        "stdp.<inputs>.bimodal": Quantity("Whether both outer fifths hold more weights than the middle one: 1, else 0"),
        "stdp.<inputs>.mean_weight|theory": Quantity(
            "That mean weight by theory, for the output rate of the simulation"
        ),
        "stdp.<inputs>.mean_weight": Quantity("Mean weight at the end, in units of the largest"),
        "stdp.<inputs>.rate|theory": Quantity("Output rate that keeps the mean weight, by theory", "Hz"),
        "stdp.<inputs>.rate": Quantity("Output rate over the last sixth of the time", "Hz"),
        "stdp.<inputs>.efficacy": Quantity("Output spikes that an input spike adds with the largest weight"),
    }
    references: ClassVar[tuple[str, ...]] = (
        "song-2000",
        "gutig-2003",
        "rubin-2001",
        "pfister-gerstner-2006",
        "sjostrom-2001",
        "neuromatch-dynamics",
    )

    options: "SpikeTimingPlasticity"
    window: Pairing
    frequency: Pairing
    additive: Learning
    multiplicative: Learning

    @cached_property
    def networks(self) -> list[tuple[str, str, Learning, int]]:
        """Key, title, learning and number of every network."""
        found = [
            (f"{significant(rate)}Hz", f"{significant(rate)} Hz", self.additive, i)
            for i, rate in enumerate(self.options.rates)
        ]
        rate = f"{significant(self.additive.rates[-1])} Hz"
        return [
            *found,
            ("correlated", f"{rate}, correlated", self.additive, len(found)),
            ("multiplicative", rate, self.multiplicative, 0),
            ("multiplicative_correlated", f"{rate}, correlated", self.multiplicative, 1),
        ]

    @property
    def half(self) -> int:
        """Number of the inputs that are correlated where some are."""
        return self.options.inputs // 2

    def numbers(self) -> dict[str, float]:
        found = {"window.largest_error": self.window.largest_error}
        change, theory = (self.protocol[column].to_numpy() for column in ("change", "theory"))
        found["frequency.largest_error"] = float(np.abs(change - theory).max())
        for row in self.protocol.to_dict("records"):
            order = "before" if row["lag"] > 0 else "after"
            found[f"frequency.{row['rule']}.{order}.{significant(row['rate'])}Hz"] = float(row["change"])
        for key, _, learning, i in self.networks:
            weights, theory = learning.weights(i)[-1], learning.equilibria[i]
            shares = learning.shares(i, learning.times[-1])
            found |= {f"stdp.{key}.share_{part}": float(shares[fifth]) for part, fifth in NAMES.items()}
            if key == f"{significant(PUBLISHED[0])}Hz" and learning.times[-1] >= PUBLISHED[1]:
                early = learning.shares(i, PUBLISHED[1])
                found |= {f"stdp.{key}.published.share_{part}": float(early[n]) for part, n in NAMES.items()}
            found[f"stdp.{key}.bimodal"] = float(_bimodal(shares))
            found[f"stdp.{key}.rate"] = learning.final_rate(i)
            found[f"stdp.{key}.efficacy"] = float(learning.efficacy[i])
            found[f"stdp.{key}.mean_weight"] = float(weights.mean())
            if key.endswith("correlated"):
                found[f"stdp.{key}.inputs_with.mean_weight"] = float(weights[: self.half].mean())
                found[f"stdp.{key}.inputs_without.mean_weight"] = float(weights[self.half :].mean())
            elif learning.mu:
                found[f"stdp.{key}.mean_weight|theory"] = theory.mean
            else:
                found[f"stdp.{key}.rate|theory"] = theory.rate_post
        return found

    @cached_property
    def protocol(self) -> pd.DataFrame:
        """Changes by sixty pairs at several rates."""
        return table(self.frequency)

    def findings(self) -> Iterator[Finding]:
        below = "Above: their density over time. Below: at the end, and the density that theory predicts."
        yield Picture(
            "weights",
            lambda: self._draw_weights(self.additive),
            title="Additive plasticity parts the weights",
            caption=f"Weights of {self.options.inputs} inputs, which begin with the largest weight. {below} "
            "Correlated: half of the inputs have correlated spikes.",
            alt="Densities of weights over time: they part into two groups, at 0 and at the largest weight.",
        )
        yield Picture(
            "course",
            self.draw_course,
            title="The neuron regulates its own rate",
            caption="Mean weight and output rate over time, by the rate of the inputs, under the additive rule. "
            "Theory gives output rates of "
            + self._predicted()
            + " at which potentiation and depression keep the mean.",
            alt="Mean weights fall to levels that depend on the input rate; output rates fall to about the same level.",
        )
        yield Picture(
            "gathered",
            lambda: self._draw_weights(self.multiplicative),
            title="Multiplicative plasticity gathers the weights",
            caption=f"The same inputs under a rule whose changes depend on the weight. {below}",
            alt="Densities of weights: one group around half of the largest weight, and two close ones if correlated.",
        )
        yield Picture(
            "correlated",
            self.draw_correlated,
            title="Correlated inputs win",
            caption=f"Mean weights of inputs with and without a correlation of "
            f"{significant(self.options.correlation)}.",
            alt="Under the additive rule correlated inputs keep the largest weight and the others lose theirs.",
        )
        yield Picture(
            "window",
            self.draw_window,
            title="The window, measured by pairing",
            caption="The change by one pair of spikes against the lag from the source's to the neuron's. Points: "
            "simulation. Lines: closed form. A single pair hardly potentiates under the triplet rule.",
            alt="Potentiation for positive and depression for negative lags, which decay with the lag.",
        )
        yield Picture(
            "frequency",
            self.draw_frequency,
            title="Triplets make plasticity depend on the rate of pairing",
            caption=f"The change by {N_PAIRS} pairs, in units of the first weight, with the source 10 ms before the "
            "neuron or after it. Points: simulation. Lines: sums over pairs and triplets.",
            alt="Pairs: both orders lose their effect at high rates. Triplets: both orders potentiate at high rates.",
        )
        rows = [(_rule(learning), title, *self._row(learning, i)) for _, title, learning, i in self.networks]
        columns = ["rule", "inputs", "mean weight", "lowest fifth", "middle fifth", "highest fifth", "output rate (Hz)"]
        yield Table(
            "networks",
            pd.DataFrame(rows, columns=columns),
            "Mean weights in units of the largest, and shares of the weights.",
            title="The end of learning",
            shown=True,
        )
        yield Table("frequency", self.protocol, "Changes by paired spikes, beside the closed form.")

    def _predicted(self) -> str:
        """Return the output rates that theory gives."""
        found = [learning.equilibria[i].rate_post for _, _, learning, i in self.networks[: len(self.options.rates)]]
        return f"{listed(number(rate, 1) for rate in found)} Hz"

    def _row(self, learning: Learning, i: int) -> tuple[float, ...]:
        shares = learning.shares(i, learning.times[-1])
        parts = (shares[fifth] for fifth in NAMES.values())
        return float(learning.weights(i)[-1].mean()), *map(float, parts), learning.final_rate(i)

    def _draw_weights(self, of: Learning) -> Figure:
        """Draw densities of weights over time, beside the equilibrium."""
        some = [(key, title, i) for key, title, learning, i in self.networks if learning is of]
        theory = {
            title: (of.equilibria[i].weight, of.equilibria[i].density)
            for key, title, i in some
            if not key.endswith("correlated")
        }
        return plots.weight_courses({title: (of.times, of.weights(i)) for _, title, i in some}, theory=theory)

    def draw_course(self) -> Figure:
        """Draw mean weights and output rates over time."""
        some = [(title, learning, i) for _, title, learning, i in self.networks[: len(self.options.rates)]]
        weight = {title: (learning.times, learning.weights(i).mean(1)) for title, learning, i in some}
        rate = {title: (learning.times, learning.course(i)) for title, learning, i in some}
        panels = {"mean weight": weight, "output rate": rate}
        return plots.profiles(panels, x_label="time (s)", y_label=["mean weight / largest", "output rate (Hz)"])

    def draw_correlated(self) -> Figure:
        """Draw mean weights of correlated and of other inputs over time."""
        panels = {}
        for key, _, learning, i in self.networks:
            if key.endswith("correlated"):
                weights = learning.weights(i)
                panels[f"{_rule(learning)} rule"] = {
                    "correlated inputs": (learning.times, weights[:, : self.half].mean(1)),
                    "other inputs": (learning.times, weights[:, self.half :].mean(1)),
                }
        return plots.profiles(panels, x_label="time (s)", y_label="mean weight / largest")

    def draw_window(self) -> Figure:
        """Draw the change by one pair against its lag."""
        panels: dict[str, dict[str, Measured]] = {"independent of the weight": {}, "multiplicative": {}}
        gap = np.searchsorted(LAGS, 0)
        for name, changes in self.window.changes.items():
            law = (np.insert(LAGS, gap, 0), np.insert(self.window.theory[name], gap, np.nan))
            kind, _, weight = name.partition(", ")
            panels[kind if weight else "independent of the weight"][weight or name] = Measured(LAGS, changes, law=law)
        labels = {"x_label": "lag (ms)", "y_label": "change / largest weight"}
        return plots.beside_theory(panels, **labels, level=0.0)

    def draw_frequency(self) -> Figure:
        """Draw the change by sixty pairs against their rate."""
        panels: dict[str, dict[str, Measured]] = {}
        for rule in self.frequency.rules:
            for lag, order in zip(PAIRED, ("source first", "neuron first"), strict=True):
                rows = self.protocol[(self.protocol["rule"] == rule) & (self.protocol["lag"] == lag)]
                change, theory = (np.asarray(rows[column]) for column in ("change", "theory"))
                panels.setdefault(f"rule of {rule}", {})[order] = Measured(RATES, change, law=(RATES, theory))
        return plots.beside_theory(panels, x_label="pairs per second", y_label="change / first weight", level=0.0)

    def answer(self) -> str:
        found = self.numbers()
        plain = [key for key, *_ in self.networks[: len(self.options.rates)]]
        parted = [key for key in plain if found[f"stdp.{key}.bimodal"]]
        rates = [found[f"stdp.{key}.rate"] for key in plain]
        at = listed(key.removesuffix("Hz") for key in parted) + " Hz"
        parts = f"parts the weights of inputs of {at} into weak and strong ones" if parted else "parts no weights yet"
        with_, without = (found[f"stdp.correlated.inputs_{kind}.mean_weight"] for kind in ("with", "without"))
        return (
            f"In {significant(self.options.duration)} s the additive rule {parts}, and brings the output to "
            f"{listed(number(rate, 1) for rate in rates)} Hz for inputs of "
            f"{listed(significant(rate) for rate in self.options.rates)} Hz. Inputs that fire together win: with a "
            f"correlation of {significant(self.options.correlation)} their mean weight is {number(with_, 2)} of the "
            f"largest, and that of the others {number(without, 2)}. The multiplicative rule gathers all weights around "
            f"{number(found['stdp.multiplicative.mean_weight'], 2)}."
        )

    def notes(self) -> Sequence[str]:
        notes = []
        key = f"stdp.{significant(PUBLISHED[0])}Hz.published.share_"
        found = self.numbers()
        if f"{key}low" in found:
            low, middle, high = (f"{100 * found[key + part]:.0f} %" for part in NAMES)
            notes.append(
                f"The published setting ends after {significant(PUBLISHED[1])} s with inputs of "
                f"{significant(PUBLISHED[0])} Hz. The weights have not parted by then: {low} are in the lowest fifth, "
                f"{middle} in the middle one and {high} in the highest."
            )
        notes.append(
            "The equilibrium of theory is that of a neuron whose output adds up its inputs. The rate of this neuron "
            "rises steeply where its mean input comes to the threshold, so that the mean weight hardly moves from "
            "there. Theory then gives the output rate at which potentiation and depression keep this mean weight. "
            "Spikes of the same step of 1 ms are no pair, which lowers the rate of the simulation by some per cent."
        )
        notes.append(
            "In cortex (Sjöström et al. 2001) the same pairs depress at low rates and potentiate above about 30 Hz, "
            "whatever their order. Pairs of which the source is first do little at low rates. The triplet rule agrees."
        )
        return notes

    def methods(self) -> Sequence[str]:
        return [
            "The neuron is that of Song, Miller & Abbott (2000): $\\tau_m dV/dt = E_L - V - g (V - E_E)/g_L$, with "
            "$\\tau_m$ = 20 ms, $E_L$ = −70 mV, threshold −54 mV, reset −60 mV, $E_E$ = 0, and conductances that decay "
            f"in 5 ms. A synapse has at most {significant(LARGEST)} of the leak's conductance, and begins with it. "
            "There is no inhibition. $A_+$ = 0.008 and $A_- = 1.1 A_+$ of the largest weight, $\\tau_\\pm$ = 20 ms. "
            f"{self.additive.simulation.methods} {self.multiplicative.simulation.methods} Correlated inputs keep each "
            "spike of a common train with the probability of their correlation.",
            "Equilibrium of the weights: Fokker–Planck equation of additive or multiplicative changes (Rubin et al. "
            "2001; Gütig et al. 2003). The spikes that an input adds are measured with weights that are held, from the "
            "change of the output rate with that of all inputs.",
            f"Pairing: {self.window.methods} {self.frequency.methods} The triplet rule has the parameters of visual "
            "cortex with all spikes (Pfister & Gerstner 2006).",
        ]


def _rule(learning: Learning) -> str:
    """Return the name of the rule by which weights learned."""
    return "multiplicative" if learning.mu else "additive"


def _bimodal(shares: np.ndarray) -> bool:
    """Return whether both outer fifths hold more weights than the middle one."""
    return bool(min(shares[0], shares[-1]) > shares[2])
