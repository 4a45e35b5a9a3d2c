"""Names beside points cover neither each other nor other text."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from isocortex import RDMs, analysis, plots
from isocortex.plots.names import name_points
from isocortex.plots.style import short
from isocortex.stimuli import MonotonicCode
from isocortex.stimuli.population_codes import TYPES

PLACES = np.array([[0.0, 0.0], [0.06, 0.02], [0.0, 0.1], [1.0, 1.0], [1.0, 0.0]])


@pytest.mark.parametrize("close", [1.0, 0.3])
def test_names_of_neighbours_do_not_overlap(close, collisions):
    """Very close points have their names further away, with lines that lead to them."""
    figure = Figure(figsize=(4, 4))
    axis = figure.subplots()
    points = PLACES * np.where(PLACES < 0.5, close, 1)
    axis.plot(*points.T, "o")
    axis.margins(0.125)
    axis.set(xticks=[], yticks=[])
    figure.draw_without_rendering()
    name_points(axis, points, ["a long name", "another one", "a third", "far away", "right"])
    assert collisions(figure) == []
    frame = axis.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in (Text.get_window_extent(t) for t in axis.texts))


@pytest.mark.slow
def test_a_crowd_on_the_map_of_models_and_subjects_is_legible(collisions):
    """Four subjects and two models lie close together, two models far away; a similarity of −0.001 is no minus 0."""
    rng = np.random.default_rng(0)
    points = np.concatenate([0.05 * rng.normal(size=(6, 2)), [[1.0, 1.0], [1.0, -1.0]]])
    names = ["subject 1", "subject 2", "subject 3", "subject 4", "good model", "conv5 of AlexNet", "pixels", "semantic"]
    similarities = np.full((8, 8), -0.001)
    figure = plots.second_level(similarities, points, names, brains=np.arange(8) < 4, measure="Spearman")
    assert collisions(figure) == []
    assert {t.get_text() for t in figure.axes[0].texts} == {"0.00"}


def test_titles_and_ticks_of_neighbouring_panels_do_not_touch(collisions, rng):
    assert collisions(plots.monotonic_code(MonotonicCode(types=TYPES), -10.0)) == []
    stack = RDMs(rng.random((1, 15)), np.arange(6))
    assert collisions(plots.rdm_panels({f"a long title {i}": stack for i in range(7)}, angles=False)) == []
    stimuli = np.array([f"stimulus {i}" for i in range(6)])
    assert collisions(plots.mds_maps({"one": analysis.mds(stack), "two": analysis.mds(stack)}, stimuli)) == []


def test_names_are_one_line_of_bounded_length():
    assert short("two\nlines") == "two lines"
    assert len(short("x" * 500)) == 26
    assert short("$a_b$") == "$a_b$"
