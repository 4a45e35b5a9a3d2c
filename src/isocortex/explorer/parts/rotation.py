"""Paths in three dimensions that turn under the pointer, projected in the browser."""

from collections.abc import Sequence

import numpy as np
import panel as pn
from bokeh.events import Pan
from bokeh.models import ColumnDataSource, CustomJS, Label, Range1d, Slider
from bokeh.plotting import figure

from ..design import WIDGETS

PROJECT = """
const d = store.data, n = d.steps[0], points = d.points[0], at = Math.min(Math.round(store.data.now[0]), n - 1)
const a = azimuth.value * Math.PI / 180, e = elevation.value * Math.PI / 180
const across = p => -Math.sin(a) * p[0] + Math.cos(a) * p[1]
const up = p => -Math.sin(e) * (Math.cos(a) * p[0] + Math.sin(a) * p[1]) + Math.cos(e) * p[2]
const xs = [], ys = [], x = [], y = [], x0 = [], y0 = [], colours = d.colours[0]
for (let line = 0; line < colours.length; line++) {
  const px = [], py = []
  for (let t = 0; t < n; t++) {
    const k = 3 * (line * n + t), p = [points[k], points[k + 1], points[k + 2]]
    px.push(across(p)); py.push(up(p))
  }
  xs.push(px); ys.push(py); x.push(px[at]); y.push(py[at]); x0.push(px[0]); y0.push(py[0])
}
lines.data = {xs, ys, colour: colours, name: d.names[0]}
heads.data = {x, y, colour: colours, name: d.names[0]}
starts.data = {x: x0, y: y0}
const far = 0.85, ends = [[far, 0, 0], [0, far, 0], [0, 0, far]]
axes.data = {xs: ends.map(p => [0, across(p)]), ys: ends.map(p => [0, up(p)])}
names.forEach((label, i) => { label.x = 1.07 * across(ends[i]); label.y = 1.07 * up(ends[i]) })
"""
DRAG = """
azimuth.value = ((azimuth.value - 0.5 * cb_obj.delta_x + 540) % 360) - 180
elevation.value = Math.max(-90, Math.min(90, elevation.value + 0.5 * cb_obj.delta_y))
"""


class Rotation:
    """Paths in three dimensions. Dragging turns them, and two sliders do the same.

    Attributes
    ----------
    figure : Bokeh figure
    azimuth, elevation : Bokeh Slider
        In degrees.
    """

    def __init__(self) -> None:
        self._store = ColumnDataSource({"now": [0]})
        sources = {name: ColumnDataSource({}) for name in ("lines", "heads", "starts", "axes")}
        self.azimuth = _slider("Turn around (°)", -180, 180, -60)
        self.elevation = _slider("Tilt (°)", -90, 90, 25)
        self.figure = figure(
            x_range=Range1d(-1.15, 1.15), y_range=Range1d(-1.15, 1.15), tools="", toolbar_location=None,
            sizing_mode="scale_width", aspect_ratio=1, max_width=520, tooltips=[("", "@name")],
        )  # fmt: skip
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        self.figure.multi_line("xs", "ys", source=sources["axes"], line_color="#999999", line_width=1)
        self.figure.multi_line("xs", "ys", source=sources["lines"], line_color="colour", line_width=2)
        self.figure.scatter("x", "y", source=sources["starts"], size=7, fill_color="white", line_color="black")
        self.figure.scatter("x", "y", source=sources["heads"], size=10, fill_color="colour", line_color="white")
        self._names = [Label(x=0, y=0, text="", text_font_size="12px", text_color="#555555") for _ in range(3)]
        for label in self._names:
            self.figure.add_layout(label)
        moved = {"azimuth": self.azimuth, "elevation": self.elevation}
        self.project = CustomJS(args={"store": self._store, "names": self._names, **sources, **moved}, code=PROJECT)
        for slider in moved.values():
            slider.js_on_change("value", self.project)
        self._store.js_on_change("data", self.project)
        self.figure.js_on_event("document_ready", self.project)
        self.figure.js_on_event(Pan, CustomJS(args=moved, code=DRAG))

    def show(self, paths: np.ndarray, *, names: Sequence[str], colours: Sequence[str], axes: Sequence[str]) -> None:
        """Show other paths.

        Parameters
        ----------
        paths : array, shape (line, time, 3)
        names, colours : sequence of str, shape (line,)
        axes : sequence of str, shape (3,)
        """
        centre = np.nanmean(paths, axis=(0, 1))
        size = float(np.nanmax(np.linalg.norm(paths - centre, axis=2))) or 1.0
        for label, text in zip(self._names, axes, strict=True):
            label.text = text
        self._store.data = {
            "now": [paths.shape[1] - 1],
            "steps": [paths.shape[1]],
            "points": [((paths - centre) / size).astype(np.float32).ravel()],
            "names": [list(names)],
            "colours": [list(colours)],
        }

    def follow(self, player: pn.widgets.Player) -> None:
        """Let the dots stand where the paths are at the step of a player."""
        player.jscallback(
            value="store.data.now[0] = source.value; project.execute(source)",
            args={"store": self._store, "project": self.project},
        )


def _slider(title: str, start: int, end: int, value: int) -> Slider:
    return Slider(
        title=title, start=start, end=end, value=value, step=1, sizing_mode="stretch_width", stylesheets=[WIDGETS]
    )
