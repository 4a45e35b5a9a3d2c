"""A synapse that depresses and facilitates (Tsodyks–Markram): a regular train, simulated and in closed form."""

from collections.abc import Mapping, Sequence

import numpy as np
from bokeh.model import Model
from bokeh.plotting import figure as BokehFigure  # noqa: N812
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import LIF, Afferents, Conductance, Network, TsodyksMarkram, simulate_spikes
from ...dynamics.spiking.theory import SynapticTrain, regular_steady_state, synaptic_train
from ...experiments.shared.options import option
from ...plots.spiking import Measured
from ...plots.style import BLUE, GREEN, GREY, ORANGE, VERMILION
from ...spike_trains import SpikeTrains
from ..canvas import frame as empty
from ..canvas import legend_below, span
from ..view import Context, Lines
from .knob import Knob, arguments
from .moving import Frame, Moving

NAME = "short-term-plasticity"
DT, DURATION, FIRST = 0.1, 1000.0, 1.0
"""ms: the step, how long the train lasts, and its first spike."""
G_MAX, TAU = 1.2, 5.0
"""Largest conductance in nS, and its decay in ms: those of the experiment ``synapses``."""
RATES = np.geomspace(0.5, 200, 161)
"""Hz, of the steady state."""
KNOBS = (
    Knob("rate", option("Rate of the train", unit="Hz", at_least=1, at_most=200), 20.0, 2, 100),
    Knob("U0", option("Share of the resources that the first spike uses", above=0, at_most=1), 0.5, 0.02, 1),
    Knob("tau_d", option("Recovery from depression", unit="ms", above=0, at_most=10_000), 100.0, 10, 1000),
    Knob("tau_f", option("Decay of facilitation", unit="ms", above=0, at_most=10_000), 50.0, 10, 1000),
)


class SynapseView(Moving):
    """One synapse under a regular train of spikes."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, NAME, KNOBS)
        self.conductance, self.resources, self.steady = self._draw()

    def frame(self, values: Mapping[str, float]) -> Frame:
        """Return the simulated conductance and the closed form at every spike."""
        times, train = _train(values)
        time, g = _simulated(values, times)
        rate = np.array([values["rate"]])
        return {
            "conductance": {"x": time, "y": g},
            "closed form": {"x": times, "y": train.g},
            "used": {"x": times, "y": train.u},
            "resources": {"x": times, "y": train.R},
            "steady": {"x": RATES, "y": _steady(RATES, values)},
            "here": {"x": rate, "y": _steady(rate, values)},
        }

    @property
    def pictures(self) -> Sequence[Sequence[Model]]:
        """One column."""
        return [[self.conductance, self.resources, self.steady]]

    @property
    def first(self) -> tuple[str, ...]:
        """The input."""
        return ("rate",)

    def lines(self) -> Lines:
        """Return the lines that compute the train."""
        values = self.values
        rule = arguments(_rule(values))
        python = f"""
import numpy as np
from isocortex.dynamics.spiking.theory import regular_steady_state, synaptic_train

times = np.rint(np.arange({FIRST!r}, {DURATION!r}, 1000 / {values["rate"]!r}) / {DT!r}) * {DT!r}
train = synaptic_train(times, {rule}, g_max={G_MAX!r}, tau={TAU!r})
print(train.u, train.R, train.g)
print(regular_steady_state({values["rate"]!r}, {rule}, g_max={G_MAX!r}, tau={TAU!r}))
"""
        return Lines(python, "\n".join([f"isocortex run synapses --train-rates {values['rate']:.10g}", self.command()]))

    def figure(self) -> Figure:
        """Return the conductance at every spike beside the closed form, and the steady state."""
        values = self.values
        times, train = _train(values)
        time, g = _simulated(values, times)
        seen = g[np.searchsorted(time, times - 1e-6)]
        steady = _steady(RATES, values)
        figure = Figure(figsize=(9.4, 3.8), layout="constrained")
        panels = {
            "along the train": {"simulated": Measured(times, seen, law=(times, train.g))},
            "at its end": {"simulated": Measured(np.array([values["rate"]]), seen[-1:], law=(RATES, steady))},
        }
        return plots.beside_theory(
            panels, x_label=["time (ms)", "rate of the train (Hz)"], y_label="conductance after a spike (nS)",
            logarithmic=[False, True], axes=figure.subplots(1, 2),
        )  # fmt: skip

    def _draw(self) -> tuple[BokehFigure, BokehFigure, BokehFigure]:
        train = empty("time (ms)", "conductance (nS)", height=260, x_range=span(0, DURATION))
        line = train.line("x", "y", source=self.source("conductance", "x", "y"), color=BLUE, line_width=1.3)
        dots = train.scatter("x", "y", source=self.source("closed form", "x", "y"), color=VERMILION, size=6)
        legend_below(train, [("simulated", [line]), ("closed form, just after a spike", [dots])])
        shares = empty("time (ms)", "share", height=200, x_range=span(0, DURATION), y_range=span(0, 1.04))
        items = []
        for name, words, colour in (("resources", "resources R", GREEN), ("used", "used by a spike u", ORANGE)):
            source = self.source(name, "x", "y")
            shares.line("x", "y", source=source, color=colour, line_width=1.2)
            items.append((words, [shares.scatter("x", "y", source=source, color=colour, size=6)]))
        legend_below(shares, items)
        steady = empty("rate of a regular train (Hz)", "conductance (nS)", height=260, x_axis_type="log")
        steady.x_range = span(RATES[0], RATES[-1])
        law = steady.line("x", "y", source=self.source("steady", "x", "y"), color=VERMILION, line_width=2)
        here = self.source("here", "x", "y")
        steady.vspan("x", source=here, color=GREY, line_dash="dotted")
        point = steady.scatter("x", "y", source=here, fill_color="white", line_color="black", line_width=1.6, size=11)
        legend_below(steady, [("steady state, just after a spike", [law]), ("this rate", [point])])
        return train, shares, steady


def _rule(values: Mapping[str, float]) -> dict[str, float]:
    return {name: values[name] for name in ("U0", "tau_d", "tau_f")}


def _steady(rates: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """Return the conductance in nS just after a spike, long after the beginning of a train."""
    return np.asarray(regular_steady_state(rates, **_rule(values), g_max=G_MAX, tau=TAU)[2])


def _train(values: Mapping[str, float]) -> tuple[np.ndarray, SynapticTrain]:
    """Return the spikes of the train, on steps of the simulation, and what the synapse does at each."""
    times = np.rint(np.arange(FIRST, DURATION, 1000 / values["rate"]) / DT) * DT
    return times, synaptic_train(times, **_rule(values), g_max=G_MAX, tau=TAU)


def _simulated(values: Mapping[str, float], times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return time and conductance of a simulated synapse, without effect on its neuron."""
    neuron = LIF()
    train = SpikeTrains.from_lists([times], duration=DURATION)
    afferents = Afferents(train, np.array([[G_MAX]]), "g", short_term=TsodyksMarkram(**_rule(values)))
    network = Network(
        neuron, 1, receptors={"g": Conductance(TAU, float(np.asarray(neuron.E_L)))}, afferents=[afferents]
    )
    found = simulate_spikes(network, duration=DURATION, dt=DT, record=("g",))
    assert found.traces is not None
    g = found.traces["g"].isel(trial=0, unit=0)
    return g["time"].values, g.values
