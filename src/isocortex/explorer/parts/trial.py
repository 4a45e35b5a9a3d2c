"""One trial of a network in time: inputs, outputs and states, at the step that a player stands at."""

from html import escape
from itertools import cycle
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource, LinearColorMapper, Span
from bokeh.palettes import Viridis256
from matplotlib.figure import Figure

from ... import plots
from ...formats import counted, visible
from ...plots.style import SERIES
from ..canvas import frame, span
from ..view import Lines, View
from .part import Part
from .pictures import name_of
from .source import Source
from .square import placed

INPUT, TARGET, OUTPUT, RATE = "input", "target", "output", "rate"
MOST_NAMED = 12
"""Channels beyond which they are only counted."""
STEP = """
const now = player.value, d = store.data
for (const line of spans) line.location = d.times[0][Math.min(now, d.times[0].length - 1)]
const units = d.units[0], row = Array.from({length: units}, (_, u) => d.states[0][now * units + u])
bars.data = {unit: Array.from({length: units}, (_, u) => u + 1), state: row}
"""


def variants_of(source: Source) -> list[str]:
    """Return the networks whose outputs and states a source holds, beside the inputs: "trained", "untrained"."""
    names = source.responses
    shown = [name.removesuffix(f"/{RATE}") for name in names if name.endswith(f"/{RATE}")]
    return [name for name in shown if INPUT in names and f"{name}/{OUTPUT}" in names]


class TrialPart(Part):
    """Choose a network and a trial, and play it.

    Parameters
    ----------
    owner : View
    source : Source
    """

    def __init__(self, owner: View, source: Source) -> None:
        super().__init__(owner)
        self._source = source
        inputs = source.responses[INPUT]
        labels = inputs["stimulus"].values.tolist()
        trials = {f"{i}: {visible(label)}": i for i, label in enumerate(labels)}
        seeds = source.responses[f"{variants_of(source)[0]}/{RATE}"].sizes.get("seed", 1)
        self.variant = pn.widgets.Select(label="Networks", options=variants_of(source), width=150)
        self.network = pn.widgets.Select(label="Network", options=list(range(seeds)), width=100, visible=seeds > 1)
        self.trial = pn.widgets.Select(label="Trial", options=trials, width=320)
        self._times = inputs["time"].values.astype(float)
        self.player = pn.widgets.Player(
            label="Time step", start=0, end=len(self._times) - 1, value=0, interval=80, sizing_mode="stretch_width",
            max_width=720, show_loop_controls=False, show_value=True,
        )  # fmt: skip
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._figures()
        for widget in (self.variant, self.network, self.trial):
            self.on(widget, self._draw)
        self._draw()

    def _figures(self) -> None:
        step = float(np.diff(self._times).mean()) if len(self._times) > 1 else 1.0
        x_range = span(self._times[0], self._times[-1] + step)
        self._sources = {name: ColumnDataSource({}) for name in ("inputs", "outputs", "targets", "image", "bars")}
        self._store = ColumnDataSource({})
        drawn = {name: frame("", name, height=150, x_range=x_range) for name in ("inputs", "outputs")}
        for name, each in drawn.items():
            each.multi_line("xs", "ys", source=self._sources[name], line_color="colour", line_width=2)
            each.xaxis.visible = False
        drawn["outputs"].multi_line(
            "xs", "ys", source=self._sources["targets"], line_color="colour", line_width=1.5, line_dash="dashed"
        )
        states: Any = frame("time (ms)", "unit", height=240, x_range=x_range)
        self._mapper = LinearColorMapper(palette=list(Viridis256), low=0, high=1)
        states.image("image", x="x", y=0.5, dw="dw", dh="dh", source=self._sources["image"], color_mapper=self._mapper)
        self._states = frame("unit", "state now", height=180, y_range=span(0.0, 1.0))
        self._states.vbar("unit", 0.85, "state", source=self._sources["bars"], color="#0072B2")
        spans = [Span(location=0, dimension="height", line_color="#D55E00", line_width=2) for _ in range(3)]
        self._all = [*drawn.values(), states]
        for each, now in zip(self._all, spans, strict=True):
            each.add_layout(now)
            each.min_border_left = 60
        self._states.min_border_left = 60
        args = {"player": self.player, "store": self._store, "bars": self._sources["bars"], "spans": spans}
        self.player.jscallback(value=STEP, args=args)

    def _chosen(self, group: str) -> xr.DataArray:
        x = self._source.responses[group].isel(trial=self.trial.value)
        return x.isel(seed=self.network.value) if "seed" in x.dims else x

    def _draw(self) -> None:
        variant = self.variant.value
        shown = {"inputs": INPUT, "outputs": f"{variant}/{OUTPUT}", "targets": TARGET}
        for name, group in shown.items():
            x = self._chosen(group) if group in self._source.responses else None
            self._sources[name].data = {} if x is None else self._lines_of(x)
        states = self._chosen(f"{variant}/{RATE}").transpose("time", "unit").values.astype(np.float32)
        low, high = float(states.min()), float(states.max())
        self._mapper.update(low=low, high=high if high > low else low + 1)
        margin = 0.05 * (high - low) or 1.0
        self._states.y_range.update(start=min(0.0, low - margin), end=high + margin)
        step = self._times[1] - self._times[0] if len(self._times) > 1 else 1.0
        width = self._times[-1] - self._times[0] + step
        self._sources["image"].data = {
            "image": [states.T], "x": [self._times[0]], "dw": [width], "dh": [states.shape[1]],
        }  # fmt: skip
        self._store.data = {"times": [self._times], "units": [states.shape[1]], "states": [states.ravel()]}
        now = int(self.player.value)
        self._sources["bars"].data = {"unit": np.arange(1, states.shape[1] + 1), "state": states[now]}
        self._words.object = self._said()

    def _lines_of(self, x: xr.DataArray) -> dict:
        units = x["unit"].values.tolist() if "unit" in x.coords else list(range(x.sizes["unit"]))
        values = x.transpose("unit", "time").values
        colours = [colour for _, colour in zip(units, cycle(SERIES), strict=False)]
        return {
            "xs": [self._times] * len(units),
            "ys": list(values),
            "colour": colours,
            "name": list(map(name_of, units)),
        }

    def _said(self) -> str:
        """Return what the colours are, and how the network answered."""
        parts = []
        for title, group in {"Inputs": INPUT, "Outputs (target dashed)": f"{self.variant.value}/{OUTPUT}"}.items():
            x = self._lines_of(self._chosen(group))
            names, colours = x["name"], x["colour"]
            dots = " ".join(
                f'<span style="color:{c}">●</span> {escape(n)}' for n, c in zip(names, colours, strict=True)
            )
            parts.append(f"<p>{title}: {dots if len(names) <= MOST_NAMED else counted(len(names), 'channel')}</p>")
        done = self._chosen(f"{self.variant.value}/{OUTPUT}")
        if "correct" in done.coords:
            answered = "correctly" if bool(done["correct"]) else "wrongly"
            parts.append(f'<p class="soft">The network answers this trial {answered}.</p>')
        return "".join(parts)

    def body(self) -> pn.viewable.Viewable:
        panes = [placed(each) for each in (*self._all, self._states)]
        return pn.Column(
            pn.FlexBox(self.variant, self.network, self.trial, sizing_mode="stretch_width"),
            self.player, self._words, *panes, sizing_mode="stretch_width",
        )  # fmt: skip

    def lines(self) -> Lines:
        variant, i = self.variant.value, self.trial.value
        seed = f"seed={self.network.value}, " if "seed" in self._source.responses[f"{variant}/{RATE}"].dims else ""
        return Lines(
            f"{self._source.python}\n"
            f"inputs = responses[{INPUT!r}].isel(trial={i})\n"
            f"outputs = responses[{f'{variant}/{OUTPUT}'!r}].isel({seed}trial={i})\n"
            f"states = responses[{f'{variant}/{RATE}'!r}].isel({seed}trial={i})\n"
            f"print(inputs.values)\nprint(outputs.values)\nprint(states.isel(time={int(self.player.value)}).values)"
        )

    def figure(self) -> Figure:
        groups = {"inputs": INPUT, "outputs": f"{self.variant.value}/{OUTPUT}", "target": TARGET}
        panels = {}
        for title, group in groups.items():
            if group in self._source.responses:
                x = self._lines_of(self._chosen(group))
                panels[title] = dict(zip(x["name"], x["ys"], strict=True))
        return plots.example_trial(self._times, panels, title=self._title())

    def _title(self) -> str:
        label = self._source.responses[INPUT]["stimulus"].values[self.trial.value]
        return f"{self.variant.value} network {self.network.value}, {visible(label)}"
