"""What the tests of pictures share."""

from collections.abc import Callable
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


@pytest.fixture
def collisions() -> Callable[[Figure], list[tuple[str, str]]]:
    """Return the function that finds horizontal texts of a figure that cover each other by more than a pixel."""

    def found(figure: Figure) -> list[tuple[str, str]]:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        texts = [
            t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and not t.get_rotation() % 90
        ]
        boxes = {
            t: Text.get_window_extent(t, canvas.get_renderer()).padded(-0.5) for t in texts
        }  # without lines to points
        return [(a.get_text(), b.get_text()) for a, b in combinations(texts, 2) if boxes[a].overlaps(boxes[b])]

    return found
