"""How much of what a unit does is signal: its responses to different stimuli against those to the same one."""

import numpy as np
import pandas as pd
import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource, HoverTool, Span
from matplotlib.figure import Figure

from ... import plots
from ...analysis.inference.corrections import corrected
from ...analysis.signal_to_noise import signal_to_noise
from ...formats import counted, significant
from ..canvas import frame
from ..view import Lines, View
from .part import Part
from .pictures import name_of
from .source import Source
from .square import placed

LARGEST_P = 0.05


def single_trials(x: xr.DataArray) -> xr.DataArray:
    """Return repeats of stimuli as trial × unit.

    Examples
    --------
    >>> x = xr.DataArray(np.zeros((2, 3, 1)), {"stimulus": ["a", "b", "c"]}, ("repeat", "stimulus", "unit"))
    >>> single_trials(x)["stimulus"].values.tolist()
    ['a', 'b', 'c', 'a', 'b', 'c']
    """
    if "trial" in x.dims:
        return x
    ordered = x.transpose("repeat", "stimulus", "unit")
    shown = np.tile(ordered["stimulus"].values, ordered.sizes["repeat"])
    units = {"unit": ordered["unit"].values} if "unit" in ordered.coords else {}
    flat = ordered.values.reshape(-1, ordered.sizes["unit"])
    return xr.DataArray(flat, {"stimulus": ("trial", shown), **units}, ("trial", "unit"))


class NoisePart(Part):
    """The signal-to-noise ratio of every unit, sorted.

    Parameters
    ----------
    owner : View
    source : Source
    names : sequence of str
        Of responses with several trials of each stimulus.
    """

    def __init__(self, owner: View, source: Source, names: list[str]) -> None:
        super().__init__(owner)
        self._source = source
        self.what = pn.widgets.Select(label="Responses", options=names, width=230, visible=len(names) > 1)
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._dots = ColumnDataSource({})
        self._figure = frame("unit, sorted", "signal-to-noise ratio", height=320, max_width=760)
        self._figure.scatter("rank", "snr", source=self._dots, size=6, line_width=0, fill_color="#0072B2")
        self._figure.add_layout(Span(location=0, dimension="width", line_color="#999999", line_dash="dotted"))
        tips = [("unit", "@name"), ("ratio", "@snr{0.000}"), ("responds most to", "@preferred")]
        self._figure.add_tools(HoverTool(tooltips=tips))
        self.on(self.what, self._draw)
        self._draw()

    def _draw(self) -> None:
        self.found = signal_to_noise(single_trials(self._source.responses[self.what.value]))
        ranked = self.found.dropna(subset=["snr"]).sort_values("snr", ascending=False)
        self._dots.data = {
            "rank": np.arange(1, len(ranked) + 1),
            "snr": ranked["snr"].to_numpy(),
            "name": [name_of(unit) for unit in ranked.index],
            "preferred": [name_of(kind) for kind in ranked["preferred"]],
        }
        self._words.object = f"<p>{_said(self.found)}</p>"

    def body(self) -> pn.viewable.Viewable:
        return pn.Column(
            self.what,
            self._words,
            placed(self._figure),
            sizing_mode="stretch_width",
        )

    def lines(self) -> Lines:
        x = self._source.responses[self.what.value]
        trials = "x"
        if "trial" not in x.dims:
            trials = 'x.transpose("repeat", "stimulus", "unit").stack(trial=("repeat", "stimulus"), create_index=False)'
            trials += '.transpose("trial", "unit")'
        return Lines(
            f"{self._source.python}\nfrom isocortex.analysis import signal_to_noise\n\n"
            f"x = responses[{self.what.value!r}]\nfound = signal_to_noise({trials})\nprint(found)"
        )

    def figure(self) -> Figure:
        return plots.signal_to_noise_ranks({self.what.value: self.found["snr"].to_numpy()})


def _said(found: pd.DataFrame) -> str:
    """Say how many units respond differently to the stimuli, and how strong the signal is."""
    known = found.dropna(subset=["p"])
    differ = int((corrected(known["p"].to_numpy(), "fdr") < LARGEST_P).sum())
    median = significant(np.median(known["snr"]))
    return (
        f"{differ} of {counted(len(found), 'unit')} respond differently to the stimuli (F test, false discovery rate "
        f"{LARGEST_P:g}). The median ratio of the variance of the signal to that of the noise is {median}."
    )
