"""The phase plane of a system of two variables."""

from typing import Any

import numpy as np
import xarray as xr
from bokeh.plotting import figure as BokehFigure  # noqa: N812

from ... import plots
from ...dynamics import System, fixed_points, manifold, nullclines, vector_field
from ...plots.style import BLUE, GREEN, VERMILION
from ..canvas import frame as empty
from ..canvas import legend_below
from .moving import Frame
from .portrait import N_STARTS, SAVED, PortraitView

ARROWS = 15
"""Of the field, in each direction."""
CELLS = 100
"""Of the grid on which nullclines are sought; half of the default, for a frame in time."""
SHAFT, BARB, OPENING = 0.035, 0.014, np.deg2rad(28)
"""Length of an arrow and of the sides of its head, as shares of the box, and half the angle between them."""


class PlaneView(PortraitView):
    """Nullclines, field, fixed points, separatrices and trajectories in the plane of the two variables."""

    def draw_main(self) -> BokehFigure:
        """Return the phase plane."""
        x, y = self.portrait.system.variables
        picture = empty(self.portrait.labels[x], self.portrait.labels[y], height=470)
        picture.x_range, picture.y_range = self.range(x), self.range(y)
        picture.segment("x0", "y0", "x1", "y1", source=self.source("field", "x0", "y0", "x1", "y1"), color="#b4b8bd")
        items = []
        for name, colour in ((x, BLUE), (y, VERMILION)):
            source = self.source(f"nullcline {name}", "x", "y")
            items.append((f"d{name}/dt = 0", [picture.line("x", "y", source=source, color=colour, line_width=2.5)]))
        source = self.source("separatrix", "x", "y")
        line = picture.line("x", "y", source=source, color="black", line_width=1.4, line_dash=[5, 3])
        items.append(("separatrix", [line]))
        source = self.source("trajectory", "x", "y")
        items.append(("trajectory", [picture.line("x", "y", source=source, color=GREEN, line_width=1.6)]))
        picture.scatter("x", "y", source=self.source("starts", "x", "y"), color=GREEN, size=6)
        self.points_drawn(picture)
        legend_below(picture, items, columns=2)
        return picture

    def frame_of(self, system: System, points: xr.Dataset, paths: xr.DataArray) -> Frame:
        """Return field, nullclines and trajectories; a separatrix goes until the sliders rest."""
        x, y = system.variables
        curves = nullclines(system, self.box, n=CELLS)
        return {
            "field": self._arrows(vector_field(system, self.box, n=ARROWS)),
            **{f"nullcline {name}": _joined(curves[name]) for name in (x, y)},
            "trajectory": _joined(list(self._near(paths.values))),
            "starts": {"x": paths.values[:, 0, 0], "y": paths.values[:, 0, 1]},
            "separatrix": _joined([]),
        }

    def settled(self, values: Any) -> Frame:
        """Return the diagram, and the separatrices."""
        system = self.system(values)
        found = fixed_points(system, self.box, n_starts=N_STARTS)
        saddles = found["x"].values[found["kind"].values == "saddle"]
        curves = [curve for saddle in saddles for curve in manifold(system, saddle, self.box)]
        return {"separatrix": _joined(curves), **super().settled(values)}

    def state_at(self, x: float, y: float) -> list[float]:
        """Return the two variables."""
        return [x, y]

    def main_lines(self) -> str:
        """Return the line that draws the phase plane."""
        length = float(self.duration.value)
        starts = [[round(value, 4) for value in start] for start in self.starts]
        return f"plane = plots.phase_plane(system, box, starts={starts}, duration={length!r}, dt={length / SAVED!r})"

    def draw_figure(self, system: System, axis: Any) -> None:
        """Draw the phase plane as the report does."""
        length = float(self.duration.value)
        labels = [self.portrait.labels[name] for name in system.variables]
        plots.phase_plane(
            system, self.box, starts=self.starts, duration=length, dt=length / SAVED, labels=labels, ax=axis
        )

    def _near(self, paths: np.ndarray) -> np.ndarray:
        """Return paths without what is far outside the box."""
        low, high = np.array(list(self.box.values())).T
        near = np.all(np.abs(paths - (low + high) / 2) < 1.5 * (high - low), axis=-1, keepdims=True)
        return np.where(near, paths, np.nan)

    def _arrows(self, field: xr.DataArray) -> dict[str, np.ndarray]:
        """Return arrows of one length as three segments each: a shaft and the two sides of its head."""
        low, high = np.array(list(self.box.values())).T
        width = high - low
        x, y = self.portrait.system.variables
        at = np.stack(np.meshgrid(field[x].values, field[y].values), axis=-1).reshape(-1, 2) / width
        along = field.values.reshape(-1, 2) / width
        along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-300)
        tail, tip = at - SHAFT / 2 * along, at + SHAFT / 2 * along
        begins, ends = [tail], [tip]
        for angle in (np.pi - OPENING, np.pi + OPENING):
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            begins.append(tip)
            ends.append(tip + BARB * along @ turn.T)
        (x0, y0), (x1, y1) = ((np.concatenate(parts) * width).T for parts in (begins, ends))
        return {"x0": x0, "y0": y0, "x1": x1, "y1": y1}


def _joined(curves: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return curves as one line that NaN interrupts."""
    gap = np.full((1, 2), np.nan)
    points = np.concatenate([gap, *(part for curve in curves for part in (curve, gap))])  # never empty: see the legend
    return {"x": points[:, 0], "y": points[:, 1]}
