"""The category contrast against its definition, and its jackknife against one stimulus left out at a time."""

import numpy as np
import pytest
from scipy.stats import rankdata

from isocortex import InputError, RDMs
from isocortex.analysis import category_contrast, percentiles

N = 12
KINDS = np.repeat(["face", "hand", "tree"], 4)


def contrast(square, kinds):
    """Mean over pairs of two categories less mean over pairs of one."""
    first, second = np.triu_indices(len(kinds), 1)
    same = kinds[first] == kinds[second]
    values = square[first, second]
    return values[~same].mean() - values[same].mean()


def test_definition_and_jackknife(rng):
    rdms = RDMs(rng.random((1, N * (N - 1) // 2)), np.arange(N))
    found = category_contrast(rdms, KINDS)
    square = RDMs(percentiles(rdms.dissimilarities), rdms.stimuli).square()[0]
    assert found["mean"] == pytest.approx(contrast(square, KINDS))
    without = [contrast(np.delete(np.delete(square, i, 0), i, 1), np.delete(KINDS, i)) for i in range(N)]
    assert found["se"] == pytest.approx(np.sqrt((N - 1) * np.var(without)))
    assert found["high"] - found["mean"] == pytest.approx(2.200985 * found["se"], rel=1e-6)  # t(11) at 97.5 %


def test_invariances(rng):
    rdms = RDMs(rng.random((3, N * (N - 1) // 2)), np.arange(N))
    found = category_contrast(rdms, KINDS)
    order = rng.permutation(N)
    assert category_contrast(rdms.take(order), KINDS[order])["mean"] == pytest.approx(found["mean"])
    monotone = RDMs(np.exp(3 * rdms.dissimilarities) - 7, rdms.stimuli)
    assert category_contrast(monotone, KINDS)["mean"] == pytest.approx(found["mean"])


@pytest.mark.slow
def test_the_interval_covers_the_truth():
    """Stimuli have random places of their own; the truth is the mean contrast of many such sets."""
    rng = np.random.default_rng(1)

    def sample():
        places = rng.normal(size=(24, 3)) + np.repeat([[0.0], [1.0]], 12, axis=0)
        square = ((places[:, None] - places[None]) ** 2).sum(axis=2)
        kinds = np.repeat(["a", "b"], 12)
        return category_contrast(RDMs(square[np.triu_indices(24, 1)][None], np.arange(24)), kinds)

    found = [sample() for _ in range(300)]
    truth = np.mean([row["mean"] for row in found])
    covered = np.mean([row["low"] <= truth <= row["high"] for row in found])
    assert covered >= 0.92  # 0.95 less two standard errors of 300 draws; the jackknife may be wide, not narrow


@pytest.mark.parametrize("kinds", [np.repeat("a", N), np.arange(N).astype(str)])
def test_nothing_to_contrast(kinds, rng):
    with pytest.raises(InputError, match="at least two categories, one of them with two stimuli"):
        category_contrast(RDMs(rng.random((1, N * (N - 1) // 2)), np.arange(N)), kinds)


def test_percentiles_run_from_0_to_100_with_ties_in_the_middle():
    assert percentiles(np.array([[5.0, 1.0, 5.0, 9.0]])).round(6).tolist() == [[50.0, 0.0, 50.0, 100.0]]
    values = np.random.default_rng(0).random((2, 10))
    np.testing.assert_allclose(percentiles(values)[1], (rankdata(values[1]) - 1) / 9 * 100)


def test_pairs_that_were_not_measured_are_left_out(rng):
    """Percentiles are among the measured pairs, and both means over them alone."""
    kinds, values = np.array(["a", "a", "a", "b", "b", "b"]), rng.random((1, 15))
    values[0, [0, 8]] = np.nan
    first, second = np.triu_indices(6, 1)
    measured = np.isfinite(values[0])
    places = 100 * (rankdata(values[0, measured]) - 1) / 12
    apart = (kinds[first] != kinds[second])[measured]
    found = category_contrast(RDMs(values, np.arange(6)), kinds)
    assert found["mean"] == pytest.approx(places[apart].mean() - places[~apart].mean())
    assert found["low"] < found["mean"] < found["high"]
