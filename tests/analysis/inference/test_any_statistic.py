"""Intervals of any statistic: closed forms, crossed factors, shared samples, and what is refused."""

import jax
import numpy as np
import pytest
import xarray as xr

from isocortex import InputError, RDMs
from isocortex.analysis import rsa
from isocortex.analysis.inference import bootstrap, draw_multiplicities, jackknife


def crossed(rng: np.random.Generator, n: int = 8, m: int = 6) -> xr.DataArray:
    """Effects of n stimuli (variance 1), m subjects (variance 4) and of each pair (variance 1)."""
    values = rng.normal(size=(n, 1)) + 2 * rng.normal(size=(1, m)) + rng.normal(size=(n, m))
    return xr.DataArray(values, dims=("stimulus", "subject"))


def mean(data: xr.DataArray) -> float:
    return float(data.values.mean())


def test_the_jackknife_of_a_mean_over_crossed_factors_is_its_variance():
    """Its expectation is σ_a²/n + σ_b²/m + 2σ_ab²/(nm): the interaction counts twice, as the docstring says. Over 400
    worlds the standard error of the mean variance is about √(2/5)·0.79/√400 = 0.025."""
    rng = np.random.default_rng(0)
    found = np.mean([jackknife(mean, crossed(rng), ["stimulus", "subject"]).total[0, 0] for _ in range(400)])
    assert found == pytest.approx(1 / 8 + 4 / 6 + 2 / 48, abs=4 * 0.025)


def test_the_jackknife_of_one_factor_is_the_standard_error_of_a_mean():
    x = crossed(np.random.default_rng(1))
    of_subjects = x.values.mean(axis=0)
    found = jackknife(mean, x, ["subject"])
    table = found.test(np.eye(1), 0.95)
    assert table["se"][0] == pytest.approx(of_subjects.std(ddof=1) / np.sqrt(6))
    assert found.freedom["subject"].tolist() == [5]


def test_the_bootstrap_counts_interactions_once():
    """For a mean, the covariance under joint resampling is known from the sums of squares of the table itself: the
    variances of its row means, column means and cells. 2000 samples: relative standard error √(2/2000) = 3.2 %, times
    about three through the inclusion–exclusion."""
    x = crossed(np.random.default_rng(2))
    n, m = x.shape
    rows, columns = x.values.mean(axis=1).var(), x.values.mean(axis=0).var()
    cells = (x.values - x.values.mean(axis=1, keepdims=True) - x.values.mean(axis=0) + x.values.mean()).var()
    v_a, v_b, v_ab = rows / n, columns / m, rows / n + columns / m + cells / (n * m)
    expected = v_a / (1 - 1 / n) + v_b / (1 - 1 / m) - (v_ab - v_a - v_b) / ((1 - 1 / n) * (1 - 1 / m))
    found = bootstrap(mean, x, ["stimulus", "subject"], key=jax.random.key(0), n_bootstraps=2000)
    assert found.total[0, 0] == pytest.approx(expected, rel=4 * 0.032 * 3)


def test_two_statistics_are_seen_under_the_same_samples_so_that_their_difference_has_an_interval():
    x = crossed(np.random.default_rng(3))
    both = bootstrap(lambda d: [mean(d), mean(d) + 1], x, ["subject"], key=jax.random.key(0), n_bootstraps=50)
    difference = both.test(np.array([[1.0, -1.0]]), 0.95)
    assert difference["estimate"][0] == pytest.approx(-1)
    assert difference["se"][0] == pytest.approx(0, abs=1e-12)
    counts = draw_multiplicities(jax.random.split(jax.random.key(0), 3)[2], 50, 6)  # as the bootstrap of RSA draws
    by_hand = (counts @ x.values.mean(axis=0) / 6).var()
    assert both.alone["subject"][0, 0] == pytest.approx(by_hand / (1 - 1 / 6))


def test_trials_are_left_out_by_their_stimulus_in_every_entry():
    trials = xr.DataArray(
        np.arange(6.0)[:, None], dims=("trial", "unit"), coords={"stimulus": ("trial", [0, 0, 1, 1, 1, 2])}
    )
    layer = xr.DataArray(np.arange(3.0), dims="stimulus")
    seen = []
    jackknife(
        lambda d: seen.append((d["brain"].sizes["trial"], d["layer"].values.tolist())) or 0.0,
        {"brain": trials, "layer": layer},
        ["stimulus"],
    )
    assert seen == [(6, [0, 1, 2]), (4, [1, 2]), (3, [0, 2]), (5, [0, 1])]


def test_rdms_are_left_out_by_stimulus_and_by_subject():
    rng = np.random.default_rng(4)
    data, model = RDMs(rng.random((4, 45)), np.arange(10)), RDMs(rng.random((1, 45)), np.arange(10))
    subjects = jackknife(lambda d: rsa.similarity(model, d).mean(), data, ["subject"])
    of_each = rsa.similarity(model, data)[0]
    assert subjects.test(np.eye(1), 0.95)["se"][0] == pytest.approx(of_each.std(ddof=1) / 2)
    stimuli = jackknife(lambda d: rsa.similarity(d["m"], d["d"]).mean(), {"m": model, "d": data}, ["stimulus"])
    assert stimuli.mean[0] == pytest.approx(of_each.mean())
    assert stimuli.total[0, 0] > 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda x: jackknife(mean, x, ["seed"]), "no factor 'seed'"),
        (
            lambda x: jackknife(mean, x.isel(subject=[0]), ["subject"]),
            "one item of 'subject', which is not a random sample",
        ),
        (lambda x: bootstrap(mean, x, ["subject"], key=jax.random.key(0), n_bootstraps=1), "at least 2 samples"),
        (
            lambda x: bootstrap(mean, RDMs(np.ones((2, 3)), np.arange(3)), ["subject"], key=jax.random.key(0)),
            "use rsa.compare",
        ),
    ],
)
def test_what_is_no_sample_is_told(call, said):
    with pytest.raises(InputError, match=said):
        call(crossed(np.random.default_rng(5)))
