"""The jackknife of functions of sums is the jackknife of those functions."""

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError
from isocortex.analysis.inference import jackknife, jackknife_of_sums


def ratio(x, y):
    return x / y


def test_it_agrees_with_the_jackknife_of_any_statistic(rng):
    x, y = rng.gamma(2.0, size=(2, 12, 3))
    found = jackknife_of_sums([x, y], ratio)
    data = xr.Dataset({"x": (("trial", "unit"), x), "y": (("trial", "unit"), y)})
    other = jackknife(lambda data: data["x"].sum("trial") / data["y"].sum("trial"), data, ["trial"])
    np.testing.assert_allclose(found["estimate"], other.mean)
    np.testing.assert_allclose(found["se"] ** 2, np.diagonal(other.total))


def test_a_link_bounds_the_interval(rng):
    """On a logarithmic scale a ratio of positive sums has a positive interval, by the delta method as wide."""
    x, y = rng.gamma(2.0, size=(2, 200))
    plain, linked = jackknife_of_sums([x, y], ratio), jackknife_of_sums([x, y], ratio, link=(np.log, np.exp))
    assert linked["low"] * linked["high"] == pytest.approx(linked["estimate"] ** 2)
    assert linked["high"] - linked["low"] == pytest.approx(plain["high"] - plain["low"], rel=0.05)


def test_what_is_undefined_has_no_interval():
    found = jackknife_of_sums([np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])], ratio)
    assert found["estimate"][0] == 1
    assert np.isnan(found["estimate"][1])
    assert np.isnan(found["low"]).all()
    assert np.isnan(jackknife_of_sums([np.ones(1), np.ones(1)], ratio)["high"])
    with pytest.raises(InputError, match="between 0 and 1"):
        jackknife_of_sums([np.ones(2), np.ones(2)], ratio, confidence=1.0)
