"""Names beside points do not cover each other where there is room."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

from isocortex.plots.names import name_points
from isocortex.plots.style import short


def test_names_of_neighbours_do_not_overlap():
    figure = Figure(figsize=(4, 4))
    axis = figure.subplots()
    points = np.array([[0.0, 0.0], [0.06, 0.02], [0.0, 0.1], [1.0, 1.0], [1.0, 0.0]])
    axis.plot(*points.T, "o")
    axis.margins(0.125)
    name_points(axis, points, ["a long name", "another one", "a third", "far away", "right"], side=72 * 4 * 0.77)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axis.texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    frame = axis.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)


def test_names_are_one_line_of_bounded_length():
    assert short("two\nlines") == "two lines"
    assert len(short("x" * 500)) == 26
    assert short("$a_b$") == "$a_b$"
