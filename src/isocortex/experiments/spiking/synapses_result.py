"""What synapses do, beside their closed forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import LIF, SpikingSimulation
from ...dynamics.spiking.theory import firing_rate
from ...formats import interval, number, significant
from ...plots.spiking import Measured
from ...report import Finding, Picture, Quantity, Result, Table
from .synapses_dynamic import FINE, KINDS, N_SPIKES, Trains, law
from .synapses_pairs import AREA, COUPLINGS, DELAY, MEAN, SD, WIDTHS, Pairs
from .synapses_static import G_MAX, N_E, N_I, TAU_E, Balance

if TYPE_CHECKING:
    from .synapses import Synapses

BALANCE = {
    "potential": {"mean": ("mean potential", "potential (mV)"), "sd": ("SD of the potential", "SD (mV)")},
    "output": {"rate": ("output rate", "rate (Hz)"), "cv": ("irregularity", "CV of the intervals")},
}
"""What the pictures of the sweep show: column of the table → title and label."""
SHOWN = 20.0
"""Hz, the rate whose trains are shown, or the nearest."""


@dataclass(frozen=True, eq=False)
class SynapsesResult(Result):
    """Static, dynamic and electrical synapses onto leaky integrate-and-fire neurons.

    Attributes
    ----------
    options : Synapses
    example : SpikingSimulation
        One neuron with 80 excitatory and 20 inhibitory inputs.
    balance : Balance
    trains : Trains
    pairs : Pairs
    """

    question: ClassVar[str] = "What do synapses do: static ones, ones that depress or facilitate, and electrical ones?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "static.conductance.<kind>|theory": Quantity("That conductance by theory", "nS"),
        "static.conductance.<kind>": Quantity("Mean excitatory (E) or inhibitory (I) conductance", "nS"),
        "static.potential.<measure>.largest_error": Quantity("Largest deviation of it from theory in the sweep", "mV"),
        "static.potential.<measure>|theory": Quantity("That measure by theory", "mV"),
        "static.potential.<measure>": Quantity("Mean or SD of the potential without a threshold", "mV"),
        "static.rate|<theory>": Quantity("Output rate by theory for white, or for slightly coloured noise", "Hz"),
        "balance.<rate>Hz.ratio_<ratio>.rate": Quantity(
            "Output rate for this rate of excitation and ratio of the rates of inhibition and excitation", "Hz"
        ),
        "balance.<rate>Hz.ratio_<ratio>.cv": Quantity("CV of the output's intervals"),
        "stp.<synapse>.first": Quantity("Conductance just after the first spike", "nS"),
        "stp.<synapse>.ratio.<rate>Hz": Quantity("Conductance just after the tenth spike over that after the first"),
        "stp.<synapse>.largest_error": Quantity("Largest deviation of that ratio from the closed form"),
        "stp.facilitation.peak.rate": Quantity(
            "Rate at which the facilitating synapse is strongest, closed form", "Hz"
        ),
        "stp.facilitation.peak.ratio": Quantity("That ratio there"),
        "pairs.potentials.largest_error": Quantity("Largest deviation of the potentials' correlation from g/(g_L + g)"),
        "pairs.potentials.<g>nS": Quantity("Correlation of the potentials of neurons that do not fire"),
        "pairs.<coupling>.<g>nS.rate": Quantity("Output rate of coupled neurons", "Hz"),
        "pairs.<coupling>.<g>nS.counts_<width>ms": Quantity("Correlation of their spike counts in bins of this width"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics", "kuhn-2004", "tsodyks-1998", "lewis-rinzel-2003")

    options: "Synapses"
    example: SpikingSimulation
    balance: Balance
    trains: Trains
    pairs: Pairs

    @property
    def published(self) -> int | None:
        """Which network of the sweep has the input rate for excitation and for inhibition, if one has."""
        same = (self.balance.rate == self.options.input_rate) & (self.balance.ratio == 1)
        return int(np.flatnonzero(same)[0]) if same.any() else None

    def numbers(self) -> dict[str, float]:
        found = self._static() | self._balance()
        for kind in KINDS:
            rows = self.trains.table[self.trains.table["synapse"] == kind]
            rate, first, ratio, theory = (np.asarray(rows[c]) for c in ("rate", "first", "ratio", "theory"))
            found[f"stp.{kind}.first"] = float(first[0])
            pairs = zip(rate.tolist(), ratio.tolist(), strict=True)
            found |= {f"stp.{kind}.ratio.{significant(r)}Hz": value for r, value in pairs}
            found[f"stp.{kind}.largest_error"] = float(np.abs(ratio - theory).max())
        ratios = law("facilitation")
        found["stp.facilitation.peak.rate"] = float(FINE[ratios.argmax()])
        found["stp.facilitation.peak.ratio"] = float(ratios.max())
        potentials = self.pairs.potentials
        errors = potentials["correlation"].to_numpy() - potentials["theory"].to_numpy()
        found["pairs.potentials.largest_error"] = float(np.abs(errors).max())
        for row in potentials.to_dict("records"):
            found[f"pairs.potentials.{significant(row['conductance'])}nS"] = float(row["correlation"])
        for row in self.pairs.table.to_dict("records"):
            at = f"pairs.{str(row['coupling']).replace(' ', '_')}.{significant(row['conductance'])}nS"
            found[f"{at}.rate"] = float(row["rate"])
            found |= {f"{at}.counts_{width:g}ms": float(row[f"counts_{width:g}ms"]) for width in WIDTHS}
        return {key: value for key, value in found.items() if np.isfinite(value)}

    def _static(self) -> dict[str, float]:
        """Return the numbers of the static synapses under the input rate."""
        table, found, i = self.balance.table, {}, self.published
        for name in ("mean", "sd"):
            errors = table[name].to_numpy() - table[f"{name}_theory"].to_numpy()
            found[f"static.potential.{name}.largest_error"] = float(np.abs(errors).max())
        if i is None:
            return found
        theory, row = self.balance.theory, table.iloc[i]
        g_E, g_I = self.balance.conductance(i)
        found |= {"static.conductance.E": g_E, "static.conductance.E|theory": float(theory.g_E[i])}
        found |= {"static.conductance.I": g_I, "static.conductance.I|theory": float(theory.g_I[i])}
        for name in ("mean", "sd"):
            found |= {f"static.potential.{name}": row[name], f"static.potential.{name}|theory": row[f"{name}_theory"]}
        noise = {"sigma": np.sqrt(2) * theory.sd[i], "tau_m": theory.tau[i]}
        found["static.rate|white"] = float(firing_rate(theory.mean[i], **noise))
        found["static.rate|coloured"] = float(firing_rate(theory.mean[i], **noise, tau_s=TAU_E))
        return {key: float(value) for key, value in found.items()}

    def _balance(self) -> dict[str, float]:
        """Return output rates and CVs of the sweep."""
        found = {}
        for row in self.balance.table.to_dict("records"):
            at = f"balance.{significant(row['excitation'])}Hz.ratio_{significant(row['ratio'])}"
            found |= {f"{at}.rate": float(row["rate"]), f"{at}.cv": float(row["cv"])}
        return found

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "example",
            self.draw_example,
            title="Conductances drive the potential",
            caption=f"{N_E} excitatory and {N_I} inhibitory Poisson inputs of "
            f"{significant(self.options.input_rate)} Hz each, which add {significant(G_MAX)} nS per spike. The neuron "
            "fires at −55 mV, and is reset to −75 mV.",
            alt="Above, the membrane potential with its resets; below, excitatory and inhibitory conductances.",
        )
        yield Picture(
            "potential",
            lambda: self._draw_balance("potential"),
            title="Inhibition keeps the potential below the threshold, where it fluctuates",
            caption="The potential of a neuron that does not fire. Points: simulation. Lines: shot noise through a "
            "membrane with the effective time constant.",
            alt="Mean and SD of the potential against the ratio of inhibition; points lie on the lines of theory.",
        )
        yield Picture(
            "balance",
            lambda: self._draw_balance("output"),
            title="Inhibition makes the output slow and irregular",
            caption="Simulation, with 95 % intervals over neurons where they are larger than the points. The CV is "
            "shown where a neuron has at least 20 spikes on average.",
            alt="Output rates fall with inhibition, and CVs rise to 1.",
        )
        yield Picture(
            "short_term",
            self.draw_short_term,
            title="Synapses that depend on the rate",
            caption=f"The conductance just after spike {N_SPIKES} over that after the first. Points: simulation. "
            "Lines: the closed form from spike to spike.",
            alt="The depressing synapse weakens with the rate; the facilitating one is strongest near 8 Hz.",
        )
        yield Picture(
            "trains",
            self.draw_trains,
            title="Depression and facilitation spike by spike",
            caption=f"The conductance under a train of {significant(self.shown_rate)} Hz.",
            alt="Conductance under ten regular spikes, which become smaller or larger from spike to spike.",
        )
        yield Picture(
            "pairs",
            self.draw_pairs,
            title="Gap junctions and chemical synapses make spikes correlated",
            caption="Left: potentials of neurons that do not fire; the line is g/(g_L + g). Others: counts of spikes "
            "in short and long bins, with 95 % intervals over pairs. Without spikes: the junction passes on the "
            "potential below the threshold and the reset, but not the spike.",
            alt="Correlation against the conductance of the coupling for potentials and for spike counts.",
        )
        yield Picture(
            "correlograms",
            self.draw_correlograms,
            title="What each coupling does in time",
            caption=f"The rate of one neuron around the spikes of the other, for the strongest "
            f"coupling of {significant(max(self.options.couplings))} nS. Chemical synapses have a delay of "
            f"{significant(DELAY)} ms.",
            alt="A narrow peak at lag 0 for gap junctions, and two peaks beside it for chemical synapses.",
        )
        yield Table("balance", self.balance.table, "The sweep: output rate (Hz), CV, and the free potential (mV).")
        yield Table("short_term", self.trains.table, "First conductance (nS), and the ratio of the tenth to the first.")
        yield Table("pairs", self.pairs.table, "Output rate (Hz) and correlations of spike counts of coupled pairs.")
        yield Table("potentials", self.pairs.potentials, "Correlation of potentials beside g/(g_L + g).")

    @property
    def shown_rate(self) -> float:
        """The rate in Hz whose trains are shown."""
        return float(self.trains.rates[np.abs(self.trains.rates - SHOWN).argmin()])

    def draw_example(self) -> Figure:
        """Draw potential and conductances of one neuron."""
        traces = self.example.traces
        assert traces is not None
        one = traces.isel(trial=0, unit=0, drop=True)
        panels = {"potential": {"": one["V"]}, "conductances": {"excitatory": one["E"], "inhibitory": one["I"]}}
        return plots.paths(panels, y_label=["potential (mV)", "conductance (nS)"])

    def _draw_balance(self, of: str) -> Figure:
        """Draw the free potential, or output rate and CV, against the ratio of inhibition."""
        panels: dict[str, dict[str, Measured]] = {}
        for rate, rows in self.balance.table.sort_values("ratio").groupby("excitation"):
            x = np.asarray(rows["ratio"])
            for name, (title, _) in BALANCE[of].items():
                if of == "potential":
                    found = Measured(x, np.asarray(rows[name]), law=(x, np.asarray(rows[f"{name}_theory"])))
                else:
                    y, low, high = (np.asarray(rows[name + end]) for end in ("", "_low", "_high"))
                    found = Measured(x, y, low, high)
                panels.setdefault(title, {})[f"excitation of {significant(float(str(rate)))} Hz"] = found
        labels = [label for _, label in BALANCE[of].values()]
        return plots.beside_theory(panels, x_label="rate of inhibition / excitation", y_label=labels)

    def draw_short_term(self) -> Figure:
        """Draw the ratio of the tenth to the first conductance against the rate."""
        panels = {}
        for kind in KINDS:
            rows = self.trains.table[self.trains.table["synapse"] == kind]
            found = Measured(np.asarray(rows["rate"]), np.asarray(rows["ratio"]), law=(FINE, law(kind)))
            panels[kind] = {"simulated": found}
        return plots.beside_theory(panels, x_label="rate (Hz)", y_label="tenth / first conductance", level=1.0)

    def draw_trains(self) -> Figure:
        """Draw conductances under a train."""
        i = int(np.abs(self.trains.rates - SHOWN).argmin())
        last = self.trains.times[i, -1] + 50
        panels = {}
        for kind in KINDS:
            time, g = self.trains.conductance(kind, i)
            panels[kind] = {"": (time[time <= last], g[time <= last])}
        return plots.profiles(panels, x_label="time (ms)", y_label="conductance (nS)")

    def draw_pairs(self) -> Figure:
        """Draw correlations of potentials and of spike counts against the conductance of the coupling."""

        def measured(rows: pd.DataFrame, name: str) -> Measured:
            x, y, low, high = (rows[c].to_numpy() for c in ("conductance", name, f"{name}_low", f"{name}_high"))
            return Measured(x, y, low, high, law=(x, rows["theory"].to_numpy()) if "theory" in rows else None)

        panels = {"free potentials": {COUPLINGS[0]: measured(self.pairs.potentials, "correlation")}}
        for width in WIDTHS:
            panels[f"spike counts in {width:g} ms"] = {
                str(kind): measured(rows, f"counts_{width:g}ms")
                for kind, rows in self.pairs.table.groupby("coupling", sort=False)
            }
        return plots.beside_theory(panels, x_label="conductance (nS)", y_label="correlation", level=0.0)

    def draw_correlograms(self) -> Figure:
        """Draw correlograms of the strongest coupling of each kind."""
        strongest = max(self.options.couplings)
        lines = {
            kind: self.pairs.correlogram(i)
            for i, (kind, g) in enumerate(zip(self.pairs.kinds, self.pairs.conductances, strict=True))
            if g == strongest
        }
        panels = {kind: {"": line} for kind, line in lines.items()}
        return plots.profiles(panels, x_label="lag (ms)", y_label="rate of the other neuron (Hz)")

    def answer(self) -> str:
        found, table = self.numbers(), self.pairs.table
        ratios = law("depression", np.array([SHOWN]))[0]
        strongest = table[table["conductance"] == max(self.options.couplings)].set_index("coupling")
        short = f"counts_{WIDTHS[0]:g}ms"
        of = {}
        for kind in COUPLINGS[1:]:
            value, low, high = (float(np.asarray(strongest[short + end][kind])) for end in ("", "_low", "_high"))
            of[kind] = interval(value, low, high, 2)
        return (
            "Static synapses set the mean and the fluctuations of the potential: excitation alone makes a neuron fire "
            "fast and regularly, and inhibition makes it fire slowly and irregularly. Dynamic synapses filter the "
            f"rate: under {significant(SHOWN)} Hz a depressing synapse keeps {number(ratios, 2)} of its first "
            f"conductance, and the facilitating one is strongest at {number(found['stp.facilitation.peak.rate'], 1)} "
            f"Hz ({number(found['stp.facilitation.peak.ratio'], 2)} times its first conductance). Electrical synapses "
            f"make neurons fire together within {WIDTHS[0]:g} ms: with {significant(max(self.options.couplings))} nS "
            f"the correlation of spike counts is {of['gap junction']}, and "
            f"{of['chemical synapses']} with chemical synapses."
        )

    def notes(self) -> Sequence[str]:
        notes = [
            "The spike of a LIF neuron has no shape. A gap junction that does not pass on the spike passes on the "
            "reset to a low potential, which holds the other neuron back; real gap junctions pass on both.",
            "No closed form is drawn for the output rate: these synapses are about as slow as the membrane, and theory "
            "knows the limits of fast ones only.",
        ]
        found = self.numbers()
        if "static.rate|white" in found:
            i = self.published
            rate = self.balance.table["rate"].to_numpy()[i]
            notes[-1] += (
                f" For inputs of {significant(self.options.input_rate)} Hz the neurons fire at {number(rate, 1)} Hz; "
                f"with white noise they would fire at {number(found['static.rate|white'], 1)} Hz, and the expansion "
                f"for slightly coloured noise gives {number(found['static.rate|coloured'], 1)} Hz."
            )
        return notes

    def methods(self) -> Sequence[str]:
        cell = LIF()
        return [
            "$\\tau_m dV/dt = -(V - E_L) - (g_E (V - E_E) + g_I (V - E_I))/g_L$, $dg/dt = -g/\\tau$, and $g$ jumps by "
            f"{significant(G_MAX)} nS with each spike of an input. {self.balance.firing.methods} Inputs that are alike "
            "are drawn as one Poisson process of their summed rate. Theory: shot noise, and the effective time "
            "constant of the membrane (Kuhn et al. 2004).",
            f"Short-term plasticity (Tsodyks et al. 1998): {self.trains.simulation.methods} The closed form is that of "
            "the very spike times, which lie on steps.",
            f"Pairs: independent white noise with a mean of {significant(MEAN)} pA and $\\sqrt{{\\tau_m/dt}} \\cdot "
            f"{significant(SD)}$ pA in each step. {self.pairs.simulation.methods} A gap junction lets the current "
            "$g (V_j - V_i)$ flow, and passes on a spike as a jump of the potential by $g A/C$, with an area $A$ of "
            f"{significant(AREA)} mV ms (Lewis & Rinzel 2003) and $C = \\tau_m g_L = "
            f"{significant(float(np.asarray(cell.tau_m)) * float(np.asarray(cell.g_L)))}$ pF.",
        ]
