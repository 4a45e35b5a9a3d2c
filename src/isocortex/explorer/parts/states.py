"""The state space of a network that works in time: averages of its trials in three components, which one turns."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...analysis import condition_averages, principal_components, project
from ...errors import require
from ...formats import percent
from ...plots.state_space import CHOICES, FAINTEST
from ..view import Lines, View
from .part import Part
from .pictures import html_of, name_of
from .rotation import Rotation
from .source import Source
from .square import placed

MOST_KINDS = 12
"""Values of a condition beyond which averages would be of single trials."""
NONE = "nothing else"


def conditions_of(x: xr.DataArray) -> list[str]:
    """Return the conditions of trials by which they can be averaged: coordinates with a few values."""
    found = [
        str(name) for name, each in x.coords.items() if "trial" in each.dims and set(each.dims) <= {"seed", "trial"}
    ]
    return [name for name in found if 2 <= len(np.unique(x[name].values)) <= MOST_KINDS and name != "stimulus"]


class StatesPart(Part):
    """Paths of condition averages through three principal components.

    Parameters
    ----------
    owner : View
    source : Source
    names : sequence of str
        Of responses (seed ×) trial × time × unit.
    """

    def __init__(self, owner: View, source: Source, names: list[str]) -> None:
        super().__init__(owner)
        self._source, self._rotation = source, Rotation()
        self.what = pn.widgets.Select(label="Responses", options=names, width=190)
        self.network = pn.widgets.Select(label="Network", width=100)
        self.colour = pn.widgets.Select(label="Average and colour by", width=190)
        self.strength = pn.widgets.Select(label="… and by", width=190)
        self.player = pn.widgets.Player(
            label="Time step", start=0, end=1, value=1, interval=60, sizing_mode="stretch_width", max_width=520,
            show_loop_controls=False, show_value=True,
        )  # fmt: skip
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._of = lru_cache(16)(self._computed)
        self._rotation.follow(self.player)
        self.on(self.what, self._choose)
        for widget in (self.network, self.colour, self.strength):
            self.on(widget, self._draw)
        self._choose()

    def _choose(self) -> None:
        x = self._source.responses[self.what.value]
        seeds, known = x.sizes.get("seed", 0), conditions_of(x)
        require(bool(known), f"{self.what.value} has no condition with {MOST_KINDS} values or fewer to average by.")
        first = next((name for name in ("choice", "right") if name in known), known[0])
        second = next((name for name in ("coherence", *known) if name in known and name != first), NONE)
        with self.quietly():
            self.network.param.update(options=list(range(max(seeds, 1))), value=0, visible=seeds > 1)
            self.colour.param.update(options=known, value=first)
            self.strength.param.update(options=[NONE, *known], value=second)
        self._draw()

    def _conditions(self) -> list[str]:
        return list(
            dict.fromkeys(
                [self.colour.value, self.strength.value] if self.strength.value != NONE else [self.colour.value]
            )
        )

    def _computed(self, name: str, seed: int, conditions: tuple[str, ...]) -> tuple[xr.DataArray, xr.Dataset]:
        x = self._source.responses[name]
        x = x.isel(seed=seed) if "seed" in x.dims else x
        averages = condition_averages(x, {name: x[name].values for name in conditions})
        space = principal_components(averages)
        return project(averages, space), space

    @property
    def found(self) -> tuple[xr.DataArray, xr.Dataset]:
        """The averages in the components, and the components."""
        return self._of(self.what.value, self.network.value, tuple(self._conditions()))

    def _draw(self) -> None:
        paths, space = self.found
        three = paths.sizes["component"]
        require(three == 3, f"A space of three dimensions needs three units; {self.what.value} has {three}.")
        conditions = self._conditions()
        stacked = paths.transpose(*conditions, "time", "component")
        lines = stacked.values.reshape(-1, *stacked.shape[-2:])
        labels, colours, strengths = [], [], []
        sizes = [len(paths[name]) for name in conditions]
        for place in np.ndindex(*sizes):
            labels.append(
                ", ".join(f"{n} {name_of(paths[n].values[i].item())}" for n, i in zip(conditions, place, strict=True))
            )
            colours.append(CHOICES[place[0] % len(CHOICES)])
            strengths.append(1.0 if len(place) == 1 else FAINTEST + (1 - FAINTEST) * place[1] / max(sizes[1] - 1, 1))
        kept = np.asarray(np.isfinite(lines).all(axis=(1, 2)))
        require(bool(kept.any()), "No combination of these conditions has trials at every time.")
        chosen = [i for i, each in enumerate(kept) if each]
        self._rotation.show(
            lines[chosen],
            names=[labels[i] for i in chosen],
            colours=[colours[i] for i in chosen],
            strengths=[strengths[i] for i in chosen],
            axes=[str(name) for name in paths["component"].values],
        )
        last = paths.sizes["time"] - 1
        self.player.param.update(end=last, value=last)
        share = percent(float(space["explained"].sum()), 0)
        darker = f" Stronger colour: higher {html_of(self.strength.value)}." if len(conditions) == 2 else ""
        left = int((~kept).sum())
        without = f" {left} combinations without trials are left out." if left else ""
        self._words.object = (
            f'<p class="soft">Averages over trials; three components hold {share} of their variance. Open circles: '
            f"start. Drag the picture to turn it.{darker}{without}</p>{_legend(paths, conditions[0])}"
        )

    def body(self) -> pn.viewable.Viewable:
        rotation = self._rotation
        return pn.Column(
            pn.FlexBox(self.what, self.network, self.colour, self.strength, sizing_mode="stretch_width"),
            self._words,
            pn.FlexBox(
                pn.Column(placed(rotation.figure), sizing_mode="stretch_width",
                          max_width=540, styles={"flex": "3 1 300px"}),
                pn.Column(placed(rotation.azimuth),
                          placed(rotation.elevation), self.player,
                          sizing_mode="stretch_width", styles={"flex": "2 1 260px"}),
                sizing_mode="stretch_width", gap="1.5rem",
            ),
            sizing_mode="stretch_width",
        )  # fmt: skip

    def lines(self) -> Lines:
        x = self._source.responses[self.what.value]
        seed = f".isel(seed={self.network.value})" if "seed" in x.dims else ""
        return Lines(
            f"{self._source.python}\n"
            "from isocortex.analysis import condition_averages, principal_components, project\n\n"
            f"x = responses[{self.what.value!r}]{seed}\n"
            f"averages = condition_averages(x, {{name: x[name].values for name in {self._conditions()!r}}})\n"
            "space = principal_components(averages)\npaths = project(averages, space)\n"
            'print(space["explained"].values)\nprint(paths.sizes)'
        )

    def figure(self) -> Figure:
        paths, space = self.found
        conditions = self._conditions()
        second = conditions[1] if len(conditions) == 2 and paths[conditions[1]].dtype.kind in "fiub" else None
        if len(conditions) == 2 and second is None:
            paths = paths.mean(conditions[1])
        drawn = plots.state_space(
            paths, choice=conditions[0], strength=second, explained=space["explained"].values, three=True
        )
        drawn.axes[0].view_init(elev=self._rotation.elevation.value, azim=self._rotation.azimuth.value)  # pyright: ignore
        return drawn


def _legend(paths: xr.DataArray, condition: str) -> str:
    """Return what the colours mean."""
    kinds: Mapping[str, Any] = dict(zip(map(html_of, paths[condition].values.tolist()), CHOICES * 3, strict=False))
    dots = "".join(
        f'<span style="color:{colour}">●</span> {html_of(condition)} {kind}&ensp;' for kind, colour in kinds.items()
    )
    return f"<p>{dots}</p>"
