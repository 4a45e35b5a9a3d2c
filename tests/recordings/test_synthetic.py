import jax
import numpy as np
import pytest

from isocortex import InputError, RDMs, rsa, synthetic_v1
from isocortex.analysis import tuning_curves


@pytest.mark.parametrize("seed", range(4))
def test_default_ceiling_is_like_that_of_recordings(seed):
    ceiling = rsa.noise_ceiling(rsa.rdm(synthetic_v1(key=jax.random.key(seed))))
    assert 0.7 <= ceiling.lower <= ceiling.upper <= 0.9


def test_planted_preferences_are_recovered():
    quiet = {"private_noise": 0.1, "shared_noise": 0.0, "idiosyncrasy": 0.0}
    (animal,) = synthetic_v1(key=jax.random.key(1), n_animals=1, n_neurons=300, **quiet).values()
    curves = tuning_curves(animal)
    error = (curves.preferred - animal["preferred"].values + 90) % 180 - 90
    assert np.median(np.abs(error)) < 2


def test_preferences_have_a_cardinal_bias():
    (animal,) = synthetic_v1(
        key=jax.random.key(2), n_animals=1, n_neurons=20000, n_repeats=1, n_orientations=4
    ).values()
    doubled = np.deg2rad(4 * animal["preferred"].values)
    assert np.hypot(np.cos(doubled).mean(), np.sin(doubled).mean()) > 0.03  # s.e. without a bias is 0.005


def test_planted_ranking_is_recovered_under_the_ceiling(rng):
    """The noise-free RDM, two ever noisier copies of it, and an unrelated one come out in that order."""
    key = jax.random.key(5)
    data = rsa.rdm(synthetic_v1(key=key))
    clean = synthetic_v1(key=key, private_noise=0.0, shared_noise=0.0, n_repeats=1)
    truth = rsa.rdm(clean).dissimilarities.mean(axis=0)
    noise = truth.std() * rng.normal(size=(2, truth.size))
    planted = {"truth": truth, "half": truth + noise[0], "tenth": truth + 3 * noise[1], "none": noise[1]}
    models = {name: RDMs(row[None], data.stimuli) for name, row in planted.items()}
    table = rsa.compare(models, data)
    assert list(table["mean"].sort_values(ascending=False).index) == list(planted)
    ceiling = rsa.noise_ceiling(data)
    assert table["mean"].max() < ceiling.upper
    assert table.loc["truth", "mean"] > ceiling.lower


def test_animals_do_not_depend_on_their_number():
    few = synthetic_v1(key=jax.random.key(0), n_animals=1, n_neurons=20, n_orientations=5)
    many = synthetic_v1(key=jax.random.key(0), n_animals=3, n_neurons=20, n_orientations=5)
    np.testing.assert_array_equal(few["animal 1"], many["animal 1"])
    assert not np.array_equal(many["animal 2"], many["animal 1"])


@pytest.mark.parametrize(
    "options", [{"n_animals": 0}, {"n_neurons": 0}, {"n_orientations": 2}, {"n_repeats": 0}, {"private_noise": -1.0}]
)
def test_bad_options_are_refused(options):
    with pytest.raises(InputError, match=next(iter(options))):
        synthetic_v1(key=jax.random.key(0), **options)


def test_it_says_how_it_was_simulated():
    how = {"n_animals": 1, "n_neurons": 30, "n_repeats": 2, "n_orientations": 12, "private_noise": 0.7}
    (animal,) = synthetic_v1(key=jax.random.key(0), **how).values()
    text = animal.attrs["methods"]
    assert "1 animal with 30 neurons each, which respond to 12 orientations in 2 repeats." in text
    assert "a standard deviation of 0.7, and" in text
