"""A map of all units, in which one picks those whose responses to every stimulus are drawn."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.models import BasicTickFormatter, ColumnDataSource, FixedTicker, HoverTool
from matplotlib.figure import Figure

from ... import plots
from ...analysis import tuning_curves
from ...errors import InputError, require
from ...formats import counted
from ...plots.style import SERIES
from ..canvas import frame
from ..view import Lines, View
from .part import Part
from .pictures import name_of
from .source import Source
from .square import name_ticks, placed

MOST_UNITS = 3000
MOST_PICKED = 24
FIRST_PICKED = 6
ANGLE = "orientation (°)"
EVERY_45 = list(range(-360, 361, 45))


@dataclass(frozen=True, eq=False)
class Units:
    """How the units of one population respond.

    Attributes
    ----------
    stimuli : array, shape (stimulus,)
    curves : array, shape (unit, stimulus)
        Mean responses.
    x, y : array, shape (unit,)
        Where a unit lies on the map: the orientation that it prefers and its selectivity; of other stimuli, the place
        of the one with the largest mean, and the standard deviation of the means.
    angles : bool
    first : array of int
        Units that are picked at first.
    """

    stimuli: np.ndarray
    curves: np.ndarray
    x: np.ndarray
    y: np.ndarray
    angles: bool
    first: np.ndarray


def units_of(x: xr.DataArray) -> Units:
    """Return where the units of a population lie; of orientations by their tuning, of other stimuli by their means.

    Parameters
    ----------
    x : DataArray
        (repeat ×) stimulus × unit, or trial × unit.

    Examples
    --------
    >>> angles = np.arange(0.0, 180, 20)
    >>> bump = np.exp(np.cos(np.deg2rad(2 * (angles - 60))))[:, None]
    >>> found = units_of(xr.DataArray(bump, dims=("stimulus", "unit"), coords={"stimulus": angles}))
    >>> found.x.round(3).tolist(), found.angles
    ([60.0], True)
    """
    mean = means(x)
    try:
        tuned = tuning_curves(mean)
        return Units(
            tuned.angles, tuned.curves, tuned.preferred, tuned.selectivity, True, tuned.representatives(FIRST_PICKED)
        )
    except InputError:
        curves = mean.transpose("unit", "stimulus").values.astype(float)
        spread = curves.std(axis=1)
        best = np.argsort(-spread, kind="stable")[:FIRST_PICKED]
        return Units(mean["stimulus"].values, curves, curves.argmax(axis=1).astype(float), spread, False, best)


def means(x: xr.DataArray) -> xr.DataArray:
    """Return the mean response to every stimulus, stimulus × unit."""
    if "trial" in x.dims:
        return x.groupby("stimulus").mean()
    return x.mean("repeat") if "repeat" in x.dims else x


class TuningPart(Part):
    """Pick units on a map, and see their tuning.

    Parameters
    ----------
    owner : View
    source : Source
    names : sequence of str
        Of the responses whose units can be looked at.
    """

    def __init__(self, owner: View, source: Source, names: list[str]) -> None:
        super().__init__(owner)
        self._source = source
        self.what = pn.widgets.Select(label="Responses", options=names, width=230)
        self.network = pn.widgets.Select(label="Network", width=120)
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._units, self._lines = ColumnDataSource({"x": [], "y": [], "name": []}), ColumnDataSource({})
        self._of = lru_cache(8)(self._computed)
        self._figures()
        self.on(self.what, self._choose)
        self.on(self.network, self._draw)
        self._units.selected.on_change("indices", self._picked)
        self._choose()

    def _figures(self) -> None:
        self._map = frame("", "", height=340, tools="tap,box_select,lasso_select,reset", active_drag="box_select",
                          toolbar_location="above")  # fmt: skip
        self._map.scatter(
            "x", "y", source=self._units, size=6, fill_color="#0072B2", line_width=0, fill_alpha=0.45,
            nonselection_fill_alpha=0.3,
        )  # fmt: skip
        self._map.add_tools(HoverTool(tooltips=[("unit", "@name")]))
        self._map.scatter("x", "y", source=self._lines, size=10, fill_color="colour", line_color="black")
        self._curves = frame("", "mean response", height=340, tools="reset,box_zoom", active_drag=None,
                             toolbar_location="above")  # fmt: skip
        self._map.toolbar.logo = self._curves.toolbar.logo = None
        self._curves.multi_line("xs", "ys", source=self._lines, line_color="colour", line_width=2)
        self._curves.add_tools(HoverTool(tooltips=[("unit", "@name")]))

    def _choose(self) -> None:
        seeds = self._source.responses[self.what.value].sizes.get("seed", 0)
        value = self.network.value if self.network.value is not None and self.network.value < seeds else 0
        with self.quietly():
            self.network.param.update(options=list(range(max(seeds, 1))), value=value, visible=seeds > 1)
        self._draw()

    def _computed(self, name: str, seed: int) -> Units:
        x = self._source.responses[name]
        return units_of(x.isel(seed=seed) if "seed" in x.dims else x)

    @property
    def units(self) -> Units:
        """The units of what is chosen."""
        return self._of(self.what.value, self.network.value)

    def _draw(self) -> None:
        units = self.units
        n = len(units.x)
        self._places = np.arange(n) if n <= MOST_UNITS else np.linspace(0, n - 1, MOST_UNITS).astype(int)
        self._places = np.union1d(self._places, units.first)
        labels = self._source.responses[self.what.value]["unit"].values if self._labelled else np.arange(n)
        self._unit_names = [name_of(label) for label in labels.tolist()]
        self._units.data = {
            "x": units.x[self._places], "y": units.y[self._places], "name": [self._unit_names[i] for i in self._places],
        }  # fmt: skip
        self._map.xaxis.axis_label = "preferred orientation (°)" if units.angles else "stimulus with the largest mean"
        self._map.yaxis.axis_label = "orientation selectivity" if units.angles else "standard deviation over stimuli"
        self._curves.xaxis.axis_label = ANGLE if units.angles else "stimulus"
        for each in (self._map, self._curves):
            if units.angles:
                each.xaxis.ticker, each.xaxis.formatter = FixedTicker(ticks=EVERY_45), BasicTickFormatter()
            else:
                name_ticks(each.xaxis, [name_of(label) for label in units.stimuli.tolist()], shift=0)
        shown = "" if len(self._places) == n else f" The map shows {len(self._places)} of them."
        how = "Tap a dot, or draw around several, to see how they respond."
        self._words.object = f'<p class="soft">{counted(n, "unit")}. {how}{shown}</p>'
        self._units.selected.indices = np.searchsorted(self._places, units.first).tolist()
        self._draw_curves()

    @property
    def _labelled(self) -> bool:
        return "unit" in self._source.responses[self.what.value].coords

    @property
    def picked(self) -> list[int]:
        """The units that are picked."""
        return [int(self._places[i]) for i in self._units.selected.indices][:MOST_PICKED]

    def _picked(self, attr: str, old: Any, new: Any) -> None:
        with self.errors_shown():
            self._draw_curves()
            for then in self.after:
                then()

    def _draw_curves(self) -> None:
        units = self.units
        x = units.stimuli if units.angles else np.arange(len(units.stimuli))
        picked = self.picked
        self._lines.data = {
            "xs": [x] * len(picked),
            "ys": [units.curves[i] for i in picked],
            "name": [self._unit_names[i] for i in picked],
            "x": units.x[picked],
            "y": units.y[picked],
            "colour": [colour for _, colour in zip(picked, cycle(SERIES), strict=False)],
        }

    def body(self) -> pn.viewable.Viewable:
        return pn.Column(
            pn.FlexBox(self.what, self.network, sizing_mode="stretch_width"),
            self._words,
            pn.FlexBox(
                pn.Column(placed(self._map), styles={"flex": "1 1 300px"}),
                pn.Column(placed(self._curves), styles={"flex": "1 1 300px"}),
                sizing_mode="stretch_width", gap="1rem",
            ),
            sizing_mode="stretch_width",
        )  # fmt: skip

    def lines(self) -> Lines:
        x = self._source.responses[self.what.value]
        seed = f".isel(seed={self.network.value})" if "seed" in x.dims else ""
        mean = '.groupby("stimulus").mean()' if "trial" in x.dims else '.mean("repeat")' if "repeat" in x.dims else ""
        chosen = f"x = responses[{self.what.value!r}]{seed}{mean}\npicked = {self.picked}"
        if self.units.angles:
            made = "curves = ic.tuning_curves(x)\nprint(curves.preferred[picked], curves.selectivity[picked])"
            return Lines(f"{self._source.python}\n{chosen}\n{made}\nprint(curves.curves[picked])")
        return Lines(f"{self._source.python}\n{chosen}\nprint(x.isel(unit=picked).to_pandas())")

    def figure(self) -> Figure:
        require(bool(self.picked), "Pick at least one unit on the map: the picture shows the units that are picked.")
        units = self.units
        x = units.stimuli if units.angles else np.arange(len(units.stimuli))
        lines = {f"unit {self._unit_names[i]}": (x, units.curves[i]) for i in self.picked}
        label = ANGLE if units.angles else "stimulus, in the order of the data"
        return plots.profiles({self.what.value: lines}, x_label=label, y_label="mean response")
