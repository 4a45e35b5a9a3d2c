"""Features of history, coupling and stimuli: causal, within trials, and told apart by their source."""

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError
from isocortex.analysis.encoding import glm

BASIS = glm.raised_cosines(3, 6)


@pytest.fixture
def counts(rng):
    return rng.poisson(0.5, (2, 30, 3)).astype(float)


def test_bumps_of_pillow_are_on_a_logarithmic_axis():
    """(1 + cos(a log(k + c) − φ)) / 2 with peaks half a half-period apart; the sum of four is constant between them."""
    basis = glm.raised_cosines(6, 400, offset=5.0)
    lags = np.arange(400)
    peaks = basis.argmax(axis=0)
    steps = np.diff(np.log(peaks + 5.0))
    np.testing.assert_allclose(steps, steps.mean(), atol=0.5 / 5)  # a peak is known to half a bin
    between = (lags > peaks[1]) & (lags < peaks[-2])
    np.testing.assert_allclose(basis[between].sum(axis=1), 2.0, atol=1e-9)
    assert basis[-1, -1] == pytest.approx(0, abs=1e-12)
    even = glm.raised_cosines(5, 41, stretched=False)
    assert even.argmax(axis=0).tolist() == [0, 10, 20, 30, 40]


def test_features_know_the_past_of_their_own_trial_alone(counts):
    """Each is the plain sum over lags, and what comes later or in another trial changes nothing."""
    made = glm.design(counts, BASIS, bin_ms=5)
    assert made.x.shape == (2 * 24, 9)
    for row in (0, 23, 24, 47):
        trial, t = int(made.x["trial"][row]), round(float(made.x["time"][row]) / 5)
        past = counts[trial, t - 6 : t][::-1]
        np.testing.assert_allclose(made.x.values[row], (past.T @ BASIS).ravel(), atol=1e-12)
        np.testing.assert_array_equal(made.y.values[row], counts[trial, t])
    changed = counts.copy()
    changed[0, 20:] = 9
    other = glm.design(changed, BASIS, bin_ms=5)
    same = (made.x["trial"] == 1) | (made.x["time"] <= 100)
    np.testing.assert_array_equal(other.x.values[same], made.x.values[same])
    assert (other.x.values[~same] != made.x.values[~same]).any()


def test_stimuli_count_from_the_bin_itself(counts, rng):
    shown = rng.normal(size=(2, 30))
    linear = glm.raised_cosines(2, 4, stretched=False)
    made = glm.design(counts, BASIS, bin_ms=5, stimuli={"contrast": (shown, linear), "now": (shown, None)})
    assert made.x["source"].values[-3:].tolist() == ["contrast", "contrast", "now"]
    t = round(float(made.x["time"][-1]) / 5)
    np.testing.assert_allclose(made.x.values[-1, -3:-1], shown[1, t - 3 : t + 1][::-1] @ linear, atol=1e-12)
    assert made.x.values[-1, -1] == shown[1, t]
    assert made.own.sum(axis=1).tolist() == [3 + 3] * 3  # its history, and the stimuli
    alone = glm.design(counts, None, bin_ms=5, stimuli={"now": (shown, None)})
    assert len(alone.x) == 60


LABELLED = xr.DataArray(np.ones((12, 2)), dims=("time", "cell"))
BAD = {
    "one bump": (lambda c: glm.raised_cosines(1, 5), "at least 2 bumps"),
    "few lags": (lambda c: glm.raised_cosines(6, 5), "5 lags cannot carry 6 bumps"),
    "offset": (lambda c: glm.raised_cosines(3, 5, offset=0.0), "offset must be above 0"),
    "bin": (lambda c: glm.design(c, BASIS, bin_ms=0), "bin_ms must be above 0"),
    "short trials": (lambda c: glm.design(c[:, :6], BASIS, bin_ms=5), "Trials of 6 bins are not longer"),
    "nothing": (lambda c: glm.design(c, None, bin_ms=5), "needs a basis for spikes, or a stimulus"),
    "gap": (lambda c: glm.design(np.where(c > 1, np.nan, c), BASIS, bin_ms=5), "counts must be finite"),
    "axes": (lambda c: glm.design(c[0, 0], BASIS, bin_ms=5), r"\(trial ×\) time × unit"),
    "names of axes": (lambda c: glm.design(LABELLED, BASIS, bin_ms=5), "they have trial, time, cell"),
    "stimulus": (lambda c: glm.design(c, BASIS, bin_ms=5, stimuli={"s": (c[:, :9, 0], None)}), "'s' must be finite"),
    "name": (lambda c: glm.design(c, BASIS, bin_ms=5, stimuli={"1": (c[:, :, 0], None)}), "the name of a unit"),
    "basis": (lambda c: glm.design(c, BASIS[:, 0], bin_ms=5), "lags × bases"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case, counts):
    use, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        use(counts)
