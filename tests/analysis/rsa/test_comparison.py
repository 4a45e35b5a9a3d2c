"""Intervals and tests: crossed variances against planted ones, pairs on the same samples, corrections."""

import jax
import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_1samp, ttest_rel

from isocortex import InputError, RDMs, responses, rsa
from isocortex.analysis.inference.corrections import holm
from isocortex.analysis.inference.crossed import crossed_covariance
from isocortex.analysis.inference.skewness import asymmetry, skewed, symmetric
from isocortex.analysis.rsa.ceiling_incomplete import incomplete_ceilings

BOOTSTRAP = {"inference": "dual-bootstrap", "key": jax.random.key(0)}


def stack(rng, rows, stimuli):
    return RDMs(rng.random((rows, stimuli * (stimuli - 1) // 2)), np.arange(stimuli))


def one(values):
    return {frozenset(factors): np.full((1, 1), value) for factors, value in values.items()}


def test_crossed_covariance_recovers_planted_components():
    """For large samples a bootstrap over the factors T counts the component of the factors A 2^{|A∩T|} − 1 times."""
    parts = {"a": 1.0, "b": 2.0, "c": 0.5, "ab": 0.3, "ac": 0.2, "bc": 0.1, "abc": 0.05}
    found = {t: sum((2 ** len({*s} & {*t}) - 1) * v for s, v in parts.items()) for t in parts}
    total, alone = crossed_covariance(one(found), dict.fromkeys("abc", 10**9))
    assert total.item() == pytest.approx(sum(parts.values()))
    assert alone["a"].item() == pytest.approx(1 + 0.3 + 0.2 + 0.05)


def test_crossed_covariance_of_two_factors_is_the_published_formula():
    a, b, both = 0.7, 0.4, 1.3
    shrink = (1 - 1 / 7) * (1 - 1 / 5)
    published = a / (1 - 1 / 7) + b / (1 - 1 / 5) - (both - a - b) / shrink
    assert crossed_covariance(one({"s": a, "d": b, "sd": both}), {"s": 7, "d": 5})[0].item() == pytest.approx(published)


# a relative s.e. of a variance from 4000 samples is √(2/4000) = 2.2 %, of an s.e. half of that; 4 s.e.
@pytest.mark.parametrize(("options", "near"), [({}, 1e-9), ({**BOOTSTRAP, "n_bootstraps": 4000}, 0.045)])
class TestOneFactor:
    """With the stimuli fixed, the statistics are plain means, and their variances those of text books."""

    def test_the_variance_over_seeds_is_the_squared_standard_error(self, options, near, rng):
        data, models = stack(rng, 1, 30), stack(rng, 6, 30)
        table = rsa.compare({"m": models}, data, factors=("seed",), **options)
        seeds = rsa.similarity(models, data)[:, 0]
        assert table.loc["m", "se"] == pytest.approx(seeds.std(ddof=1) / np.sqrt(6), rel=near)
        assert table.loc["m", "p"] == pytest.approx(ttest_1samp(seeds, 0).pvalue, abs=near)

    @pytest.mark.parametrize("factor", ["subject", "seed"])
    def test_a_difference_has_the_paired_t_test(self, factor, options, near, rng):
        one, several = stack(rng, 1, 30), stack(rng, 8, 30)
        rows = {name: RDMs(stack(rng, 8, 30).dissimilarities + 0.3, one.stimuli) for name in "ab"}
        data = one if factor == "seed" else several
        models = {n: RDMs(r.dissimilarities[: 8 if factor == "seed" else 1], r.stimuli) for n, r in rows.items()}
        table = rsa.differences(models, data, factors=(factor,), paired_seeds=True, **options)
        a, b = (rsa.similarity(model, data).ravel() for model in models.values())
        assert table.loc[0, "difference"] == pytest.approx((a - b).mean())
        assert table.loc[0, "se"] == pytest.approx((a - b).std(ddof=1) / np.sqrt(8), rel=near)
        assert table.loc[0, "p"] == pytest.approx(ttest_rel(a, b).pvalue, abs=near)

    def test_unpaired_seeds_add_their_variances(self, options, near, rng):
        data, models = stack(rng, 1, 30), {"a": stack(rng, 8, 30), "b": stack(rng, 5, 30)}
        table = rsa.differences(models, data, factors=("seed",), **options)
        a, b = (rsa.similarity(model, data)[:, 0] for model in models.values())
        assert table.loc[0, "se"] == pytest.approx(np.sqrt(a.var(ddof=1) / 8 + b.var(ddof=1) / 5), rel=near)


def test_what_models_share_cancels_in_their_difference(rng):
    data, noise = stack(rng, 1, 20), stack(rng, 2, 20).dissimilarities
    models = {n: RDMs(data.dissimilarities + 1e-3 * r, data.stimuli) for n, r in zip("ab", noise[:, None], strict=True)}
    models["c"] = stack(rng, 1, 20)
    table = rsa.differences(models, data).set_index(["a", "b"])
    assert table.loc[("a", "b"), "se"] < table.loc[("a", "c"), "se"] / 10
    assert table.loc[("a", "c"), "p"] < 1e-3
    swapped = rsa.differences(models, data, pairs=[("c", "a")])
    assert swapped.loc[0, "high"] == pytest.approx(-table.loc[("a", "c"), "low"])


def test_a_grid_of_a_continuum_is_no_sample_of_stimuli(rng):
    """To shift a grid of 60 orientations by half a step changes the similarity of smooth RDMs by next to nothing.

    Stimuli as a sample claim a standard error many times that; animals alone have the one of their mean.
    """
    preferred = rng.uniform(0, np.pi, (6, 20))

    def compared(shift, factors):
        angles = np.deg2rad(np.arange(60) * 3.0 + shift)
        bumps = np.exp(2 * np.cos(2 * (angles[:, None] - preferred[:, None, :])))
        data = rsa.rdm({f"{i}": responses(x, stimuli=np.rad2deg(angles)) for i, x in enumerate(bumps)})
        first, second = np.triu_indices(60, 1)
        model = RDMs(1 - np.cos(2 * (angles[second] - angles[first]))[None], data.stimuli)
        return rsa.compare({"m": model}, data, factors=factors).loc["m"]

    still, shifted = (compared(shift, ("subject",)) for shift in (0.0, 1.5))
    moved = abs(still["mean"] - shifted["mean"])
    assert compared(0.0, ("stimulus",))["se"] > 10 * moved
    assert shifted["se"] == pytest.approx(still["se"], rel=0.02)


def test_a_model_is_tested_against_zero_and_the_ceiling(rng):
    truth = rng.random(435)
    data = RDMs(truth + 0.2 * rng.random((6, 435)), np.arange(30))
    models = {"truth": RDMs(truth[None], data.stimuli), "half": RDMs(truth[None] + rng.random((1, 435)), data.stimuli)}
    models["none"] = stack(rng, 1, 30)
    table = rsa.compare(models, data, factors=("stimulus", "subject"))
    assert (table["p"] < 1e-4).tolist() == [True, True, False]
    assert (table["p_ceiling"] < 1e-2).tolist() == [False, True, True]
    assert table.loc["truth", "p_ceiling"] > 0.95  # with six subjects the truth lies above the lower bound
    alone = rsa.compare(models, RDMs(data.dissimilarities[:1], data.stimuli))
    assert np.isnan(alone["p_ceiling"]).all()


def test_the_other_side_of_the_ceiling_is_tested_with_more_caution(rng):
    """The truth lies above it, of subjects with noise; its p is larger than what the p of the other side leaves."""
    truth = rng.random(190)
    data = RDMs(truth + 0.5 * rng.random((12, 190)), np.arange(20))
    models = {"truth": RDMs(truth[None], data.stimuli), "none": stack(rng, 1, 20)}
    table = rsa.compare(models, data, factors=("stimulus", "subject"))
    assert 3 * (1 - table.loc["truth", "p_ceiling"]) < table.loc["truth", "p_above"] < 0.05
    bootstrapped = rsa.compare(models, data, factors=("stimulus", "subject"), **BOOTSTRAP)
    for found in (table, bootstrapped):
        assert found.loc["none", "p_above"] > 0.99
        assert found.loc["truth", "p_above"] > 1 - found.loc["truth", "p_ceiling"]
    assert np.isnan(rsa.compare(models, data.rows(["0"]))["p_above"]).all()


def test_the_few_stimuli_that_carry_a_result_are_named(rng):
    """One of 40 is far from all others in the data and in model a; b resembles the data everywhere a little."""
    first, second = np.triu_indices(40, 1)
    far, shared = (first == 3) | (second == 3), rng.random(780)
    data = RDMs(shared + rng.random((5, 780)) + 9 * far, np.array([f"s{i}" for i in range(40)]))
    models = {"a": RDMs(rng.random((1, 780)) + 9 * far, data.stimuli)}
    models["b"] = RDMs(shared + rng.random((1, 780)), data.stimuli)
    assert rsa.compare(models, data).loc["a", "carried_by"] == ("s3",)
    kept = np.delete(np.arange(40), 3)
    without = {name: rows.take(kept) for name, rows in models.items()}
    assert rsa.compare(without, data.take(kept))["carried_by"].tolist() == [(), ()]
    assert rsa.differences(without, data.take(kept))["carried_by"].tolist() == [()]
    assert rsa.compare(models, data, **BOOTSTRAP)["carried_by"].tolist() == [(), ()]


@pytest.mark.parametrize("options", [{}, BOOTSTRAP])
def test_compare_is_repeatable_and_ordered(options, rng):
    data, good = stack(rng, 1, 20), stack(rng, 3, 20)
    models = {"good": RDMs(data.dissimilarities + 0.1 * good.dissimilarities, data.stimuli), "bad": good}
    first, second = (rsa.compare(models, data, **options) for _ in range(2))
    assert first.equals(second)
    assert (first["low"] < first["mean"]).all()
    assert (first["mean"] < first["high"]).all()
    assert first.loc["good", "low"] > first.loc["bad", "high"]
    assert first.loc["good", "high"] <= 1


def test_corrections_adjust_for_the_number_of_pairs(rng):
    """Holm's smallest p is multiplied by the number of tests; the false discovery rate lies between."""
    data = stack(rng, 2, 20)
    models = {
        name: RDMs(data.dissimilarities + rng.random((2, 190)) * i, data.stimuli) for i, name in enumerate("abcd")
    }
    p = {c: rsa.differences(models, data, correction=c)["p"].to_numpy() for c in ("none", "holm", "fdr")}
    assert p["holm"].min() == pytest.approx(6 * p["none"].min())
    assert (p["none"] <= p["fdr"]).all()
    assert (p["fdr"] <= p["holm"]).all()
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize("options", [{}, BOOTSTRAP])
@pytest.mark.parametrize("n", [3, 4])
def test_too_few_stimuli_have_no_interval(n, options, rng):
    row = rsa.compare({"m": stack(rng, 2, n)}, stack(rng, 2, n), **options).loc["m"]
    assert np.isfinite(row["mean"])
    assert row["undefined"] > 0.2
    assert np.isnan([row["low"], row["high"], row["se"], row["p"]]).all()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_bootstraps": 1}, "bootstraps must be at least 2"),
        ({"factors": ("seeds",)}, "Did you mean 'seed'"),
        ({"factors": ()}, "at least one factor"),
        ({"confidence": 95.0}, "confidence must be between"),
        ({"correction": "holms"}, "Did you mean 'holm'"),
        ({"inference": "jacknife"}, "Did you mean 'jackknife'"),
        ({"inference": "dual-bootstrap"}, "give it a key"),
        ({"pairs": [("a", "bb")]}, "Did you mean 'b'"),
        ({"pairs": []}, "fewer than two models"),
        ({"pairs": [("a", "a")]}, "two models; got 'a' twice"),
        ({"paired_seeds": True}, "the same number of rows in every model; got {'a': 2, 'b': 3}"),
    ],
)
def test_bad_options_are_told_in_a_sentence(options, sentence, rng):
    data = stack(rng, 2, 5)
    with pytest.raises(InputError, match=sentence):
        rsa.differences({"a": data, "b": stack(rng, 3, 5)}, data, **options)


def test_no_models_are_refused(rng):
    with pytest.raises(InputError, match="no models to compare"):
        rsa.compare({}, stack(rng, 2, 5))


def test_pairs_that_only_some_measured_are_compared_where_both_have_them(rng):
    data, model = (RDMs(rng.random((rows, 45)), np.arange(10)) for rows in (3, 1))
    holed = RDMs(np.where(np.arange(45) == 7, np.nan, data.dissimilarities), data.stimuli, ("Ann", "Bob", "Cy"))
    both = {"model": RDMs(np.where(np.arange(45) == 7, np.nan, model.dissimilarities), data.stimuli)}
    left_out = rsa.similarity(both["model"], holed).mean()
    assert rsa.compare(both, holed).loc["model", "mean"] == pytest.approx(left_out)
    pd.testing.assert_frame_equal(rsa.compare({"model": model}, holed), rsa.compare(both, holed))
    with pytest.raises(InputError, match=r"0 with 8 is there in the RDM '0' of the other.* missing \(NaN\) in 'Ann'"):
        rsa.compare({"model": model}, holed, inference="dual-bootstrap", key=jax.random.key(0))


@pytest.mark.parametrize("method", ["pearson", "cosine", "spearman", "tau-a", "whitened-pearson"])
def test_each_subject_may_lack_other_pairs(method, rng):
    """The similarities, the ceiling, and samples without stimuli are those of every two RDMs on the pairs of both."""
    data, model = (RDMs(rng.random((rows, 66)), np.arange(12)) for rows in (4, 2))
    holes = rng.random((4, 66)) < 0.2
    holed = RDMs(np.where(holes, np.nan, data.dissimilarities), data.stimuli)
    expected = np.array(
        [
            [
                rsa.similarity(RDMs(np.where(hole, np.nan, row), data.stimuli), holed.rows([str(i)]), method)[0, 0]
                for i, hole in enumerate(holes)
            ]
            for row in model.dissimilarities[:, None]
        ]
    )
    np.testing.assert_allclose(rsa.similarity(model, holed, method), expected)
    without = np.ones((2, 12), int)
    without[1, 3] = 0
    found = rsa.bootstrap_similarity(model, holed, without, method)
    kept = np.delete(np.arange(12), 3)
    np.testing.assert_allclose(found[0], expected, atol=1e-12)
    np.testing.assert_allclose(found[1], rsa.similarity(model.take(kept), holed.take(kept), method), atol=1e-12)
    table = rsa.compare({"model": model}, holed, method=method)
    assert table.loc["model", "mean"] == pytest.approx(expected.mean())
    assert np.isfinite(table[["low", "high", "p", "p_ceiling"]].to_numpy(float)).all()


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_the_ceiling_of_incomplete_rdms_is_that_of_complete_ones_where_nothing_is_missing(method, rng):
    data = RDMs(rng.random((4, 66)) + 0.5, np.arange(12))
    samples = np.ones((3, 12), int)
    samples[1, 2] = samples[2, [4, 7]] = 0
    subjects = np.array([[1, 1, 1, 1], [1, 0, 1, 2], [1, 1, 1, 0]])
    found = incomplete_ceilings(data, samples, subjects, method)
    np.testing.assert_allclose(found, rsa.bootstrap_ceiling(data, samples, subjects, method=method), atol=1e-10)


def test_rdms_without_a_common_pair_are_refused(rng):
    a, b = rng.random((2, 1, 10))
    a[0, :5], b[0, 5:] = np.nan, np.nan
    stacks = (RDMs(values, np.arange(5), (name,)) for values, name in ((a, "Ann"), (b, "Bob")))
    with pytest.raises(InputError, match="The RDMs 'Ann' and 'Bob' have no measured pair in common"):
        rsa.similarity(*stacks)


class TestSkewness:
    """Of a'z + z'Bz − tr B, whose moments are known, and of what tests make of it."""

    @staticmethod
    def found(a, b, seed=0, draws=4000):
        """Estimates, and 2 g'Bg, |g|², 2 tr B² and the variance of each, for a diagonal B."""
        z = np.random.default_rng(seed).normal(size=(draws, len(a)))
        g = a + 2 * b * z
        squared, of_pairs = (g**2).sum(axis=1), np.full(draws, 2 * (b**2).sum())
        return (a * z + b * (z**2 - 1)).sum(axis=1), (2 * (b * g**2).sum(axis=1), squared, of_pairs, squared - of_pairs)

    @pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (0.0, -0.5), (4.0, 0.5), (1.5, 0.5)])
    def test_it_is_that_of_a_quadratic_form(self, a, b):
        """The medians are within a tenth of the closed forms (200 items)."""
        a, b = np.full(200, a), np.full(200, b)
        _, moments = self.found(a, b)
        variance = (a**2 + 2 * b**2).sum()
        skewness, coupling = asymmetry(*moments)
        assert np.median(skewness) == pytest.approx((6 * a**2 * b + 8 * b**3).sum() / variance**1.5, rel=0.1)
        assert np.median(coupling) == pytest.approx((4 * a**2 * b + 8 * b**3).sum() / variance**1.5, rel=0.1)

    @pytest.mark.parametrize(("a", "b"), [(3.0, 0.6), (3.0, -0.6)])
    def test_a_corrected_ratio_has_equal_tails(self, a, b):
        """20 items, 20000 experiments: both tails hold 5 % within 1.2 %; as they are, they differ by 3.3 %."""
        a, b = np.full(20, a), np.full(20, b)
        estimate, moments = self.found(a, b, draws=20000)
        ratio = estimate / np.sqrt(moments[-1])
        corrected = symmetric(ratio, *asymmetry(*moments))
        below, above = ((side * corrected > norm.isf(0.05)).mean() for side in (-1, 1))
        assert [below, above] == pytest.approx([0.05, 0.05], abs=0.012)
        assert abs((ratio > norm.isf(0.05)).mean() - (ratio < norm.ppf(0.05)).mean()) > 0.025

    def test_correcting_never_falls_and_can_be_undone(self, rng):
        ratio, skewness, coupling = np.linspace(-30, 30, 601), *rng.uniform(-1, 1, size=(2, 50, 1))
        corrected = symmetric(ratio, skewness, coupling)
        assert (np.diff(corrected) > 0).all()
        np.testing.assert_allclose(skewed(corrected, skewness, coupling), np.broadcast_to(ratio, (50, 601)), atol=1e-8)

    def test_what_is_obvious_stays_so(self):
        """The correction moves an estimate by at most 2 standard errors, however far from 0 it is."""
        assert np.abs(symmetric(np.array([-8.0, 8.0]), 1.0, 1.0) - [-8, 8]).max() < 2
        assert skewed(np.array([np.inf]), 1.0, 1.0) == np.inf

    def test_an_interval_ends_where_the_test_begins(self, rng):
        """Zero is on the border of the interval at the confidence 1 − p, however skewed the estimate."""
        data, models = stack(rng, 12, 20), {"a": stack(rng, 1, 20), "b": stack(rng, 3, 20)}
        for p, name in zip(rsa.compare(models, data)["p"], models, strict=True):
            row = rsa.compare(models, data, confidence=1 - p).loc[name]
            assert min(abs(row["low"]), abs(row["high"])) == pytest.approx(0, abs=1e-6 * row["se"])
            assert row["high"] - row["mean"] != pytest.approx(row["mean"] - row["low"], rel=1e-3)
