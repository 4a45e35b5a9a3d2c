"""An RDM under the pointer: which two stimuli a cell compares, and how every unit responds to both."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from bokeh.events import MouseMove, Tap
from bokeh.models import ColumnDataSource, CustomJS, Div, LinearColorMapper, Slope
from bokeh.palettes import Viridis256

from ...analysis import percentiles
from ...formats import counted
from ...rdms import RDMs
from ..canvas import span
from .square import name_ticks, square

MOST_UNITS = 400
"""Units whose responses are sent to the browser; of more, so many evenly spaced ones."""
POINT = """
const d = store.data, n = d.names[0].length
const i = Math.floor(cb_obj.y), j = Math.floor(cb_obj.x)
if (!(i >= 0 && j >= 0 && i < n && j < n)) return
const value = d.square[0][i * n + j], rank = d.ranks[0][i * n + j]
const digits = x => Number(x.toPrecision(4)).toString().replace("-", "\\u2212")
const shown = k => {
  const picture = d.pictures[0][k]
  const image = picture ? `<img src="${picture}" alt="" style="max-width: 7rem; max-height: 7rem">` : ""
  return `<div style="max-width: 9rem; overflow-wrap: anywhere">${image}<div><b>${d.names[0][k]}</b></div></div>`
}
const words = i == j ? "A stimulus with itself." : Number.isNaN(value) ? "This pair was not measured."
  : `${d.measure[0]} ${digits(value)}, percentile ${rank.toFixed(0)} of all pairs.`
told.text = `<div style="display: flex; gap: 1rem; align-items: end">${shown(i)}${shown(j)}</div><p>${words}</p>`
cell.data = {x: [j + 0.5], y: [i + 0.5]}
const units = d.units[0]
if (units > 0) {
  const of = k => Array.from({length: units}, (_, u) => d.responses[0][k * units + u])
  dots.data = {first: of(i), second: of(j)}
}
"""
BEFORE = "<p>Point at a cell, or tap it, to see its two stimuli.</p>"


@dataclass(frozen=True, eq=False)
class Shown:
    """What an RDM's map shows.

    Attributes
    ----------
    rdms : RDMs
        Averaged over their rows.
    names : sequence of str
        The stimuli.
    pictures : sequence of str
        Addresses of their pictures, empty where there is none.
    responses : array, shape (stimulus, unit), or None
    """

    rdms: RDMs
    names: Sequence[str]
    pictures: Sequence[str]
    responses: np.ndarray | None


class RDMMap:
    """The map, the responses to the two stimuli of a cell, and their names and pictures.

    Attributes
    ----------
    map, pair : Bokeh figure
    told : Div
    """

    def __init__(self) -> None:
        self._store, self._cell = ColumnDataSource(), ColumnDataSource({"x": [], "y": []})
        self._dots, self._image = (
            ColumnDataSource({"first": [], "second": []}),
            ColumnDataSource({"image": [], "n": []}),
        )
        self.told = Div(text=BEFORE, sizing_mode="stretch_width", min_height=150)
        self.map: Any = square(
            "stimulus", "stimulus", width=560, ratio=1.1, x_range=span(0.0, 1.0), y_range=span(1.0, 0.0),
            tools="box_zoom,reset", active_drag=None, toolbar_location="above",
        )  # fmt: skip
        self.map.toolbar.logo = None
        mapper = LinearColorMapper(palette=list(Viridis256), low=0, high=100, nan_color="white")
        self.map.image("image", x=0, y=0, dw="n", dh="n", source=self._image, color_mapper=mapper)
        self.map.rect(
            "x", "y", 1, 1, source=self._cell, fill_alpha=0, line_color="#D55E00", line_width=2.5, name="cell"
        )
        self.map.scatter("x", "y", source=self._cell, marker="square", size=9, fill_alpha=0, line_color="#D55E00")
        bar = self.map.renderers[0].construct_color_bar(
            title="percentile", padding=4, width=10, title_text_font_style="normal"
        )
        self.map.add_layout(bar, "right")
        self.pair: Any = square(
            "response to the first",
            "response to the second",
            width=320,
            x_range=span(0.0, 1.0),
            y_range=span(0.0, 1.0),
        )
        self.pair.add_layout(Slope(gradient=1, y_intercept=0, line_color="#999999", line_dash="dotted"))
        self.pair.scatter("first", "second", source=self._dots, size=5, alpha=0.6, line_width=0, fill_color="#0072B2")
        models = {"store": self._store, "cell": self._cell, "dots": self._dots, "told": self.told}
        point = CustomJS(args=models, code=POINT)
        self.map.js_on_event(MouseMove, point)
        self.map.js_on_event(Tap, point)

    def show(self, shown: Shown) -> None:
        """Show another RDM."""
        mean = shown.rdms.mean()
        square = mean.square()[0]
        ranks = RDMs(percentiles(mean.dissimilarities), mean.stimuli).square()[0]
        n = len(square)
        coloured = ranks.copy()
        np.fill_diagonal(coloured, np.nan)
        x = shown.responses
        if x is not None and x.shape[1] > MOST_UNITS:
            x = x[:, np.linspace(0, x.shape[1] - 1, MOST_UNITS).astype(int)]
        self.told.text = BEFORE
        self._cell.data, self._dots.data = {"x": [], "y": []}, {"first": [], "second": []}
        self._store.data = {
            "square": [square.astype(np.float32).ravel()],
            "ranks": [ranks.astype(np.float32).ravel()],
            "names": [list(map(escape, shown.names))],
            "pictures": [list(shown.pictures)],
            "measure": [mean.measure[:1].upper() + mean.measure[1:]],
            "units": [0 if x is None else x.shape[1]],
            "responses": [np.zeros(0, np.float32) if x is None else x.astype(np.float32).ravel()],
        }
        self._image.data = {"image": [coloured.astype(np.float32)], "n": [n]}
        self.map.x_range.update(start=0, end=n)
        self.map.y_range.update(start=n, end=0)
        name_ticks([*self.map.xaxis, *self.map.yaxis], shown.names)
        self.pair.visible = x is not None
        if x is not None:
            low, high = float(x.min()), float(x.max())
            margin = 0.05 * (high - low) or 1.0
            for axis in (self.pair.x_range, self.pair.y_range):
                axis.update(start=low - margin, end=high + margin)

    @staticmethod
    def says(units: int) -> str:
        """Return what the dots beside the map are."""
        if units <= MOST_UNITS:
            return f"Each dot is one of {counted(units, 'unit')}."
        return f"Each dot is a unit: {MOST_UNITS} of {units}, evenly spaced."
