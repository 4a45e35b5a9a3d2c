"""What a view of the explorer is: something to move and see, the lines that make it, and the picture of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from logging import getLogger
from pathlib import Path
from types import MappingProxyType
from typing import Any

import panel as pn
from matplotlib.figure import Figure

from ..errors import InputError
from .places import inside


@dataclass(frozen=True)
class Lines:
    """What makes the thing that a view shows now.

    Attributes
    ----------
    python : str
        Lines of Python that can be pasted into a notebook.
    shell : str
        A command of the shell; empty where no command makes it.

    Examples
    --------
    >>> Lines("found = isocortex.load_run('runs/poisson')", "isocortex show runs/poisson").shell
    'isocortex show runs/poisson'
    """

    python: str
    shell: str = ""


@dataclass(frozen=True)
class Context:
    """What the command line gave, and what stands behind the ``?`` of the page's address.

    Attributes
    ----------
    folders : tuple of Path
        The folders whose files may be opened, and no others.
    systems : mapping of str to System
        ``module:Class`` → what it makes; from the command line alone, for an address never names code.
    query : mapping of str to str
        The words of the address. They come from outside, and are checked before use.

    Examples
    --------
    >>> Context(query={"w_ee": "8"}).query["w_ee"]
    '8'
    """

    folders: tuple[Path, ...] = ()
    systems: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def path(self, given: str | Path) -> Path:
        """Return a path that lies in the folders; see :func:`isocortex.explorer.inside`."""
        return inside(given, self.folders)


class View(ABC):
    """One page of the explorer, for one visitor: it is made when the page is opened.

    A subclass makes its widgets and figures in ``__init__``, which may raise an InputError: the page then says its
    sentence. It connects widgets with :meth:`on`, never with ``watch``, so that an error in a callback becomes a
    sentence on the page too.

    Parameters
    ----------
    context : Context

    Examples
    --------
    >>> class Greeting(View):
    ...     def body(self):
    ...         return pn.pane.HTML("<p>Good morning.</p>")
    ...
    ...     def lines(self):
    ...         return Lines("print('Good morning.')")
    ...
    ...     def figure(self):
    ...         return Figure()
    >>> Greeting(Context()).lines().python
    "print('Good morning.')"
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._quiet = False
        self.after: list[Callable[[], None]] = []
        """Called after every change that :meth:`on` hears of."""
        self.said = pn.pane.HTML("", sizing_mode="stretch_width", visible=False)

    @abstractmethod
    def body(self) -> pn.viewable.Viewable:
        """Return the widgets and pictures, once per view."""

    @abstractmethod
    def lines(self) -> Lines:
        """Return the lines that make what is shown now."""

    @abstractmethod
    def figure(self) -> Figure:
        """Return what is shown now as the report draws it, for the button that saves the picture."""

    def on(self, widget: Any, do: Callable[[], None], *names: str) -> None:
        """Call a function whenever parameters of a widget change, with errors shown on the page.

        Parameters
        ----------
        widget : Panel object
        do : callable
            Takes nothing; it reads what it needs from the widgets.
        *names : str
            Parameters of the widget; ``value`` by default.
        """

        def changed(*events: Any) -> None:
            if self._quiet:
                return
            with self.errors_shown():
                do()
                for then in self.after:
                    then()

        widget.param.watch(changed, list(names) or ["value"])

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Change widgets in the block without calling what :meth:`on` connected with them."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    @contextmanager
    def errors_shown(self) -> Iterator[None]:
        """Show an error of the block as a sentence above the view, and take the last one away."""
        try:
            yield
        except Exception as error:
            self.say(sentence(error))
        else:
            self.say("")

    def say(self, words: str) -> None:
        """Show a sentence above the view, escaped; nothing takes it away."""
        if words or self.said.visible:
            self.said.param.update(object=f'<p role="alert">{escape(words)}</p>', visible=bool(words))


def sentence(error: Exception) -> str:
    """Return what a page says of an error: its own sentence, or that it is a fault of ours, which is logged."""
    if isinstance(error, InputError):
        return str(error)
    getLogger(__name__).error("A view of the explorer failed.", exc_info=error)
    return f"This view failed ({type(error).__name__}: {error}). It is a fault of isocortex; the other views go on."
