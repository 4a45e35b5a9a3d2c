"""The phase line of a system of one variable: its rate of change against its value."""

from typing import Any

import numpy as np
import xarray as xr
from bokeh.plotting import figure as BokehFigure  # noqa: N812

from ... import plots
from ...dynamics import System, rates
from ...plots.style import BLUE, GREEN
from ..canvas import FAINT, legend_below
from ..canvas import frame as empty
from .moving import Frame
from .portrait import PortraitView

POINTS = 301
ARROWS = 13


class LineView(PortraitView):
    """The rate of change against the variable, with fixed points where it is zero, and the direction between them."""

    def draw_main(self) -> BokehFigure:
        """Return the rate of change against the variable."""
        (name,) = self.portrait.system.variables
        picture = empty(self.portrait.labels[name], f"d{name}/dt (1/ms)", height=470)
        picture.x_range = self.range(name)
        picture.hspan(y=[0], color=FAINT, line_width=1)
        source = self.source("slope", "x", "y")
        line = picture.line("x", "y", source=source, color=BLUE, line_width=2.5)
        source = self.source("field", "x", "y", "angle")
        arrows = picture.scatter("x", "y", source=source, marker="triangle", angle="angle", color="#8a9097", size=8)
        starts = picture.scatter("x", "y", source=self.source("starts", "x", "y"), color=GREEN, size=7)
        self.points_drawn(picture)
        items = [(f"d{name}/dt", [line]), ("direction of change", [arrows]), ("start of a trajectory", [starts])]
        legend_below(picture, items, columns=2)
        return picture

    def frame_of(self, system: System, points: xr.Dataset, paths: xr.DataArray) -> Frame:
        """Return the slope, the direction along the axis, and the starts."""
        (low, high) = self.box[system.variables[0]]
        x = np.linspace(low, high, POINTS)
        slope = rates(system, x[:, None])[:, 0]
        at = np.linspace(low, high, ARROWS + 2)[1:-1]
        way = np.sign(np.interp(at, x, slope))
        begun = paths.values[:, 0, 0]
        return {
            "slope": {"x": x, "y": slope},
            "field": {"x": at, "y": np.zeros(len(at)), "angle": -way * np.pi / 2},
            "starts": {"x": begun, "y": np.interp(begun, x, slope)},
        }

    def state_at(self, x: float, y: float) -> list[float]:
        """Return the variable alone."""
        return [x]

    def main_lines(self) -> str:
        """Return the line that draws the slope."""
        return "line = plots.phase_line(system, box)"

    def draw_figure(self, system: System, axis: Any) -> None:
        """Draw the slope with the fixed points."""
        plots.phase_line(system, self.box, label=self.portrait.labels[system.variables[0]], ax=axis)
