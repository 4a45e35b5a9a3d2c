"""Frames for interactive pictures: one look for all, as sober as the pictures of the report, white in the dark too."""

from typing import Any

from bokeh.models import Legend, Range1d, Title
from bokeh.plotting import figure

INK, FAINT = "#1a1c1f", "#777d85"
LETTERS = "DejaVu Sans, Verdana, sans-serif"


def frame(x_label: str, y_label: str, *, height: int = 380, title: str = "", **options: Any) -> figure:
    """Return an empty picture that is as wide as its place.

    Parameters
    ----------
    x_label, y_label : str
        With units.
    height : int
        Pixels. Default 380.
    title : str
        Default none.
    **options
        As of ``bokeh.plotting.figure``, such as ``x_range``, ``tools``, ``tooltips``.

    Examples
    --------
    >>> frame("time (ms)", "potential (mV)").xaxis.axis_label
    'time (ms)'
    """
    picture = figure(
        x_axis_label=x_label,
        y_axis_label=y_label,
        title=Title(text=title, text_font=LETTERS, text_font_size="13px", text_font_style="normal", text_color=INK)
        if title
        else None,
        height=height,
        sizing_mode="stretch_width",
        **{"tools": "", "toolbar_location": None, **options},
    )
    picture.grid.visible = False
    picture.outline_line_color = None
    picture.axis.minor_tick_line_color = None
    picture.axis.major_tick_in = 0
    picture.axis.axis_label_text_font_style = "normal"
    for part in ("axis_line", "major_tick_line", "axis_label_text", "major_label_text"):
        setattr(picture.axis, f"{part}_color", INK)
    for text in ("axis_label", "major_label"):
        setattr(picture.axis, f"{text}_text_font", LETTERS)
    picture.axis.axis_label_text_font_size = "12px"
    picture.axis.major_label_text_font_size = "11px"
    picture.styles = {"border-radius": "8px", "overflow": "hidden", "border": "1px solid var(--line)"}
    picture.min_border_right = 18
    picture.min_border_top = 14
    return picture


def legend_below(picture: figure, items: list[tuple[str, list[Any]]], *, columns: int = 3) -> None:
    """Put a legend under a picture.

    Parameters
    ----------
    picture : Bokeh figure
    items : list of (str, list of renderers)
    columns : int
        Default 3.
    """
    picture.add_layout(
        Legend(
            items=items,
            ncols=columns,
            border_line_color=None,
            label_text_font=LETTERS,
            label_text_font_size="11px",
            label_text_color=INK,
            background_fill_alpha=0,
            padding=4,  # pyright: ignore[reportArgumentType]
            spacing=2,
            margin=4,
            location="top_left",
            glyph_width=22,
            label_standoff=4,
        ),
        "below",
    )


def span(low: float | int, high: float | int) -> Range1d:
    """Return the range of an axis that stays."""
    return Range1d(start=float(low), end=float(high))
