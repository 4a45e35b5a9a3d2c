"""Pictures in their place on a page: square ones, and ticks that name stimuli."""

from collections.abc import Sequence
from typing import Any

import panel as pn
from bokeh.models import BasicTicker, CustomJSTickFormatter
from bokeh.plotting import figure

from ..canvas import frame

LONGEST = 9
"""Letters of a name that has room at a tick."""


def placed(picture: Any) -> pn.pane.Bokeh:
    """Return the place of a picture on a page, in line with the widgets above it."""
    picture.margin = (0, 10, 10, 10)
    return pn.pane.Bokeh(picture, sizing_mode="stretch_width")


def square(x_label: str, y_label: str, *, width: int, ratio: float = 1.0, **options: Any) -> figure:
    """Return an empty picture whose sides keep their ratio, at most so many pixels wide.

    Examples
    --------
    >>> square("PC 1", "PC 2", width=300).aspect_ratio
    1.0
    """
    picture = frame(x_label, y_label, max_width=width, aspect_ratio=ratio, **options)
    picture.update(sizing_mode="scale_width", height=None)
    return picture


def name_ticks(axes: Sequence[Any], names: Sequence[str], *, shift: float = 0.5) -> None:
    """Write the names of stimuli at the ticks of axes; their numbers, from 1, where names are long.

    Parameters
    ----------
    axes : sequence of Bokeh axes
    names : sequence of str
        They are text: no label can be code on a canvas.
    shift : float
        Where the first stimulus lies. Default 0.5, the middle of the first cell of a matrix.
    """
    short = max(map(len, names), default=0) <= LONGEST
    shown = list(names) if short else [str(i + 1) for i in range(len(names))]
    for axis in axes:
        axis.ticker = BasicTicker(min_interval=1, desired_num_ticks=6 if short else 5, num_minor_ticks=0)
        axis.formatter = CustomJSTickFormatter(
            args={"names": shown, "shift": shift}, code="return names[Math.round(tick - shift)] ?? ''"
        )
