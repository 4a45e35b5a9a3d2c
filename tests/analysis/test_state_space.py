"""State space: planted axes come back, marginal variances add up, and agree with closed forms."""

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError
from isocortex.analysis import (
    condition_averages,
    principal_components,
    project,
    targeted_axes,
    variance_by_condition,
    variance_explained,
)

N_UNITS, TIMES = 30, np.arange(0, 1000, 50.0)


def orthonormal(rng, n):
    return np.linalg.qr(rng.normal(size=(N_UNITS, n)))[0].T


def labelled(values):
    return xr.DataArray(values, dims=("trial", "time", "unit"), coords={"time": TIMES})


@pytest.fixture
def planted(rng):
    """Choice and motion ramp along planted axes, motion early, choice late; a third axis all trials share."""
    choice, motion = rng.choice([-1.0, 1.0], 600), rng.choice([-50.0, -15, -5, 5, 15, 50], 600)
    axes = orthonormal(rng, 3)
    courses = {"choice": TIMES / 1000, "motion": np.exp(-(((TIMES - 300) / 150) ** 2)), "time": np.sin(TIMES / 300)}
    signal = (
        np.multiply.outer(np.outer(choice, courses["choice"]), axes[0])
        + np.multiply.outer(np.outer(motion / 50, courses["motion"]), axes[1])
        + np.multiply.outer(np.tile(courses["time"], (600, 1)), axes[2])
    )
    return signal, {"choice": choice, "motion": motion}, axes, courses


def test_targeted_axes_are_the_planted_ones(planted, rng):
    """Units differ in scale after z-scoring, so planted axes are those over the standard deviations.

    Noise of sd 0.1 in 600 trials leaves an error of 0.1/√600 = 0.004 per coefficient of a vector of length 1 and √30
    units: an angle of 0.022 rad; motion's regressor has the mean square 0.365, so that its angle is 0.037 rad.
    """
    signal, regressors, axes, _ = planted
    activity = labelled(signal + 0.1 * rng.normal(size=signal.shape))
    space = targeted_axes(activity, regressors)
    scale = activity.values.std(axis=(0, 1))
    np.testing.assert_allclose(space["scale"], scale)
    for name, axis in zip(("choice", "motion"), axes, strict=False):
        wanted = axis / scale / np.linalg.norm(axis / scale)
        assert space["raw"].sel(component=name).values @ wanted > np.cos(4 * 0.037)
    assert space["time_of_longest"].sel(component="choice") >= 800
    assert abs(space["time_of_longest"].sel(component="motion") - 300) <= 100
    np.testing.assert_allclose(space["axis"].values @ space["axis"].values.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(space["axis"][0], space["raw"][0])


def test_targeted_projections_separate_the_variables(planted, rng):
    """Late along the axis of choice, averages of motion differ by less than a tenth of those of choice."""
    signal, regressors, _, _ = planted
    activity = labelled(signal + 0.1 * rng.normal(size=signal.shape))
    space = targeted_axes(activity, regressors)
    path = project(condition_averages(activity, regressors), space).sel(component="choice").isel(time=-1)
    by_choice, by_motion = path.mean("motion"), path.mean("choice")
    assert float(by_choice[1] - by_choice[0]) > 10 * float(np.ptp(by_motion.values))


def test_steps_that_do_not_count_do_not_count(planted):
    signal, regressors, _, _ = planted
    weights = np.ones(signal.shape[:2])
    weights[:300, 10:] = 0
    spoilt = labelled(np.where(weights[..., None] > 0, signal, 1e6))
    np.testing.assert_allclose(
        condition_averages(spoilt, regressors, weights=weights),
        condition_averages(labelled(signal), regressors),
        atol=1e-9,
    )
    late = labelled(np.where(np.arange(len(TIMES))[None, :, None] >= 15, 1e6, signal))
    none = np.ones(signal.shape[:2])
    none[:, 15:] = 0
    space = targeted_axes(late, regressors, weights=none)
    assert space["time_of_longest"].max() < 750
    assert np.isnan(space["norm"].values[:, 15:]).all()


def test_principal_components_of_planted_axes(rng):
    """Three axes with variances 9, 4, 1: shares 9/14, 4/14 and 1/14."""
    axes, scores = orthonormal(rng, 3), rng.normal(size=(200, 3))
    scores = np.linalg.qr(scores - scores.mean(axis=0))[0] * [3, 2, 1]
    activity = xr.DataArray(scores @ axes + 7, dims=("time", "unit"))
    space = principal_components(activity)
    np.testing.assert_allclose(space["explained"], np.array([9, 4, 1]) / 14)
    np.testing.assert_allclose(np.abs(space["axis"].values @ axes.T), np.eye(3), atol=1e-10)
    assert variance_explained(activity, space) == pytest.approx(1)
    assert variance_explained(activity, space.isel(component=[0, 2])) == pytest.approx(10 / 14)
    np.testing.assert_allclose(project(activity, space).var("time"), np.array([9, 4, 1]) / 200)


def test_components_do_not_depend_on_the_order_of_units(rng):
    activity = xr.DataArray(rng.normal(size=(50, N_UNITS)), dims=("time", "unit"))
    order = rng.permutation(N_UNITS)
    space, shuffled = principal_components(activity), principal_components(activity.isel(unit=order))
    np.testing.assert_allclose(space["axis"].values[:, order], shuffled["axis"], atol=1e-9)


def test_marginal_variances_equal_the_planted_ones(rng):
    """Orthogonal contrasts on a 2 × 3 grid: the shares are their squares."""
    choice, level, time = np.array([-1, 1.0]), np.array([-1, 0, 1]) * np.sqrt(1.5), np.array([-1, 1.0])
    parts = {"time": 1.0, "choice": 2.0, "level": 3.0, "choice × level": 0.5}
    axes = orthonormal(rng, 4)
    grid = 5 + (
        parts["time"] * np.multiply.outer(np.ones((2, 3, 1)) * time, axes[0])
        + parts["choice"] * np.multiply.outer(choice[:, None, None] * np.ones((1, 3, 1)) * time, axes[1])
        + parts["level"] * np.multiply.outer(level[None, :, None] * np.ones((2, 1, 2)), axes[2])
        + parts["choice × level"] * np.multiply.outer(choice[:, None, None] * level[None, :, None] * time**2, axes[3])
    )
    averages = xr.DataArray(
        grid, dims=("choice", "level", "time", "unit"), coords={"choice": choice, "level": level, "time": time}
    )
    table = variance_by_condition(averages)
    total = sum(size**2 for size in parts.values())
    for name, size in parts.items():
        assert table.loc[name, "population"] == pytest.approx(size**2 / total)
    np.testing.assert_allclose(table.sum(), 1)


ACTIVITY = labelled(np.random.default_rng(0).normal(size=(8, len(TIMES), N_UNITS)))
SIDES = np.repeat([0, 1], 4)
BAD = {
    "dimensions": (
        lambda: condition_averages(ACTIVITY.isel(unit=0), {"side": SIDES}),
        "dimensions trial, time and unit",
    ),
    "condition": (lambda: condition_averages(ACTIVITY, {"side": SIDES[:3]}), "value for 8 trials; got \\(3,\\)"),
    "weights": (
        lambda: condition_averages(ACTIVITY, {"side": SIDES}, weights=[1]),
        "weights must have shape \\(8, 20\\)",
    ),
    "none": (lambda: condition_averages(ACTIVITY, {}), "at least one condition"),
    "samples": (lambda: principal_components(ACTIVITY[0, :1]), "at least two samples; got 1"),
    "units": (
        lambda: project(ACTIVITY[..., :3], principal_components(ACTIVITY)),
        "must have the 30 units of the space",
    ),
    "collinear": (lambda: targeted_axes(ACTIVITY, {"a": SIDES, "b": 1 - SIDES}), "depend linearly on each other"),
    "empty": (
        lambda: variance_by_condition(condition_averages(ACTIVITY, {"a": SIDES, "b": SIDES})),
        "2 combinations of a, b have no trials",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    job, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        job()
