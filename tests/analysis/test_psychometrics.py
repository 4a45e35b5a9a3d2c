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
        points(planted(curve, threshold, slope, lapse, chance), 1e6), curve=curve, chance=chance, intervals=False
    ).itertuples()
    assert fit.threshold == pytest.approx(threshold, rel=2e-4)
    assert fit.slope == pytest.approx(slope, rel=2e-4)
    assert fit.lapse == pytest.approx(lapse, abs=1e-4)


def test_signed_choices_give_bias_and_spread(rng):
    """½ + (½ − λ)·(2Φ(z) − 1) = λ + (1 − 2λ)·Φ(z); Φ reaches 1 − 1/2e at 0.9008 sd."""
    share = 0.03 + 0.94 * norm.cdf((SIGNED - 2) / 10)
    (fit,) = fit_psychometric(points(share, 1e6), curve="gaussian", intervals=False).itertuples()
    sd = 10 * norm.ppf(1 - 0.5 / np.e)
    assert (fit.bias, fit.threshold, fit.lapse) == pytest.approx((2, sd, 0.03), abs=1e-4)
    share = 0.01 + 0.98 / (1 + np.exp(-(SIGNED + 4) / 6))
    (fit,) = fit_psychometric(points(share, 1e6), curve="logistic", intervals=False).itertuples()
    assert (fit.bias, fit.threshold, fit.lapse) == pytest.approx((-4, 12 * np.arctanh(1 - np.exp(-1)), 0.01), abs=1e-4)


@pytest.mark.parametrize("curve", FAR)
@pytest.mark.slow
def test_scipy_finds_no_higher_likelihood(curve, rng):
    """Three noisy data sets of 60 trials a strength, L-BFGS-B from eight starts each."""
    data = points(np.stack([planted(curve, 8, 1.3, 0.03)] * 3), 60, rng)
    fits = fit_psychometric(data, curve=curve, intervals=False)

    def misfit(theta, k):
        p = planted(curve, np.exp(theta[0]), np.exp(theta[1]), theta[2]).clip(1e-12, 1 - 1e-12)
        return -(k * np.log(p) + (60 - k) * np.log(1 - p)).sum()

    box = [np.log([0.16, 512]), np.log([0.25, 8]), (0, 0.25)]
    for k, ours in zip(data["successes"].values, fits["log_likelihood"], strict=True):
        starts = [[np.log(a), b, c] for a in (3, 20) for b in (0.0, 1.0) for c in (0.0, 0.1)]
        best = min(minimize(misfit, start, args=(k,), bounds=box, method="L-BFGS-B").fun for start in starts)
        assert -ours <= best + 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("lapse", [0.0, 0.03])
def test_intervals_cover(rng, lapse):
    """300 data sets: the share covered by 95 % intervals has the standard error 0.0126; four of them. Without lapses
    the estimate of the lapse is at its end, where intervals from percentiles of a bootstrap cover the slope in 87 %."""
    truth = {"threshold": 8.0, "slope": 1.5}
    fits = fit_psychometric(points(np.stack([planted("weibull", 8, 1.5, lapse)] * 300), 60, rng))
    for name, value in truth.items():
        covered = ((fits[f"{name}_low"] <= value) & (fits[f"{name}_high"] >= value)).mean()
        print(f"lapse {lapse}: {name} covered in {covered:.3f}")
        assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 300)
        assert covered < 0.95 + 4 * np.sqrt(0.95 * 0.05 / 300)


@pytest.mark.slow
def test_deviances_are_calibrated(rng):
    """200 data sets: a share of 5 % has the standard error 0.015; four of them."""
    data = points(np.stack([planted("weibull", 8, 1.5, 0.03)] * 200), 200, rng)
    fits = fit_psychometric(data, intervals=False, key=jax.random.key(0), n_bootstrap=200)
    assert (fits["p_deviance"] < 0.05).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)
    assert (fits["p_deviance"] < 0.5).mean() > 0.3


def test_an_end_of_an_interval_is_where_the_profile_has_fallen_by_192(rng):
    """By SciPy, over the other parameters. An end is found to 1 % of the half-width, the fall so to 2 %."""
    data = points(planted("weibull", 8, 1.5, 0.03), 100, rng)
    (fit,) = fit_psychometric(data).itertuples()
    k = data["successes"].values[0]

    def misfit(others, slope):
        p = planted("weibull", np.exp(others[0]), slope, others[1]).clip(1e-12, 1 - 1e-12)
        return -(k * np.log(p) + (100 - k) * np.log(1 - p)).sum()

    for slope in (fit.slope_low, fit.slope_high):
        best = min(
            minimize(misfit, [np.log(8), lapse], args=(slope,), bounds=[(0, 5), (0, 0.25)]).fun for lapse in (0.0, 0.1)
        )
        assert fit.log_likelihood + best == pytest.approx(1.96**2 / 2, rel=0.025)


def counts(strength, successes, n=20):
    data = {"successes": ("strength", np.asarray(successes, float)), "n": ("strength", np.full(len(strength), n))}
    return xr.Dataset(data, {"strength": np.asarray(strength, float)})


def test_perfect_separation_leaves_an_interval():
    """Whatever lies between the last failure and the first success fits as well, and the interval holds all of it."""
    (fit,) = fit_psychometric(counts([-3, -2, -1, 0, 1, 2, 3], [0, 0, 0, 0, 0, 20, 20]), curve="gaussian").itertuples()
    assert fit.threshold == 0
    assert (fit.bias_low, fit.bias_high) == pytest.approx((1, 2), abs=0.01)
    (fit,) = fit_psychometric(counts([1, 2, 4, 8], [20] * 4)).itertuples()
    assert (fit.threshold, fit.threshold_low) == (0, 0)
    assert 0.5 < fit.threshold_high < 1  # half of the trials at the threshold would be seen; the slope is at most 8
    assert fit.lapse_high > 0.01


def test_a_slope_at_its_limit_is_flagged():
    (fit,) = fit_psychometric(counts([1, 2, 4, 8], [10, 10, 20, 20])).itertuples()
    assert (fit.slope, fit.slope_high, fit.at_limit) == (pytest.approx(8), pytest.approx(8), "slope")
    assert 2 < fit.threshold_low < fit.threshold < fit.threshold_high < 4
    (fit,) = fit_psychometric(points(planted("weibull", 8, 1.5, 0.03), 1e4)).itertuples()
    assert fit.at_limit == ""


@pytest.mark.parametrize("curve", FAR)
def test_thresholds_are_where_the_curve_has_gone_the_given_share(curve):
    """At 0.5, as psignifit defines them: for a Weibull curve, threshold·(ln 2)^(1/slope)."""
    data = points(planted(curve, 8, 1.5, 0.02), 1e6)
    fits = [fit_psychometric(data, curve=curve, at=at) for at in (1 - 1 / np.e, 0.5)]
    usual, half = (fit["threshold"].item() for fit in fits)
    assert FAR[curve]((half / usual) ** 1.5) == pytest.approx(0.5, abs=1e-4)
    assert curve != "weibull" or half == pytest.approx(8 * np.log(2) ** (1 / 1.5), rel=2e-4)
    assert fits[1]["threshold_low"].item() < half < fits[1]["threshold_high"].item() < usual
    np.testing.assert_allclose(*(psychometric_model(fit, LEVELS) for fit in fits), atol=1e-4)


@pytest.mark.slow
def test_bootstraps_repeat_whatever_else_is_fitted(rng, key):
    data = points(np.stack([planted("weibull", 8, 1.5, 0.03)] * 3), 100, rng)
    all_three = fit_psychometric(data, intervals=False, key=key, n_bootstrap=50)
    alone = fit_psychometric(data.isel(seed=[0]), intervals=False, key=key, n_bootstrap=50)
    assert alone.iloc[0].equals(all_three.iloc[0])


def test_curves_without_a_threshold_say_on_which_side():
    chance, certain = points(np.full(7, 0.5), 1000), points(np.where(LEVELS > 0, 1.0, 0.5), 1000)
    assert fit_psychometric(chance, lapse=0.0, intervals=False)["threshold"].iloc[0] > 512 * (1 - 1e-6)
    assert fit_psychometric(certain, intervals=False)["threshold"].iloc[0] == 0


def test_held_parameters_are_held():
    data = points(planted("gaussian", 8, 1, 0.0), 1e5)
    (fit,) = fit_psychometric(data, curve="gaussian", slope=1, lapse=0, intervals=False).itertuples()
    assert (fit.slope, fit.lapse, fit.threshold) == pytest.approx((1, 0, 8), rel=1e-4)


def test_models_evaluate_to_their_fits():
    share = planted("weibull", 8, 1.3, 0.02)
    fits = fit_psychometric(points(share, 1e6), intervals=False)
    np.testing.assert_allclose(psychometric_model(fits, LEVELS)[0], share, atol=1e-5)
    signed = 0.03 + 0.94 * norm.cdf((SIGNED - 2) / 10)
    fits = fit_psychometric(points(signed, 1e6), curve="gaussian", intervals=False)
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
    "at": ((GOOD,), {"at": 1.0}, "at must be between 0 and 1; got 1.0"),
    "over": (
        (counts([1, 2, 4], [5, 21, 20]),),
        {},
        "more successes than trials: 21 of 20 in row 0 at strength number 1",
    ),
    "negative": ((counts([1, 2, 4], [-1, 2, 20]),), {}, "successes must be at least 0; the least is -1"),
    "nan": ((counts([1, 2, 4], [np.nan, 2, 20]),), {}, "successes holds NaN"),
    "none": ((counts([1, 2, 4], [0, 0, 0], 0),), {}, "Every row needs trials"),
    "samples": ((GOOD,), {"n_bootstrap": 0}, "n_bootstrap must be at least 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    data, options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        fit_psychometric(*data, **options)
