"""Layers beside what was measured: choose a measure, and see similarity, intervals and noise ceiling move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import panel as pn
import xarray as xr
from bokeh.models import BoxAnnotation, ColumnDataSource, FactorRange, HoverTool, Span, Whisker
from matplotlib.figure import Figure

from ... import plots
from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES, NOISELESS, SIMILARITIES, NoiseCeiling
from ...errors import require
from ...experiments.comparison.compare import INFERENCE
from ...experiments.shared.tables import ceiling_range, noise_ceiling
from ...formats import interval, visible
from ...rdms import RDMs
from ..canvas import frame
from ..view import Lines, View
from .part import Part
from .source import dissimilarities_of
from .square import placed

MOST_SHOWN = 14
"""Layers that are compared at first."""
INK = "#0072B2"


@dataclass(frozen=True, eq=False)
class Sides:
    """What is compared with what, over the same stimuli.

    Attributes
    ----------
    python : str
        Lines that define ``models`` and ``data``: mappings of names to responses, or ``data`` to RDMs.
    models : mapping of str to DataArray
    data : mapping of str to DataArray, or RDMs
    shell : callable
        Of dissimilarity, similarity and inference, by name: the command that compares the same.
    """

    python: str
    models: Mapping[str, xr.DataArray]
    data: Mapping[str, xr.DataArray] | RDMs
    shell: Callable[[str, str, str], str] = lambda dissimilarity, similarity, inference: ""


class ComparisonPart(Part):
    """The similarity of every layer with what was measured.

    Parameters
    ----------
    owner : View
    sides : Sides
    dissimilarity, similarity, inference : str
        What is chosen first.
    """

    def __init__(
        self,
        owner: View,
        sides: Sides,
        *,
        dissimilarity: str = "correlation",
        similarity: str = "spearman",
        inference: str = "both",
    ) -> None:
        super().__init__(owner)
        self._sides = sides
        names = list(sides.models)
        kinds = list(INFERENCE) if self._subjects > 1 else ["stimuli"]
        offered = [] if isinstance(sides.data, RDMs) else dissimilarities_of(next(iter(sides.data.values())))
        self.layers = pn.widgets.MultiChoice(
            label="Models", options=names, value=names[:MOST_SHOWN], sizing_mode="stretch_width"
        )
        self.how = pn.widgets.Select(label="Dissimilarity", options=offered, width=190, visible=bool(offered))
        if dissimilarity in offered:
            self.how.value = dissimilarity
        self.similarity = pn.widgets.Select(
            label="Similarity of RDMs", options=list(SIMILARITIES), value=similarity, width=190
        )
        self.inference = pn.widgets.Select(
            label="Intervals hold for new",
            options=kinds,
            value=inference if inference in kinds else kinds[0],
            width=190,
        )
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._data, self._model = lru_cache(16)(self._data_rdms), lru_cache(256)(self._model_rdms)
        self._compared = lru_cache(64)(self._compare)
        self._figures()
        for widget in (self.layers, self.how, self.similarity, self.inference):
            self.on(widget, self._draw)
        self._draw()

    @property
    def _subjects(self) -> int:
        return len(self._sides.data)

    def _figures(self) -> None:
        self._dots = ColumnDataSource({name: [] for name in ("model", "value", "low", "high")})
        self._figure: Any = frame("", "", y_range=FactorRange(), x_range=(-0.2, 1.0), height=220, max_width=860)
        self._ceiling = BoxAnnotation(fill_color="#999999", fill_alpha=0.3, level="underlay")
        self._figure.add_layout(self._ceiling)
        self._figure.add_layout(Span(location=0, dimension="height", line_color="#999999", line_dash="dotted"))
        whisker = Whisker(base="model", lower="low", upper="high", dimension="width", source=self._dots)
        whisker.update(line_color=INK, line_width=2)
        self._figure.add_layout(whisker)
        dots = self._figure.scatter("value", "model", source=self._dots, size=10, color=INK)
        tips = [("model", "@model"), ("similarity", "@value{0.000} [@low{0.000}, @high{0.000}]")]
        self._figure.add_tools(HoverTool(renderers=[dots], tooltips=tips))

    def _data_rdms(self, dissimilarity: str) -> RDMs:
        data = self._sides.data
        if isinstance(data, RDMs):
            return data
        noise = {name: rsa.noise_precision(x) for name, x in data.items()} if _takes_noise(dissimilarity) else None
        return rsa.rdm(data, dissimilarity, noise=noise)

    def _model_rdms(self, name: str, dissimilarity: str) -> RDMs:
        return rsa.rdm(self._sides.models[name], NOISELESS.get(dissimilarity, dissimilarity), undefined="drop")

    def _compare(
        self, layers: tuple[str, ...], how: str, similarity: str, inference: str
    ) -> tuple[pd.DataFrame, NoiseCeiling | None]:
        data = self._data(how)
        models = {name: rows for name in layers if len(rows := self._model(name, how))}
        require(bool(models), "None of these layers has an RDM: all of its stimuli are alike to it.")
        table = rsa.compare(models, data, method=similarity, factors=INFERENCE[inference])
        recordings = {} if isinstance(self._sides.data, RDMs) else self._sides.data
        ceiling = noise_ceiling(recordings, data, dissimilarity=how, similarity=similarity)
        return pd.DataFrame(table.rename(columns={"mean": "value"})[["value", "low", "high"]]), ceiling

    @property
    def found(self) -> tuple[pd.DataFrame, NoiseCeiling | None]:
        """The similarity of every chosen layer with its interval, and the noise ceiling."""
        require(bool(self.layers.value), "Choose at least one model.")
        how = self.how.value or "correlation"
        return self._compared(tuple(self.layers.value), how, self.similarity.value, self.inference.value)

    def _draw(self) -> None:
        table, ceiling = self.found
        names = [visible(name) for name in table.index]
        self._dots.data = {"model": names, **{name: table[name].to_list() for name in ("value", "low", "high")}}
        self._figure.y_range.factors = names[::-1]
        self._figure.height = 90 + 30 * len(names)
        low = float(np.nanmin([0.0, *table["low"], *table["value"]]))
        self._figure.x_range.update(start=max(low - 0.05, -1.02), end=1.02)
        self._figure.xaxis.axis_label = SIMILARITIES[self.similarity.value].label
        self._ceiling.visible = ceiling is not None
        if ceiling is not None:
            self._ceiling.update(left=ceiling.lower, right=ceiling.upper)
        top = table["value"].idxmax()
        self._words.object = (
            f"<p>The largest similarity is that of {escape(visible(top))}: "
            f"{interval(*table.loc[top, ['value', 'low', 'high']])}. "
            + (
                f"The noise ceiling (grey) is {ceiling_range(ceiling)}."
                if ceiling
                else "There is no noise ceiling: it needs several subjects, or repeats."
            )
            + "</p>"
        )

    def body(self) -> pn.viewable.Viewable:
        return pn.Column(
            pn.FlexBox(self.how, self.similarity, self.inference, sizing_mode="stretch_width"),
            self.layers, self._words, placed(self._figure),
            sizing_mode="stretch_width",
        )  # fmt: skip

    def lines(self) -> Lines:
        how, chosen = self.how.value or "correlation", list(self.layers.value)
        model_how = NOISELESS.get(how, how)
        noise = ", noise={name: ic.rsa.noise_precision(x) for name, x in data.items()}" if _takes_noise(how) else ""
        measured = (
            "measured = data" if isinstance(self._sides.data, RDMs) else f"measured = ic.rsa.rdm(data, {how!r}{noise})"
        )
        return Lines(
            f"{self._sides.python}\n{measured}\n"
            f"rows = {{name: ic.rsa.rdm(models[name], {model_how!r}, undefined='drop') for name in {chosen!r}}}\n"
            f"rows = {{name: rdms for name, rdms in rows.items() if len(rdms)}}\n"
            f"table = ic.rsa.compare(rows, measured, method={self.similarity.value!r}, "
            f"factors={INFERENCE[self.inference.value]!r})\n"
            "print(table[['mean', 'low', 'high']])",
            self._sides.shell(how, self.similarity.value, self.inference.value),
        )

    def figure(self) -> Figure:
        table, ceiling = self.found
        band = None if ceiling is None else (ceiling.lower, ceiling.upper)
        return plots.interval_dots(table, label=SIMILARITIES[self.similarity.value].label, band=band)


def _takes_noise(dissimilarity: str) -> bool:
    return DISSIMILARITIES[dissimilarity].takes == "noise"
