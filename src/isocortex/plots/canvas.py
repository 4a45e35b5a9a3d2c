"""Where a picture is drawn: into a figure of its own, or into axes that the caller gives."""

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import wraps
from io import BytesIO
from typing import Any, ParamSpec, Protocol, TypeAlias, overload, runtime_checkable

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import require
from .style import RC

Parameters = ParamSpec("Parameters")
AnyAxes: TypeAlias = Axes | Sequence[Any] | np.ndarray
GIVEN: ContextVar[list[Axes] | None] = ContextVar("axes that the caller gives", default=None)
SHOWN_DPI = 100
"""In a notebook, where a picture has twice as many pixels, for sharp screens."""
EXPLAINED = """
    Other Parameters
    ----------------
    axes : Axes, or array of Axes, optional
        Draw into these, one for each panel, row by row; their figure is returned. ``ax`` is another name for it.
        Default: a new figure.
    """


@runtime_checkable
class Drawing(Protocol[Parameters]):
    """A function that draws: into a new figure, or into axes that it is given."""

    @overload
    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Figure: ...
    @overload
    def __call__(self, *args: Any, ax: Axes, **kwargs: Any) -> Figure: ...
    @overload
    def __call__(self, *args: Any, axes: AnyAxes, **kwargs: Any) -> Figure: ...


class NewFigure(Figure):
    """A figure that a notebook shows, although it belongs to no window of pyplot."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=2 * SHOWN_DPI)
        return picture.getvalue(), {"width": round(SHOWN_DPI * self.get_figwidth())}


def styled(draw: Callable[Parameters, Figure]) -> Drawing[Parameters]:
    """Give the pictures that a function draws the common look, and let it draw into axes that it is given."""

    @wraps(draw)
    def in_style(*args: Any, ax: AnyAxes | None = None, axes: AnyAxes | None = None, **kwargs: Any) -> Figure:
        require(ax is None or axes is None, f"{draw.__name__} takes ax or axes, not both.")
        given = axes if ax is None else ax
        mark = GIVEN.set(None if given is None else list(np.ravel(np.asarray(given, dtype=object))))
        try:
            with rc_context(RC):
                return draw(*args, **kwargs)
        finally:
            GIVEN.reset(mark)

    in_style.__doc__ = f"{(draw.__doc__ or '').rstrip()}\n{EXPLAINED}"
    return in_style


def grid(rows: int, columns: int, *, size: tuple[float, float], **options: Any) -> tuple[Figure, Any]:
    """Return a figure and an array of axes, shape (rows, columns): those of the caller, or else of a new figure.

    Parameters
    ----------
    rows, columns : int
    size : (float, float)
        Width and height of a new figure, in inches.
    **options
        As of matplotlib's ``Figure.subplots``. The caller's axes are shared likewise, unless they share already.

    Raises
    ------
    InputError
        If the caller gives other axes than one for each panel.
    """
    given = GIVEN.get()
    if given is None:
        figure = NewFigure(figsize=size, layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False, **options)
    projection = options.get("subplot_kw", {}).get("projection", "rectilinear")
    require(
        len(given) == rows * columns and all(isinstance(axis, Axes) and axis.name == projection for axis in given),
        f"The picture needs {rows} × {columns} axes with the projection {projection!r}; got "
        f"{', '.join(str(getattr(axis, 'name', type(axis).__name__)) for axis in given)}.",
    )
    axes = np.array(given, dtype=object).reshape(rows, columns)
    for way in ("x", "y"):
        _share(axes, way, options.get(f"share{way}", False))
    figure = axes[0, 0].get_figure(root=True)
    return figure, axes


def _share(axes: np.ndarray, way: str, how: bool | str) -> None:
    """Let axes share their limits: all of them (True), or those of each ``"row"`` or ``"col"``."""
    groups = {True: [axes.flat], False: [], "row": axes, "col": axes.T}[how]
    for first, *others in map(list, groups):
        shared = getattr(first, f"get_shared_{way}_axes")()
        for axis in others:
            if len(shared.get_siblings(axis)) == 1:
                getattr(axis, f"share{way}")(first)


def figure_legend(figure: Figure, handles: Iterable[Any], labels: Iterable[str], **options: Any) -> Any:
    """Put a legend beside the panels of a new figure, or into the last of the caller's axes."""
    given = GIVEN.get()
    handles, labels = list(handles), list(labels)
    if given is None:
        return figure.legend(handles, labels, **options)
    return given[-1].legend(handles, labels, fontsize="small", title=options.get("title"))


def legend_below(figure: Figure, handles: Iterable[Any], labels: Iterable[str]) -> None:
    """Put a legend under the panels, in as few lines as fit into the width of the figure.

    Parameters
    ----------
    handles : iterable of artists, or of containers of them
    labels : iterable of str
        One per handle; of several handles with one label the last is shown.
    """
    given = GIVEN.get()
    keys = dict(zip(labels, handles, strict=True))
    for lines in range(1, len(keys) + 1):
        columns = -(-len(keys) // lines)
        legend = figure_legend(figure, keys.values(), keys, loc="outside lower center", ncols=columns)
        if columns == 1 or given is not None or legend.get_window_extent().width <= figure.bbox.width:
            return
        legend.remove()


def figure_title(figure: Figure, title: str) -> None:
    """Put a title above all panels of a new figure, or above the first of the caller's axes."""
    given = GIVEN.get()
    if given is None:
        figure.suptitle(title, fontsize=10.5)
    else:
        given[0].set_title(title, fontsize=10.5, pad=16)


def figure_x_label(figure: Figure, label: str) -> None:
    """Put a label below all panels of a new figure, or below the middle one of the caller's axes."""
    given = GIVEN.get()
    if given is None:
        figure.supxlabel(label, fontsize=10)
    else:
        given[len(given) // 2].set_xlabel(label, fontsize=10)
