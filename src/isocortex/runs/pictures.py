"""What is done to pictures before they are saved: a mark is written on them, and frames become an animation."""

import io
from collections.abc import Iterable

from matplotlib.figure import Figure
from PIL import Image

RESOLUTION = 80
"""Pixels of a frame per inch."""
FRAME_MS = 400
"""Of an animation: slow enough to read the time that a frame shows."""


def write_mark(figure: Figure, mark: str) -> None:
    """Write a mark, such as that neurons are synthetic, into the upper right corner; an empty one changes nothing."""
    if not mark:
        return
    strip = 0.2 / figure.get_figheight()
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, 0, 1, 1 - strip))  # pyright: ignore[reportCallIssue]
    style = {"ha": "right", "va": "top", "fontsize": 7.5, "color": "0.3", "style": "italic"}
    figure.text(0.995, 1 - 0.1 * strip, mark, **style)


def animated(frames: Iterable[Figure], mark: str = "") -> bytes:
    """Return frames as an animated PNG, which every browser shows without a program.

    Parameters
    ----------
    frames : iterable of Figure
        They may be one figure that changes from frame to frame; it is laid out once.
    mark : str
        Written on every frame.
    """
    pictures: list[Image.Image] = []
    marked = None
    for figure in frames:
        if figure is not marked:
            write_mark(figure, mark)
            marked = figure
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=RESOLUTION)
        figure.set_layout_engine("none")
        pictures.append(Image.open(buffer).convert("RGB"))
    saved = io.BytesIO()
    first, *others = pictures
    first.save(saved, format="PNG", save_all=True, append_images=others, duration=FRAME_MS, loop=0)
    return saved.getvalue()
