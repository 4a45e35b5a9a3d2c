"""The trial clock: whole steps, exact probabilities of floored durations, masks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.tasks import OneOf, TruncatedExponential, Uniform
from isocortex.tasks.clock import Fixed, draw_steps, in_sequence, whole_steps


@pytest.mark.parametrize(
    ("duration", "dt", "steps"),
    [
        (2000, 100, 20),
        (750, 100, 7),
        (750, 20, 37),
        (83, 80, 1),
        (0.3, 0.1, 3),
        (0.7, 0.1, 7),
        (99.9, 100, 0),
        (0, 5, 0),
    ],
)
def test_a_duration_is_floored_to_whole_steps_whatever_its_binary_fraction(duration, dt, steps):
    assert whole_steps(duration, dt) == steps


def test_every_multiple_of_every_step_counts_in_full():
    for dt in (0.1, 0.3, 0.7, 1.1, 20.0, 33.3):
        assert [whole_steps(k * dt, dt) for k in range(1000)] == list(range(1000))


@pytest.mark.parametrize("dt", [20, 80, 33.3])
@pytest.mark.parametrize("duration", [Uniform(800, 1500), TruncatedExponential(low=300, high=3000, mean=600)])
def test_the_probability_of_each_number_of_steps_is_that_of_the_floored_duration(duration, dt, rng):
    """Against a million floored draws in double precision; 5 standard errors of each share."""
    n = 1_000_000
    if isinstance(duration, Uniform):
        x = rng.uniform(800, 1500, n)
    else:
        x = rng.exponential(600, 4 * n)
        x = x[(x >= 300) & (x < 3000)][:n]
    steps, share = duration.steps(dt)
    found, counts = np.unique((x // dt).astype(int), return_counts=True)
    assert set(found) <= set(steps)
    expected = dict(zip(steps, share, strict=True))
    assert share.sum() == pytest.approx(1, abs=1e-12)
    for k, count in zip(found, counts, strict=True):
        assert count / len(x) == pytest.approx(expected[k], abs=5 * np.sqrt(expected[k] / len(x)))


def test_drawn_steps_have_those_probabilities(key):
    n = 200_000
    durations = {"a": Uniform(300, 600), "b": OneOf((300, 300, 500)), "c": Fixed(250)}
    drawn = draw_steps(key, durations, n, 80.0)
    for name, duration in durations.items():
        steps, share = duration.steps(80.0)
        counts = np.array([(np.asarray(drawn[name]) == k).mean() for k in steps])
        np.testing.assert_allclose(counts, share, atol=5 * np.sqrt(0.25 / n))
    assert abs(np.corrcoef(drawn["a"], drawn["b"])[0, 1]) < 5 / np.sqrt(n)


def test_masks_follow_one_another_and_fill_the_trial():
    clock = in_sequence({"a": jnp.array([2, 0]), "b": jnp.array([1, 3])}, 5, 10.0)
    assert clock.during("a").astype(int).tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert clock.during("b").astype(int).tolist() == [[0, 0, 1, 0, 0], [1, 1, 1, 0, 0]]
    assert (clock.during("a", "b") == clock.during("trial")).all()
    assert clock.lasts("b").tolist() == [10.0, 30.0]


def test_bad_durations_are_refused():
    for make in (lambda: Fixed(-1), lambda: Fixed(np.inf), lambda: Uniform(600, 300), lambda: OneOf(())):
        with pytest.raises(InputError, match=r"at least 0|low < high"):
            make()
    with pytest.raises(InputError, match="mean of a truncated exponential"):
        TruncatedExponential(low=0, high=10, mean=0)


def test_drawing_steps_is_pure(key):
    draw = jax.jit(lambda key: draw_steps(key, {"a": Uniform(0, 100)}, 50, 10.0)["a"])
    np.testing.assert_array_equal(draw(key), draw_steps(key, {"a": Uniform(0, 100)}, 50, 10.0)["a"])
