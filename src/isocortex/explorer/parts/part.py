"""Views of several parts behind tabs, each made when it is opened for the first time."""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import panel as pn
from matplotlib.figure import Figure

from ...errors import require
from ..view import Lines, View, sentence

TABS = Path(__file__).with_name("tabs.css").read_text()


class Part(View):
    """A part of a view, whose errors, lines and picture are those of the view.

    Parameters
    ----------
    owner : View
        The view on whose page it stands.
    """

    def __init__(self, owner: View) -> None:
        super().__init__(owner.context)
        self.after, self.said = owner.after, owner.said


class Tabbed(Part):
    """Several parts behind tabs.

    Parameters
    ----------
    owner : View
    makers : mapping of str to callable
        Title of a tab → the function that makes its part.
    """

    def __init__(self, owner: View, makers: Mapping[str, Callable[[], View]]) -> None:
        super().__init__(owner)
        self._makers = list(makers.values())
        self._made: dict[int, View] = {}
        places = [(title, pn.Column(sizing_mode="stretch_width")) for title in makers]
        self._tabs: Any = pn.Tabs(*places, dynamic=True, stylesheets=[TABS], sizing_mode="stretch_width")
        self.on(self._tabs, self._open, "active")
        self._open()

    def _open(self) -> None:
        active = self._tabs.active
        if active in self._made:
            return
        try:
            made = self._makers[active]()
            self._tabs[active][:] = [made.body()]
            self._made[active] = made
        except Exception as error:
            self._tabs[active][:] = [pn.pane.HTML(f'<p role="alert">{escape(sentence(error))}</p>')]

    @property
    def shown(self) -> View:
        """The part that is open."""
        require(self._tabs.active in self._made, "This part could not be made; its page says why.")
        return self._made[self._tabs.active]

    def body(self) -> pn.viewable.Viewable:
        return self._tabs

    def lines(self) -> Lines:
        return self.shown.lines()

    def figure(self) -> Figure:
        return self.shown.figure()
