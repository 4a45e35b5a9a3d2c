"""Pictures of behaviour and mechanism show what they were given, where a reader looks for it."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from isocortex import plots
from isocortex.analysis import chronometric, fit_psychometric, tally
from isocortex.dynamics import Linear, speed_map

LEVELS = np.array([0.0, 3.2, 6.4, 12.8, 25.6])


@pytest.fixture
def points(rng):
    strength = np.tile(np.repeat(LEVELS, 50), (3, 1))
    return tally(strength, rng.uniform(size=strength.shape) < 0.5 + strength / 52)


def test_zero_coherence_stands_left_of_the_least_and_is_named(points):
    (axis,) = plots.psychometric_curves({"trained": points}).axes
    assert axis.get_xscale() == "log"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0", "3.2", "6.4", "12.8", "25.6"]
    mean = next(line for line in axis.lines if line.get_label() == "trained")
    assert mean.get_xdata()[0] == axis.get_xticks()[0] == 1.6
    np.testing.assert_allclose(mean.get_ydata(), points["share"].mean("seed"))


@pytest.mark.slow
def test_animals_are_points_and_the_ideal_observer_is_dashed(points):
    animal = points.isel(seed=0, drop=True)
    figure = plots.psychometric_curves(
        {"trained": points},
        fits={"trained": fit_psychometric(points)},
        ideal=(LEVELS, 0.5 + LEVELS / 52),
        animals={"monkey": animal},
        animal_fits={"monkey": fit_psychometric(animal)},
    )
    (axis,) = figure.axes
    assert next(line for line in axis.lines if line.get_label() == "ideal observer").get_linestyle() == "--"
    (bars,) = axis.containers
    np.testing.assert_allclose(bars.lines[0].get_ydata(), animal["share"])
    assert {text.get_text() for text in figure.legends[0].get_texts()} == {"trained", "ideal observer", "monkey"}


def test_signed_strengths_have_a_linear_axis_over_all_shares(rng):
    strength = np.repeat([-8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0], 40)
    (axis,) = plots.psychometric_curves({"m": tally(strength, rng.uniform(size=280) < 0.5 + strength / 20)}).axes
    assert axis.get_xscale() == "linear"
    assert axis.get_ylim()[0] < 0


def test_chronometric_curves_leave_gaps_where_nobody_answered():
    curve = chronometric(np.repeat(LEVELS, 2), [np.nan, np.nan, *np.arange(8.0) + 500])
    (axis,) = plots.chronometric_curves({"trained": curve}, animals={"monkey": curve}).axes
    mean = next(line for line in axis.lines if line.get_label() == "trained")
    assert np.isfinite(mean.get_ydata()).tolist() == [False, True, True, True, True]
    assert axis.get_ylim()[0] == 0


@pytest.fixture
def paths(rng):
    values = rng.normal(size=(2, 3, 20, 3)).cumsum(axis=2)
    return xr.DataArray(
        values,
        dims=("choice", "coherence", "time", "component"),
        coords={"choice": [0.0, 1.0], "coherence": LEVELS[:3], "component": ["PC 1", "PC 2", "PC 3"]},
    )


@pytest.mark.parametrize("three", [False, True])
def test_paths_are_coloured_by_choice_and_marked_at_their_start(paths, three):
    points = (paths[0, 0, :3].rename(time="point"), ["stable node", "saddle", "slow point"])
    figure = plots.state_space(paths, points=points, explained=[0.6, 0.3, 0.1], three=three)
    (axis,) = figure.axes
    lines = [line for line in axis.lines if len(line.get_data()[0]) == 20]
    assert len(lines) == 6
    assert len({line.get_color() for line in lines}) == 6
    names = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"choice 0", "choice 1", "start", "stable fixed point", "unstable fixed point"} < names
    assert axis.get_ylabel() == "PC 2 (30 % of variance)"
    assert hasattr(axis, "get_zlabel") == three


def test_conditions_that_never_occurred_are_left_out(paths):
    paths[0, 1] = np.nan
    (axis,) = plots.state_space(paths).axes
    assert sum(len(line.get_xdata()) == 20 and np.isfinite(line.get_xdata()).any() for line in axis.lines) == 5


def test_growing_modes_are_marked_apart(rng):
    values = np.array([-0.01 + 0.02j, -0.01 - 0.02j, 0.005 + 0j, 1e-19 + 0j])
    (axis,) = plots.eigenvalue_picture({"saddle": values}).axes
    look = {line.get_label(): line.get_xdata() for line in axis.lines}
    np.testing.assert_allclose(look["grows"], [5])
    assert len(look["decays"]) == 3


@pytest.mark.parametrize("n", [1, 3, 4, 5])
def test_every_column_of_eigenvalues_has_its_axis_named(rng, n):
    figure = plots.eigenvalue_picture({f"period {i}": -rng.uniform(size=9) + 0j for i in range(n)})
    assert len(figure.axes) == n
    lowest = {axis.get_position().x0: axis for axis in figure.axes}  # later ones stand lower
    assert all(axis.get_xlabel() == "Re λ (per s)" for axis in lowest.values())
    assert all(axis.xaxis.get_tick_params()["labelbottom"] for axis in lowest.values())


def test_speed_is_drawn_where_it_is(paths):
    field = speed_map(Linear(np.diag([-0.1, -0.2])), [0, 0], np.eye(2), [(-1, 1), (-1, 1)], n=21)
    axis, bar = plots.speed_picture(field, paths=paths).axes
    np.testing.assert_allclose(axis.collections[0].get_array().reshape(21, 21)[20, 0], np.hypot(0.1, 0.2))
    assert bar.get_ylabel() == "speed |dx/dt| (a.u. per ms)"


def test_weights_share_one_scale_and_activity_one_per_unit(rng):
    weights = {"before": rng.normal(size=(8, 8)), "after": 3 * rng.normal(size=(8, 8))}
    figure = plots.weight_changes(weights, classes=["left"] * 4 + ["right"] * 4)
    limits = {axis.images[0].get_clim() for axis in figure.axes if axis.images}
    assert len(limits) == 1
    rates = xr.DataArray(
        np.outer(np.arange(5.0), [1.0, 10.0]), dims=("time", "unit"), coords={"time": 20.0 * np.arange(5)}
    )
    figure = plots.sorted_activity({"left": rates, "right": rates / 2}, periods={"all": (0.0, 100.0)}, border=1)
    left, right = (axis.images[0].get_array() for axis in figure.axes[:2])
    np.testing.assert_allclose(left[:, -1], 1)
    np.testing.assert_allclose(right[:, -1], 0.5)


def test_an_example_trial_has_one_colour_per_name_and_rings_as_maps():
    times = 20.0 * np.arange(10)
    few, ring = {"left": times / 200, "right": 1 - times / 200}, {f"{i}": times for i in range(32)}
    figure = plots.example_trial(
        times,
        {"input": ring, "output": few, "target": {"right": times}},
        periods={"a": (0.0, 100.0), "b": (100.0, 200.0)},
    )
    top, output, target = figure.axes[:3]
    assert top.images[0].get_array().shape == (32, 10)
    assert output.patches[-1].get_edgecolor() == target.patches[-1].get_edgecolor()
    assert target.get_xlim() == (0, 200)


@pytest.mark.parametrize("updates", [5, 400])
def test_learning_curves_show_every_network_between_control_and_ceiling(rng, updates):
    """Of means over a tenth of the updates, at most 50, the first whole one stands at the window's last update."""
    history = xr.Dataset(
        {name: (("seed", "update"), rng.uniform(0.1, 1, (3, updates))) for name in ("loss", "score")},
        {"update": np.arange(updates) + 1},
    )
    history["score"][0, updates // 2 :] = np.nan  # a network that has stopped
    figure = plots.learning_curves(history, ideal=0.9, untrained=0.3, loss="loss (nats)")
    loss, score = figure.axes
    assert (loss.get_yscale(), loss.get_ylabel(), score.get_ylabel()) == (
        "log",
        "loss (nats)",
        "share of trials correct",
    )
    window = max(1, updates // 10)
    assert score.get_xlabel() == (f"updates (means over {window})" if window > 1 else "updates")
    mean = score.lines[1]
    assert mean.get_ydata()[window - 1] == pytest.approx(history["score"][1, :window].mean())
    assert [float(line.get_ydata()[0]) for line in score.lines[4:]] == [0.9, 0.3]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["each of 3 networks", "their median", "ideal observer", "untrained networks"]


def test_inputs_stand_beside_each_other_in_their_situation():
    """A dot for each network and a bar at their mean, relevant and irrelevant input in two contexts."""
    rows = [
        {"situation": f"context {c}", "input": which, "selected": value + 0.1 * seed}
        for c in (1, 2)
        for which, value in (("relevant stimulus", 0.6), ("irrelevant stimulus", 0.0))
        for seed in (0, 1)
    ]
    figure = plots.selected_inputs(pd.DataFrame(rows))
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_xticklabels()] == ["context 1", "context 2"]
    dots = [line for line in axis.lines if line.get_marker() == "o"]
    bars = [line for line in axis.lines if len(set(line.get_ydata())) == 1 and line.get_linewidth() == 2.4]
    np.testing.assert_allclose([line.get_ydata() for line in dots], [[0.6, 0.7]] * 2 + [[0, 0.1]] * 2)
    np.testing.assert_allclose([line.get_ydata()[0] for line in bars], [0.65, 0.65, 0.05, 0.05])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["relevant stimulus", "irrelevant stimulus"]


def test_choice_probabilities_are_drawn_for_every_unit_around_chance():
    (axis,) = plots.choice_probabilities([-1.0, 0.0, 2.0], [0.3, 0.5, 0.9]).axes
    (units,) = (line for line in axis.lines if line.get_marker() == "o")
    np.testing.assert_allclose(units.get_xydata(), [[-1, 0.3], [0, 0.5], [2, 0.9]])
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("d′", "choice probability")
    assert 0.5 in {line.get_ydata()[0] for line in axis.lines if line is not units}
