"""A view of a model with sliders: what it draws is a function of their values, so that a page of a grid can be made."""

import shlex
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, Div

from ..view import Context, View
from .knob import Knob, changed, given_values

Columns: TypeAlias = Mapping[str, np.ndarray]
Frame: TypeAlias = Mapping[str, Columns | str]
"""What pictures show: the name of a source → its columns, the name of a text → its HTML."""

REST = 250
"""ms without a change of a slider, after which what takes longer than a frame is drawn."""


class Moving(View):
    """A view whose pictures follow sliders.

    A subclass makes its figures on :meth:`source` and :meth:`text` and says what they show in :meth:`frame`, within
    100 ms, and in :meth:`settled` what may take longer and is drawn when the sliders rest. Sliders that move faster
    than frames are drawn lose frames between, never the last one.

    Parameters
    ----------
    context : Context
        Words of the address, such as ``?w_ee=8``, are first values.
    name : str
        In the address.
    knobs : sequence of Knob
    """

    def __init__(self, context: Context, name: str, knobs: Sequence[Knob]) -> None:
        super().__init__(context)
        self.name, self.knobs = name, tuple(knobs)
        first = given_values(self.knobs, context.query)
        self.sliders = {knob.name: knob.slider(first[knob.name]) for knob in self.knobs}
        self.sources: dict[str, ColumnDataSource] = {}
        self.texts: dict[str, Div] = {}
        self._waiting: Any = None
        for slider in self.sliders.values():
            self.on(slider, self.moved)

    def body(self) -> pn.viewable.Viewable:
        """Return the layout; it is filled when the browser shows it, for the first frame is compiled."""
        pn.state.onload(self._begin)
        return self.layout()

    @abstractmethod
    def layout(self) -> pn.viewable.Viewable:
        """Return the pictures and the sliders."""

    @abstractmethod
    def frame(self, values: Mapping[str, float]) -> Frame:
        """Return what the pictures show at these values of the sliders."""

    def settled(self, values: Mapping[str, float]) -> Frame:
        """Return what takes longer, and is drawn when the sliders rest; nothing by default."""
        return {}

    @property
    def values(self) -> dict[str, float]:
        """Where the sliders are."""
        return {name: float(slider.value) for name, slider in self.sliders.items()}

    @property
    def changes(self) -> dict[str, float]:
        """The values of the sliders that were moved."""
        return changed(self.knobs, self.values)

    def source(self, name: str, *columns: str) -> ColumnDataSource:
        """Return a source of columns that :meth:`frame` or :meth:`settled` fills under its name."""
        return self.sources.setdefault(name, ColumnDataSource({column: [] for column in columns}))

    def text(self, name: str) -> Div:
        """Return a text that :meth:`frame` or :meth:`settled` fills under its name."""
        return self.texts.setdefault(name, Div(sizing_mode="stretch_width"))

    def moved(self) -> None:
        """Draw a frame now, and the rest when the sliders rest."""
        self.show(self.frame(self.values))
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            self.rested()
            return
        if self._waiting is not None:
            document.remove_timeout_callback(self._waiting)
        self._waiting = document.add_timeout_callback(self._rested, REST)

    def rested(self) -> None:
        """Draw what takes longer."""
        self.show(self.settled(self.values))

    def show(self, frame: Frame) -> None:
        """Fill sources and texts."""
        for name, shown in frame.items():
            if isinstance(shown, str):
                self.texts[name].text = shown
            else:
                self.sources[name].data = dict(shown)

    def command(self) -> str:
        """Return the command that writes what is shown as a page for a file."""
        words = [f"{name}={value:.10g}" for name, value in self.changes.items()]
        setting = ["--set", *words] if words else []
        return shlex.join(["isocortex", "explore", "--export", f"{self.name}.html", "--view", self.name, *setting])

    def _begin(self) -> None:
        with self.errors_shown():
            self.moved()

    def _rested(self) -> None:
        self._waiting = None
        with self.errors_shown():
            self.rested()
