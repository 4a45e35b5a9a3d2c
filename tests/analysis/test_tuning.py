import jax
import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.analysis import embed, tuning_curves

ANGLES = np.arange(-90.0, 90.0, 5.0)


def von_mises(preferred, kappa):
    return np.exp(kappa * (np.cos(np.deg2rad(2 * (ANGLES[:, None] - preferred))) - 1))


def test_planted_preferences_and_order_of_selectivity():
    preferred = np.array([-90.0, -60.0, 0.0, 44.0])
    curves = tuning_curves(responses(von_mises(preferred, np.array([0.5, 1, 2, 8])), stimuli=ANGLES))
    np.testing.assert_allclose((curves.preferred - preferred + 90) % 180 - 90, 0, atol=1e-6)
    assert (np.diff(curves.selectivity) > 0).all()
    assert curves.selectivity.max() < 1


def test_one_orientation_alone_is_perfect_and_none_is_zero():
    values = np.zeros((len(ANGLES), 2))
    values[7, 0] = 2.0
    curves = tuning_curves(responses(values, stimuli=ANGLES))
    np.testing.assert_allclose(curves.selectivity, [1, 0], atol=1e-12)
    assert curves.preferred[0] == pytest.approx(ANGLES[7])
    assert curves.representatives(6).tolist() == [0]


def test_stimuli_may_come_in_any_order(rng):
    values = von_mises(np.array([20.0, -30.0]), 2.0)
    order = rng.permutation(len(ANGLES))
    shuffled = tuning_curves(responses(values[order], stimuli=ANGLES[order]))
    np.testing.assert_allclose(shuffled.curves, values.T)


def test_bad_responses_are_refused():
    with pytest.raises(InputError, match="angles in degrees"):
        tuning_curves(responses(np.eye(3), stimuli=["a", "b", "c"]))
    with pytest.raises(InputError, match="Select one seed"):
        tuning_curves(responses(np.ones((2, 3, 4)), dims=("seed", "stimulus", "unit")))


@pytest.mark.parametrize("units", [1, 2, 40])
def test_embedding_keeps_neighbours_and_repeats(units):
    values = von_mises(np.linspace(-90, 90, units, endpoint=False), 2.0)
    array = responses(values, stimuli=ANGLES)
    one, two = (embed(array, key=jax.random.key(0)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (len(ANGLES), 2)
    if units == 40:
        distance = np.linalg.norm(one[:, None] - one[None], axis=-1)
        near = np.mean([distance[i, (i + 1) % len(ANGLES)] for i in range(len(ANGLES))])
        assert near < 0.5 * np.median(distance)
