import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binom

from isocortex import InputError, OrientationDiscrimination, OrientationRegression, gratings
from isocortex.tasks import visual_task
from isocortex.tasks.orientation import wrap_orientation


@pytest.mark.parametrize("boundary", [0.0, 45.0, -80.0])
def test_labels_follow_the_boundary_and_are_balanced(boundary, key):
    trials = eqx.filter_jit(OrientationDiscrimination(boundary=boundary).sample)(key, 4000)
    angle = np.asarray(trials.conditions["orientation"])
    expected = (((angle - boundary + 90) % 180) - 90) > 0
    np.testing.assert_array_equal(np.asarray(trials.targets)[:, 0] == 1, expected)
    low, high = binom.interval(0.9999, 4000, 0.5)
    assert low <= expected.sum() <= high
    assert angle.min() >= -90
    assert angle.max() <= 90


def test_inputs_are_the_published_gratings(key):
    trials = eqx.filter_jit(OrientationDiscrimination().sample)(key, 50)
    exact = gratings(np.asarray(trials.conditions["orientation"]))
    different = np.asarray(trials.inputs) != exact
    assert different.mean() < 1e-4  # float32 cosines may differ in sign where they vanish


def test_noise_levels_and_frequencies_do_not_compile_again(key):
    compiled = jax.jit(lambda task, key: task.sample(key, 5).inputs)
    compiled(OrientationDiscrimination(), key)
    compiled(OrientationDiscrimination(spatial_frequency=0.1, boundary=20.0), key)
    assert compiled._cache_size() == 1


def test_cross_entropy_equals_its_definition(key):
    trials = eqx.filter_jit(OrientationDiscrimination().sample)(key, 6)
    p = jnp.linspace(0.1, 0.9, 6)[:, None]
    y = np.asarray(trials.targets)
    expected = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    assert float(OrientationDiscrimination().loss(p, trials)) == pytest.approx(float(expected), rel=1e-6)


def test_loss_and_gradient_stay_finite_at_certainty(key):
    task = OrientationDiscrimination()
    trials = eqx.filter_jit(task.sample)(key, 4)
    certain = jnp.array([[0.0], [1.0], [0.0], [1.0]])
    value, gradient = jax.value_and_grad(lambda p: task.loss(p, trials))(certain)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_weights_leave_trials_out(key):
    task = OrientationDiscrimination()
    trials = eqx.filter_jit(task.sample)(key, 2)
    p = jnp.array([[0.3], [0.9]])
    first = jax.tree.map(lambda x: x[:1], trials)
    masked = type(trials)(trials.inputs, trials.targets, jnp.array([1.0, 0.0]), trials.conditions)
    assert float(task.loss(p, masked)) == pytest.approx(float(task.loss(p[:1], first)))


def test_regression_target_is_one_at_both_ends_and_decodes(key):
    task = OrientationRegression()
    ends = task.targets(jnp.array([-90.0, 90.0]))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-5)
    trials = eqx.filter_jit(task.sample)(key, 100)
    decoded = task.decode(3 * trials.targets)
    error = wrap_orientation(decoded - trials.conditions["orientation"])
    assert float(jnp.abs(error).max()) < 1e-3
    assert float(task.loss(trials.targets, trials)) == 0
    assert float(task.score(trials.targets, trials)) == 1


def test_tasks_by_name():
    assert float(visual_task("tilt", boundary=45.0).boundary) == 0
    assert float(visual_task("boundary", boundary=30.0).boundary) == 30
    assert visual_task("orientation").n_outputs == 2
    with pytest.raises(InputError, match="Did you mean 'tilt'"):
        visual_task("tild")
