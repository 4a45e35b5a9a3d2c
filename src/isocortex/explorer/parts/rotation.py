"""Paths in three dimensions that turn under the pointer, projected in the browser."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Pan
from bokeh.models import ColumnDataSource, CustomJS, HoverTool, Slider

from ..canvas import span
from ..design import WIDGETS
from .square import square

PROJECT = """
const d = store.data, n = d.steps[0], points = d.points[0], at = Math.min(d.now[0], n - 1)
const a = azimuth.value * Math.PI / 180, e = elevation.value * Math.PI / 180
const across = (x, y, z) => -Math.sin(a) * x + Math.cos(a) * y
const up = (x, y, z) => -Math.sin(e) * (Math.cos(a) * x + Math.sin(a) * y) + Math.cos(e) * z
const far = d.far[0], ends = [[far, 0, 0], [0, far, 0], [0, 0, far]]
const xs = [], ys = [], x = [], y = [], x0 = [], y0 = []
for (let line = 0; line < d.colours[0].length; line++) {
  const px = [], py = []
  for (let t = 0; t < n; t++) {
    const k = 3 * (line * n + t), p = [points[k], points[k + 1], points[k + 2]]
    px.push(across(...p)); py.push(up(...p))
  }
  xs.push(px); ys.push(py); x.push(px[at]); y.push(py[at]); x0.push(px[0]); y0.push(py[0])
}
lines.data = {...lines.data, xs, ys}
heads.data = {...heads.data, x, y}
starts.data = {x: x0, y: y0}
axes.data = {xs: ends.map(p => [0, across(...p)]), ys: ends.map(p => [0, up(...p)])}
names.data = {...names.data, x: ends.map(p => 1.07 * across(...p)), y: ends.map(p => 1.07 * up(...p))}
"""
DRAG = """
azimuth.value = ((azimuth.value - 0.5 * cb_obj.delta_x + 540) % 360) - 180
elevation.value = Math.max(-90, Math.min(90, elevation.value + 0.5 * cb_obj.delta_y))
"""


REACH = 1.15
FAR = 0.85
"""How long the axes are, where the point that lies farthest from the centre has the distance 1."""


def projected(points: np.ndarray, azimuth: float, elevation: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where points in three dimensions are seen from a direction, as the browser computes it too.

    Parameters
    ----------
    points : array, shape (…, 3)
    azimuth, elevation : float
        Degrees, as of matplotlib's ``view_init``.

    Returns
    -------
    across, up : array, shape (…,)

    Examples
    --------
    >>> [x.round(3).tolist() for x in projected(np.eye(3), 0.0, 0.0)]
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    x, y, z = np.moveaxis(points, -1, 0)
    return -np.sin(a) * x + np.cos(a) * y, -np.sin(e) * (np.cos(a) * x + np.sin(a) * y) + np.cos(e) * z


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
        self._sources = {name: ColumnDataSource({}) for name in ("lines", "heads", "starts", "axes", "names")}
        self.azimuth = _slider("Turn around (°)", -180, 180, -60)
        self.elevation = _slider("Tilt (°)", -90, 90, 25)
        self.figure: Any = square("", "", width=540, x_range=span(-REACH, REACH), y_range=span(-REACH, REACH))
        self.figure.axis.visible = False
        self.figure.multi_line("xs", "ys", source=self._sources["axes"], line_color="#999999", line_width=1)
        paths = self.figure.multi_line(
            "xs", "ys", source=self._sources["lines"], line_color="colour", line_width=2, line_alpha="strength"
        )
        self.figure.scatter("x", "y", source=self._sources["starts"], size=6, fill_color="white", line_color="black")
        self.figure.scatter("x", "y", source=self._sources["heads"], size=10, fill_color="colour", line_color="white")
        self.figure.text("x", "y", text="text", source=self._sources["names"], text_font_size="12px",
                         text_color="#555555", text_align="center", text_baseline="middle")  # fmt: skip
        self.figure.add_tools(HoverTool(renderers=[paths], tooltips=[("path", "@name")]))
        moved = {"azimuth": self.azimuth, "elevation": self.elevation}
        self._project = CustomJS(args={"store": self._store, **self._sources, **moved}, code=PROJECT)
        for slider in moved.values():
            slider.js_on_change("value", self._project)
        self.figure.js_on_event(Pan, CustomJS(args=moved, code=DRAG))

    def show(
        self,
        paths: np.ndarray,
        *,
        names: Sequence[str],
        colours: Sequence[str],
        strengths: Sequence[float],
        axes: Sequence[str],
    ) -> None:
        """Show other paths, the dots at their ends.

        Parameters
        ----------
        paths : array, shape (line, time, 3)
            NaN where a path has not begun or has ended.
        names, colours, strengths : sequence, shape (line,)
            Of the lines; a strength is the share of its colour that is seen.
        axes : sequence of str, shape (3,)
        """
        centre = np.nanmean(paths, axis=(0, 1))
        size = float(np.nanmax(np.linalg.norm(paths - centre, axis=2))) or 1.0
        points = (paths - centre) / size
        ends = FAR * np.eye(3)
        seen = (float(self.azimuth.value), float(self.elevation.value))
        (x, y), (across, up) = projected(points, *seen), projected(ends, *seen)
        look = {"colour": list(colours), "name": list(names)}
        self._store.data = {
            "now": [paths.shape[1] - 1], "steps": [paths.shape[1]], "points": [points.astype(np.float32).ravel()],
            "colours": [list(colours)], "far": [FAR],
        }  # fmt: skip
        self._sources["lines"].data = {"xs": list(x), "ys": list(y), "strength": list(strengths), **look}
        self._sources["heads"].data = {"x": x[:, -1], "y": y[:, -1], **look}
        self._sources["starts"].data = {"x": x[:, 0], "y": y[:, 0]}
        self._sources["axes"].data = {"xs": [[0, each] for each in across], "ys": [[0, each] for each in up]}
        self._sources["names"].data = {"x": 1.07 * across, "y": 1.07 * up, "text": list(axes)}

    def follow(self, player: pn.widgets.Player) -> None:
        """Let the dots stand where the paths are at the step of a player."""
        player.jscallback(
            value="store.data.now[0] = source.value; project.execute(source)",
            args={"store": self._store, "project": self._project},
        )


def _slider(title: str, start: int, end: int, value: int) -> Slider:
    return Slider(
        title=title, start=start, end=end, value=value, step=1, sizing_mode="stretch_width", stylesheets=[WIDGETS]
    )
