"""What is decoded, from which samples, and what is said of input that cannot be used."""

import jax
import numpy as np
import pytest
import xarray as xr
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from isocortex import ConvNet, InputError, gratings, population, record, responses
from isocortex.analysis.decoding import decode
from isocortex.analysis.inference import require_no_leak

SHOWN = np.array(["car", "face", "hand"] * 12)


@pytest.fixture
def trials(rng):
    """36 trials × 5 times × 20 units; objects come apart from the third time on."""
    patterns = rng.normal(size=(3, 20))
    x = rng.normal(size=(36, 5, 20))
    x[:, 2:] += 1.5 * patterns[np.arange(36) % 3][:, None]
    return responses(
        x,
        stimuli=SHOWN,
        times=[0, 10, 20, 30, 40],
        conditions={"speed": np.arange(36.0) % 7, "block": np.arange(36) // 6},
        dims=["trial", "time", "unit"],
    )


@pytest.mark.parametrize("decoder", ["lda", "maximum-correlation", "ridge", "gaussian-naive-bayes", "logistic"])
def test_objects_are_decoded_when_they_come_apart(trials, decoder):
    score = decode(trials, decoder=decoder, penalties=[1.0] if decoder in ("ridge", "logistic") else None).score()
    assert score.dims == ("time",)
    assert (score.sel(time=[0, 10]) < 0.6).all()  # chance 1/3; 36 trials: 3.4 standard errors
    assert (score.sel(time=[20, 30, 40]) > 0.8).all()


def test_times_together_are_times_one_by_one(trials):
    together = decode(trials, decoder="lda").predicted
    for time in trials["time"].values:
        alone = decode(trials.sel(time=time, drop=True), decoder="lda").predicted
        np.testing.assert_array_equal(together.sel(time=time).values, alone.values)


def test_trials_and_repeats_of_stimuli_are_the_same_samples(trials):
    """3 objects in turn, 12 times: 12 repeats × 3 stimuli."""
    x = trials.isel(time=4, drop=True)
    stacked = responses(x.values.reshape(12, 3, 20), stimuli=SHOWN[:3])
    np.testing.assert_array_equal(decode(x).predicted.values, decode(stacked).predicted.values)


def test_layers_of_a_network_are_decoded_by_seed():
    angles = np.linspace(-90, 90, 12, endpoint=False)
    networks = population(lambda key: ConvNet("FC", image_size=(12, 16), key=key), 2, key=jax.random.key(0))
    recorded = record(networks, gratings(angles, resolution=0.025), stimuli=angles, layers=["fc"])["fc"]
    score = decode(recorded, decoder="ridge", period=180, n_folds=4).score()
    assert score.sizes == {"seed": 2}
    alone = [decode(recorded.isel(seed=i), decoder="ridge", period=180, n_folds=4, penalties=[1.0]) for i in (0, 1)]
    both = decode(recorded, decoder="ridge", period=180, n_folds=4, penalties=[1.0])
    np.testing.assert_allclose(both.score().values, [one.score() for one in alone])


def test_angles_are_decoded_across_the_end_of_their_circle(rng):
    angles = np.repeat(np.arange(-90, 90, 5.0), 4)
    preferred = np.arange(-90, 90, 6.0)
    x = np.exp(np.cos(2 * np.deg2rad(angles[:, None] - preferred))) + 0.1 * rng.normal(size=(len(angles), 30))
    shown = responses(x, stimuli=angles, dims=["trial", "unit"])
    for decoder in ("ridge", "population-vector", "gaussian-bayes", "poisson-bayes"):
        found = decode(shown, decoder=decoder, period=180)
        assert found.score() < 4, decoder
        assert np.abs(found.errors()).max() <= 90
    constant = decode(shown, decoder="constant", period=180)
    assert 40 < constant.score() < 50  # a quarter of the circle


def test_numbers_are_decoded_with_their_explained_variance(trials, rng):
    x = trials.isel(time=0, drop=True).copy()
    x[:, 0] = trials["speed"].values + 0.1 * rng.normal(size=36)
    found = decode(x, "speed", decoder="ridge", numbers=True)
    assert found.measure == "R²"
    assert 0.9 < found.score() < 1
    assert decode(x, "speed", decoder="constant", numbers=True).score() < 0.05


def test_an_estimator_of_scikit_learn_is_taken_as_it_is(trials):
    x = trials.isel(time=[0, 4])
    assert (decode(x, decoder=LinearSVC()).score().values[1:] > 0.8).all()
    ours = decode(x, "speed", decoder="ridge", numbers=True, penalties=[10.0])
    z = x.values[:, 1]
    for fold in ours.folds:  # the same folds and the same standardization
        mean, sd = z[fold.train].mean(axis=0), z[fold.train].std(axis=0)
        fitted = Ridge(alpha=10.0).fit((z[fold.train] - mean) / sd, x["speed"].values[fold.train])
        expected = fitted.predict((z[fold.test] - mean) / sd)
        np.testing.assert_allclose(ours.predicted.isel(time=1).values[fold.test], expected, atol=1e-9)


def test_groups_never_straddle_a_split(trials):
    found = decode(trials, by="block", n_folds=3)
    require_no_leak(found.folds, trials["block"].values)
    assert "each block in one of them" in found.methods


def test_a_planted_leak_is_what_holding_out_stimuli_prevents(rng):
    """Every stimulus has a pattern of its own that says nothing about its number: only seen stimuli can be decoded."""
    numbers = np.repeat(rng.permutation(12).astype(float), 6)
    x = np.repeat(rng.normal(size=(12, 40)), 6, axis=0) + 0.2 * rng.normal(size=(72, 40))
    shown = responses(x, stimuli=numbers, dims=["trial", "unit"])
    assert decode(shown, decoder="ridge", numbers=True).score() > 0.9
    assert decode(shown, decoder="ridge", numbers=True, by="stimulus").score() < 0.3


def test_hyper_parameters_are_chosen_without_the_test_samples(trials):
    """Labels of test samples do not move the choice of their fold."""
    found = decode(trials, "speed", decoder="ridge", numbers=True)
    changed = trials["speed"].values.copy()
    changed[found.folds[0].test] = 100.0
    again = decode(trials, changed, decoder="ridge", numbers=True)
    assert again.penalties[0] == found.penalties[0]
    np.testing.assert_array_equal(
        again.predicted.values[:, found.folds[0].test], found.predicted.values[:, found.folds[0].test]
    )


def test_confusions_are_shares_of_each_class(trials):
    confusion = decode(trials.isel(time=4)).confusion()
    np.testing.assert_allclose(confusion.sum("decoded"), 1)
    assert np.diag(confusion.values).mean() == pytest.approx(float(decode(trials.isel(time=4)).score()))


def test_unequal_classes_have_chance_at_one_over_their_number(trials):
    few = trials.isel(trial=np.flatnonzero((SHOWN != "hand") | (np.arange(36) < 18)))
    found = decode(few, decoder="constant")
    assert found.score().values.tolist() == pytest.approx([1 / 3] * 5)
    assert "Classes have 6 to 12 samples" in " ".join(found.notes)


def test_samples_without_a_label_are_left_out(trials):
    speeds = trials["speed"].values.copy()
    speeds[[3, 5]] = np.nan
    found = decode(trials, speeds, decoder="ridge", numbers=True)
    assert found.predicted.sizes["sample"] == 34
    assert "2 samples without a label were left out." in found.notes


def test_silent_units_are_named_and_say_nothing(trials):
    silent = trials.copy()
    silent[..., :3] = 7.0
    found = decode(silent)
    assert "3 units never vary" in " ".join(found.notes)
    ridge, without = (decode(x, decoder="ridge").predicted for x in (silent, trials.isel(unit=slice(3, None))))
    np.testing.assert_array_equal(ridge.values, without.values)


def test_angles_in_radians_are_noticed(rng):
    angles = np.linspace(0, np.pi, 40)
    x = responses(np.stack([np.cos(2 * angles), np.sin(2 * angles)], axis=1) + 0.1, stimuli=angles)
    with pytest.warns(UserWarning, match="radians"):
        decode(x, decoder="ridge", period=180)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decoder": "ldaa"}, "Did you mean 'lda'"),
        ({"target": "colour"}, "no labels 'colour'.*block"),
        ({"target": np.zeros(36, int)}, "one class"),
        ({"target": np.full(36, "")}, "No sample has a label"),
        ({"target": np.zeros(7)}, "36 samples, and the labels have the shape"),
        ({"n_folds": 13}, "The class car has 12 trials, and 13 folds need"),
        ({"n_folds": 1}, "at least 2 folds"),
        ({"by": "stimulus", "n_folds": 3}, "cannot have seen it"),
        ({"decoder": "population-vector"}, "decodes angles, and not classes"),
        ({"decoder": "poisson-naive-bayes"}, "takes spike counts"),
        ({"target": "stimulus", "decoder": "ridge", "numbers": True}, "finite number"),
        ({"target": np.ones(36), "decoder": "ridge", "numbers": True}, "all the same"),
        ({"target": "speed", "decoder": "ridge", "period": 0.0}, "period"),
        ({"decoder": "ridge", "penalties": [-1.0]}, "must not be negative"),
    ],
)
def test_what_cannot_be_decoded_is_said_first(trials, changes, words):
    with pytest.raises(InputError, match=words):
        decode(trials, **changes)


def test_responses_that_are_none_are_refused():
    with pytest.raises(InputError, match="NaN"):
        decode(xr.DataArray(np.full((4, 3), np.nan), dims=("stimulus", "unit")))
