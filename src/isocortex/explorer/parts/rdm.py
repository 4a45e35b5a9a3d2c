"""The RDM of a layer, an animal or a file, with its stimuli under the pointer."""

from html import escape

import numpy as np
import panel as pn
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ..view import Lines, View
from .part import Part
from .pictures import name_of, thumbnail
from .rdm_map import RDMMap, Shown
from .source import Source, Wanted, dissimilarities_of, rdm_lines, rdms_of, selected
from .square import placed

ALL = "all (mean RDM)"


class RDMPart(Part):
    """Choose what and how it is compared; point at a cell to see its two stimuli.

    Parameters
    ----------
    owner : View
    source : Source
    dissimilarity : str
        The one that is chosen first.
    """

    def __init__(self, owner: View, source: Source, dissimilarity: str = "correlation") -> None:
        super().__init__(owner)
        self._source, self._map, self._first = source, RDMMap(), dissimilarity
        self.what = pn.widgets.Select(label="RDM of", options=source.with_rdms, width=230)
        self.how = pn.widgets.Select(label="Dissimilarity", width=190)
        self.network = pn.widgets.Select(label="Network", width=150)
        self.window = pn.widgets.RangeSlider(label="Time that is averaged (ms)", width=280)
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self.on(self.what, self._choose)
        for widget in (self.how, self.network):
            self.on(widget, self._draw)
        self.on(self.window, self._draw, "value_throttled")
        self._choose()

    @property
    def wanted(self) -> Wanted:
        """What is chosen."""
        seed = self.network.value if isinstance(self.network.value, int) else None
        window = (float(self.window.value[0]), float(self.window.value[1])) if self.window.visible else None
        return Wanted(self.what.value, self.how.value or self._first, seed, window)

    def _choose(self) -> None:
        """Offer what the chosen responses have: dissimilarities, networks, time."""
        x = self._source.responses.get(self.what.value)
        offered = [] if x is None else dissimilarities_of(x)
        kept = self.how.value or self._first
        seeds = 0 if x is None else x.sizes.get("seed", 0)
        timed = x is not None and "time" in x.dims
        with self.quietly():
            self.how.param.update(options=offered, value=kept if kept in offered else None, visible=bool(offered))
            self.network.param.update(options={ALL: None, **{str(i): i for i in range(seeds)}}, visible=seeds > 1)
            if x is not None and timed:
                times = x["time"].values.astype(float)
                step = float(np.diff(times).min(initial=np.inf)) if len(times) > 1 else 1.0
                self.window.param.update(start=times[0], end=times[-1], step=step, value=(times[0], times[-1]))
            self.window.visible = timed
        self._draw()

    def _draw(self) -> None:
        rdms, x = rdms_of(self._source, self.wanted), self._source.responses.get(self.what.value)
        pictures = self._source.pictures
        plain = [stimulus.item() for stimulus in rdms.stimuli]
        addresses = [thumbnail(pictures[name]) if name in pictures else "" for name in plain]
        patterns = None if x is None else _patterns(selected(x, self.wanted), rdms.stimuli)
        self._map.show(Shown(rdms, [name_of(name, self._source.unit) for name in plain], addresses, patterns))
        averaged = f"The mean of {len(rdms)} RDMs. " if len(rdms) > 1 else ""
        fewer = "" if x is None else self._map.says(x.sizes["unit"])
        if len(rdms) > 1 and x is not None and "seed" in x.dims:
            fewer += " They are those of the first network."
        self._words.object = f'<p class="soft">{escape(averaged + fewer)}</p>'

    def body(self) -> pn.viewable.Viewable:
        """Return the choices, the map, and what is under the pointer."""
        beside = pn.Column(
            placed(self._map.told),
            placed(self._map.pair),
            self._words,
            sizing_mode="stretch_width", min_width=260,
        )  # fmt: skip
        choices = pn.FlexBox(self.what, self.how, self.network, self.window, sizing_mode="stretch_width")
        shown = pn.FlexBox(
            pn.Column(placed(self._map.map), min_width=280, max_width=540,
                      sizing_mode="stretch_width", styles={"flex": "3 1 320px"}),
            pn.Column(beside, sizing_mode="stretch_width", styles={"flex": "2 1 260px"}),
            sizing_mode="stretch_width", gap="1.5rem",
        )  # fmt: skip
        return pn.Column(choices, shown, sizing_mode="stretch_width")

    def lines(self) -> Lines:
        n = len(self._all_stimuli())
        return Lines(f"{rdm_lines(self._source, self.wanted, n)}\nprint(chosen.mean().square()[0])")

    def _all_stimuli(self) -> np.ndarray:
        name = self.what.value
        if name in self._source.rdms:
            return self._source.rdms[name].stimuli
        return np.unique(self._source.responses[name]["stimulus"].values)

    def figure(self) -> Figure:
        rdms = rdms_of(self._source, self.wanted)
        categories = self._source.categories
        fits = categories is not None and len(categories) == len(rdms.stimuli)
        return plots.rdm_panels(
            {self.what.value: rdms}, categories=categories if fits else None, angles=self._source.unit == "°"
        )


def _patterns(x: xr.DataArray, stimuli: np.ndarray) -> np.ndarray:
    """Return the mean response of every unit to the stimuli, in their order, shape (stimulus, unit); of one network."""
    if "seed" in x.dims:
        x = x.isel(seed=0)
    if "trial" in x.dims:
        x = x.groupby("stimulus").mean()
    if "repeat" in x.dims:
        x = x.mean("repeat")
    order = {label: i for i, label in enumerate(x["stimulus"].values.tolist())}
    return x.transpose("stimulus", "unit").values[[order[label] for label in stimuli.tolist()]]
