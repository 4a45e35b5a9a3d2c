"""Psychometric curves: planted truth is recovered, SciPy finds no higher likelihood, intervals cover."""

import jax
import numpy as np
import pytest
import xarray as xr
from scipy.optimize import minimize
from scipy.stats import norm

from isocortex import InputError
from isocortex.analysis import fit_psychometric, psychometric_model, tally

LEVELS = np.array([0.0, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2])
SIGNED = np.concatenate([-LEVELS[:0:-1], LEVELS])
FAR = {
    "weibull": lambda u: 1 - np.exp(-u),
    "gaussian": lambda u: 2 * norm.cdf(norm.ppf(1 - 0.5 / np.e) * u) - 1,
    "logistic": lambda u: np.tanh(np.arctanh(1 - 1 / np.e) * u),
}


def points(share, n, rng=None):
    """Counts at the strengths of the planted shares: as expected (without rounding), or drawn."""
    share = np.atleast_2d(share)
    k = n * share if rng is None else rng.binomial(n, share)
    levels = LEVELS if share.shape[1] == len(LEVELS) else SIGNED
    coords = {"strength": levels, "seed": np.arange(len(share))}
    dims = ("seed", "strength")
    return xr.Dataset({"successes": (dims, k), "n": (dims, np.full(k.shape, n))}, coords)


def planted(curve, threshold, slope, lapse, chance=0.5):
    return chance + (1 - chance - lapse) * FAR[curve]((LEVELS / threshold) ** slope)


@pytest.mark.parametrize("curve", FAR)
@pytest.mark.parametrize(("threshold", "slope", "lapse", "chance"), [(8, 1.3, 0.02, 0.5), (15, 2.5, 0.1, 0.25)])
def test_expected_counts_give_the_planted_curve_back(curve, threshold, slope, lapse, chance):
    """Where counts equal their expectation the maximum is the truth; the curvature there is above 1e4 nats."""
    (fit,) = fit_psychometric(
        points(planted(curve, threshold, slope, lapse, chance), 1e6), curve=curve, chance=chance
    ).itertuples()
    assert fit.threshold == pytest.approx(threshold, rel=2e-4)
    assert fit.slope == pytest.approx(slope, rel=2e-4)
    assert fit.lapse == pytest.approx(lapse, abs=1e-4)


def test_signed_choices_give_bias_and_spread(rng):
    """½ + (½ − λ)·(2Φ(z) − 1) = λ + (1 − 2λ)·Φ(z); Φ reaches 1 − 1/2e at 0.9008 sd."""
    share = 0.03 + 0.94 * norm.cdf((SIGNED - 2) / 10)
    (fit,) = fit_psychometric(points(share, 1e6), curve="gaussian").itertuples()
    sd = 10 * norm.ppf(1 - 0.5 / np.e)
    assert (fit.bias, fit.threshold, fit.lapse) == pytest.approx((2, sd, 0.03), abs=1e-4)
    (fit,) = fit_psychometric(points(0.01 + 0.98 / (1 + np.exp(-(SIGNED + 4) / 6)), 1e6), curve="logistic").itertuples()
    assert (fit.bias, fit.threshold, fit.lapse) == pytest.approx((-4, 12 * np.arctanh(1 - np.exp(-1)), 0.01), abs=1e-4)


@pytest.mark.parametrize("curve", FAR)
def test_scipy_finds_no_higher_likelihood(curve, rng):
    """Eight noisy data sets of 60 trials a strength, L-BFGS-B from eight starts each."""
    data = points(np.stack([planted(curve, 8, 1.3, 0.03)] * 8), 60, rng)
    fits = fit_psychometric(data, curve=curve)

    def misfit(theta, k):
        p = planted(curve, np.exp(theta[0]), np.exp(theta[1]), theta[2]).clip(1e-12, 1 - 1e-12)
        return -(k * np.log(p) + (60 - k) * np.log(1 - p)).sum()

    box = [np.log([0.16, 512]), np.log([0.25, 8]), (0, 0.25)]
    for k, ours in zip(data["successes"].values, fits["log_likelihood"], strict=True):
        starts = [[np.log(a), b, c] for a in (3, 20) for b in (0.0, 1.0) for c in (0.0, 0.1)]
        best = min(minimize(misfit, start, args=(k,), bounds=box, method="L-BFGS-B").fun for start in starts)
        assert -ours <= best + 1e-6


def test_intervals_cover_and_deviances_are_calibrated(rng):
    """200 data sets: the share covered by 95 % intervals has the standard error 0.015; four of them."""
    truth = {"threshold": 8.0, "slope": 1.5}
    fits = fit_psychometric(
        points(np.stack([planted("weibull", 8, 1.5, 0.03)] * 200), 200, rng), key=jax.random.key(0), n_bootstrap=200
    )
    for name, value in truth.items():
        covered = ((fits[f"{name}_low"] <= value) & (fits[f"{name}_high"] >= value)).mean()
        assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 200)
        assert abs(fits[name].mean() / value - 1) < 4 * fits[name].std() / value / np.sqrt(200) + 0.03
    assert (fits["p_deviance"] < 0.05).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)
    assert (fits["p_deviance"] < 0.5).mean() > 0.3


def test_bootstraps_repeat_whatever_else_is_fitted(rng, key):
    data = points(np.stack([planted("weibull", 8, 1.5, 0.03)] * 3), 100, rng)
    all_three = fit_psychometric(data, key=key, n_bootstrap=50)
    alone = fit_psychometric(data.isel(seed=[0]), key=key, n_bootstrap=50)
    assert alone.iloc[0].equals(all_three.iloc[0])


def test_curves_without_a_threshold_say_on_which_side():
    chance, certain = points(np.full(7, 0.5), 1000), points(np.where(LEVELS > 0, 1.0, 0.5), 1000)
    assert fit_psychometric(chance, lapse=0.0)["threshold"].iloc[0] > 512 * (1 - 1e-6)
    assert fit_psychometric(certain)["threshold"].iloc[0] == 0


def test_held_parameters_are_held():
    data = points(planted("gaussian", 8, 1, 0.0), 1e5)
    (fit,) = fit_psychometric(data, curve="gaussian", slope=1, lapse=0).itertuples()
    assert (fit.slope, fit.lapse, fit.threshold) == pytest.approx((1, 0, 8), rel=1e-4)


def test_models_evaluate_to_their_fits():
    share = planted("weibull", 8, 1.3, 0.02)
    fits = fit_psychometric(points(share, 1e6))
    np.testing.assert_allclose(psychometric_model(fits, LEVELS)[0], share, atol=1e-5)
    signed = 0.03 + 0.94 * norm.cdf((SIGNED - 2) / 10)
    fits = fit_psychometric(points(signed, 1e6), curve="gaussian")
    np.testing.assert_allclose(psychometric_model(fits, SIGNED)[0], signed, atol=1e-5)


GOOD = tally(np.repeat([1.0, 2.0, 4.0], 4), np.tile([0, 1, 1, 1], 3))
BAD = {
    "curve": ((GOOD,), {"curve": "weibul"}, "Did you mean 'weibull'"),
    "few": ((tally([0.0, 0.0, 1.0], [0, 1, 1]),), {}, "at least three strengths besides 0"),
    "signed": ((tally([-1.0, 0, 1, 2], [0, 1, 1, 1]),), {"signed": False}, "the least is -1. Take signed=True"),
    "chance": ((GOOD,), {"chance": 1.0}, r"chance must be in \[0, 1\); got 1.0"),
    "lapse": ((GOOD,), {"lapse": 0.6}, r"lapse must be in \[0, 0.5\); got 0.6"),
    "slope": ((GOOD,), {"slope": 0}, "slope must be above 0; got 0"),
    "held": ((GOOD,), {"slope": 2, "signed": True}, "Signed curves have the slope 1"),
    "samples": ((GOOD,), {"n_bootstrap": 0}, "n_bootstrap must be at least 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    data, options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        fit_psychometric(*data, **options)
