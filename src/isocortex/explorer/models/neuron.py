"""A leaky integrate-and-fire neuron: its potential and spikes, and its F–I curve beside the theory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from bokeh.model import Model
from bokeh.plotting import figure as BokehFigure  # noqa: N812
from matplotlib.figure import Figure
from scipy.stats import t as student

from ... import plots
from ...dynamics import LIF, WhiteNoise, simulate_spikes
from ...dynamics.spiking.theory import firing_rate, interval_cv, stepped_neuron
from ...experiments import experiment
from ...experiments.shared.options import option, options_of
from ...formats import counted, number
from ...plots.spiking import Measured
from ...plots.style import BLUE, GREY, VERMILION
from ..canvas import frame as empty
from ..canvas import legend_below, span
from ..view import Context, Lines
from .knob import Knob, arguments
from .moving import Frame, Moving

NAME = "lif"
DT, SHOWN = 0.1, 400.0
"""ms: the step of simulations, and how long the potential is shown."""
PEAK = 20.0
"""mV above the threshold, to which a spike is drawn."""
CURRENTS, UNITS, MEASURED = 11, 20, 1000.0
"""Simulated points of the F–I curve, independent neurons for each, and ms that they are simulated."""
FINE = 121
FIELDS = {
    "tau_m": ("tau_m", 2, 50), "g_leak": ("g_L", 2, 40), "e_leak": ("E_L", -90, -50),
    "v_threshold": ("V_th", -65, -30), "v_reset": ("V_reset", -95, -55), "t_ref": ("t_ref", 0, 20),
}  # fmt: skip
"""Option of the experiment → parameter of the neuron, and the ends of its slider."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Simulated rates in Hz at currents in pA, with 95 % intervals of the mean over independent neurons."""

    current: np.ndarray
    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray


class NeuronView(Moving):
    """One neuron under a current with white noise."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, NAME, _knobs())
        self._curve: Curve | None = None
        self.trace, self.curve = self._draw_trace(), self._draw_curve()
        self.words = self.text("words")

    def frame(self, values: Mapping[str, float]) -> Frame:
        """Return the potential with its spikes, and the F–I curve of the theory."""
        time, V, spikes = _potential(values)
        mean = values["current"]
        fine = np.linspace(0, self._most(values), FINE)
        at = {"x": np.array([mean]), "y": np.atleast_1d(_theory(values, values["sigma"], mean))}
        level = {"x": time[[0, -1]], "y": np.full(2, values["V_th"])}
        return {
            "potential": {"x": time, "y": V},
            "spikes": {
                "x": spikes,
                "low": np.interp(spikes, time, V),
                "high": np.full(len(spikes), level["y"][0] + PEAK),
            },
            "threshold": level,
            "law": {"x": fine, "y": _theory(values, values["sigma"], fine)},
            "clock": {"x": fine, "y": _theory(values, 0.0, fine)},
            "here": at,
            "words": _in_words(values, len(spikes), float(at["y"][0])),
        }

    def settled(self, values: Mapping[str, float]) -> Frame:
        """Return the simulated points of the F–I curve."""
        found = self._curve = _simulated(values, np.linspace(0, self._most(values), CURRENTS + 1)[1:])
        return {"measured": {"x": found.current, "y": found.rate, "low": found.low, "high": found.high}}

    @property
    def pictures(self) -> Sequence[Sequence[Model]]:
        """One column."""
        return [[self.trace, self.words, self.curve]]

    @property
    def first(self) -> tuple[str, ...]:
        """The input."""
        return ("current",)

    def lines(self) -> Lines:
        """Return the lines that simulate the neuron and compute its rate."""
        values = self.values
        mean, sigma = values["current"], values["sigma"]
        python = f"""
import jax
import numpy as np
from isocortex.dynamics import LIF, WhiteNoise, simulate_spikes
from isocortex.dynamics.spiking.theory import firing_rate, stepped_neuron

neuron = LIF({arguments({name: value for name, value in self.changes.items() if name not in ("current", "sigma")})})
noise = WhiteNoise({mean!r}, {sigma!r} * neuron.g_L, neuron.tau_m)
found = simulate_spikes(neuron, duration={SHOWN!r}, dt={DT!r}, drives=[noise], key=jax.random.key(0), record=["V"])
print(found.spikes.times)
stepped = stepped_neuron({sigma!r}, dt={DT!r}, method="exact", tau_m=neuron.tau_m, V_th=neuron.V_th)
mu = neuron.E_L + np.linspace(0, {self._most(values)!r}, {FINE}) / neuron.g_L
print(firing_rate(mu, t_ref=neuron.t_ref, V_reset=neuron.V_reset, **stepped))
"""
        flags = {knob.name: knob.flag for knob in self.knobs}
        words = [f"{flags[name]} {value:.10g}" for name, value in self.changes.items() if flags[name]]
        return Lines(python, "\n".join([" ".join(["isocortex run lif", *words]), self.command()]))

    def figure(self) -> Figure:
        """Return the potential and the F–I curve."""
        values = self.values
        if self._curve is None:
            self.show(self.settled(values))
        found = self._curve
        assert found is not None
        fine = np.linspace(0, self._most(values), FINE)
        law = (fine, _theory(values, values["sigma"], fine))
        figure = Figure(figsize=(9.4, 3.8), layout="constrained")
        left, right = figure.subplots(1, 2)
        title = f"{number(values['current'], 0)} pA, σ = {number(values['sigma'], 1)} mV"
        plots.potentials({title: _potential(values)}, peak=values["V_th"] + PEAK, ax=left)
        measured = Measured(found.current, found.rate, found.low, found.high, law=law)
        plots.beside_theory(
            {"F–I curve": {"simulated": measured}}, x_label="mean current (pA)", y_label="firing rate (Hz)", ax=right
        )
        return figure

    def _most(self, values: Mapping[str, float]) -> float:
        """Return the greatest current of the F–I curve in pA: well above the rheobase."""
        rheobase = values["g_L"] * (values["V_th"] - values["E_L"])
        return float(max(2.5 * rheobase, values["current"], 10.0))

    def _draw_trace(self) -> BokehFigure:
        picture = empty("time (ms)", "potential (mV)", height=260)
        picture.x_range = span(0, SHOWN)
        source = self.source("potential", "x", "y")
        drawn = picture.line("x", "y", source=source, color=BLUE, line_width=1.4)
        spikes = self.source("spikes", "x", "low", "high")
        picture.segment("x", "low", "x", "high", source=spikes, color=BLUE, line_width=1.4)
        level = picture.line("x", "y", source=self.source("threshold", "x", "y"), color=GREY, line_dash="dotted")
        legend_below(picture, [("potential and spikes", [drawn]), ("threshold", [level])])
        return picture

    def _draw_curve(self) -> BokehFigure:
        picture = empty("mean current (pA)", "firing rate (Hz)", height=320)
        law = picture.line("x", "y", source=self.source("law", "x", "y"), color=VERMILION, line_width=2)
        clock = picture.line(
            "x", "y", source=self.source("clock", "x", "y"), color=GREY, line_width=1.4, line_dash="dashed"
        )
        measured = self.source("measured", "x", "y", "low", "high")
        picture.segment("x", "low", "x", "high", source=measured, color=BLUE, line_width=1.4)
        points = picture.scatter("x", "y", source=measured, color=BLUE, size=6)
        here = picture.scatter(
            "x",
            "y",
            source=self.source("here", "x", "y"),
            fill_color="white",
            line_color="black",
            line_width=1.6,
            size=11,
        )
        items = [("theory (Siegert)", [law]), ("without noise", [clock])]
        items += [(f"simulated, {UNITS} neurons", [points]), ("this neuron, theory", [here])]
        legend_below(picture, items, columns=2)
        return picture


def _knobs() -> tuple[Knob, ...]:
    """Return the knobs: the input first, then what the experiment ``lif`` declares."""
    options = options_of(experiment(NAME))
    current = option("Mean current", unit="pA", at_least=-10_000, at_most=10_000)
    noise = option("White noise: √2 times the SD of the free potential", unit="mV", at_least=0, at_most=100)
    inputs = (Knob("current", current, 190.0, 0, 500), Knob("sigma", noise, 4.0, 0, 20, "--sigmas"))
    return inputs + tuple(
        Knob(field, options[name], float(getattr(LIF(), field)), low, high, options[name].flag)
        for name, (field, low, high) in FIELDS.items()
    )


def _neuron(values: Mapping[str, float]) -> LIF:
    return LIF(**{field: values[field] for field, _, _ in FIELDS.values()})


def _theory(
    values: Mapping[str, float], sigma: float, current: np.ndarray | float, law: Callable[..., Any] = firing_rate
) -> np.ndarray:
    """Return what the theory says of the neuron that a simulation in steps is."""
    stepped = stepped_neuron(sigma, dt=DT, method="exact", tau_m=values["tau_m"], V_th=values["V_th"])
    mu = values["E_L"] + np.asarray(current) / values["g_L"]
    return np.asarray(law(mu, t_ref=values["t_ref"], V_reset=values["V_reset"], **stepped))


def _potential(values: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return time, potential and spikes of one neuron."""
    found = _simulation(values, np.array([values["current"]]), SHOWN, record=("V",))
    assert found.traces is not None
    V = found.traces["V"].isel(trial=0, unit=0)
    return V["time"].values, V.values, found.spikes.times


def _simulated(values: Mapping[str, float], currents: np.ndarray) -> Curve:
    """Return simulated rates, and Student's intervals of their means over neurons."""
    spikes = _simulation(values, np.repeat(currents, UNITS), MEASURED).spikes
    rates = np.bincount(spikes.unit, minlength=CURRENTS * UNITS).reshape(CURRENTS, UNITS) * 1e3 / MEASURED
    mean, error = rates.mean(axis=1), rates.std(axis=1, ddof=1) / np.sqrt(UNITS)
    reach = float(student.ppf(0.975, UNITS - 1)) * error
    return Curve(currents, mean, mean - reach, mean + reach)


def _simulation(values: Mapping[str, float], currents: np.ndarray, duration: float, record: tuple[str, ...] = ()):
    neuron = _neuron(values)
    noise = WhiteNoise(0.0, values["sigma"] * values["g_L"], values["tau_m"])
    return simulate_spikes(
        neuron, duration=duration, dt=DT, current=currents, drives=[noise], key=jax.random.key(0), record=record
    )


def _in_words(values: Mapping[str, float], spikes: int, rate: float) -> str:
    """Return what the theory says of this neuron, and what is seen."""
    cv = float(_theory(values, values["sigma"], values["current"], interval_cv)) if values["sigma"] > 0 else 0.0
    seen = f"It fires {counted(spikes, 'spike')} in the {SHOWN:.0f} ms that are shown."
    expected = f"Theory predicts {number(rate, 1)} Hz"
    if rate > 0.01:
        expected += f" and a coefficient of variation of the intervals of {number(cv, 2)}"
    return f"<p>{seen} {expected}.</p>"
