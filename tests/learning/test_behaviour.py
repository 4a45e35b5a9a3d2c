"""What networks do: recorded in time, judged with noise, perturbed."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from isocortex import CTRNN, InputError, OrientationDiscrimination, evaluate, fit_stream, population, record
from isocortex.learning import behaviour, fraction_of_ideal, perturbation_table
from isocortex.models import disconnect, lesion, member, with_noise, with_pulse
from isocortex.tasks import PerceptualDecisionMaking

TASK = PerceptualDecisionMaking(dt=50.0, timing={"stimulus": 200}, noise=0.1, coherences=(100.0,))


@pytest.fixture(scope="module")
def networks():
    models = population(lambda k: CTRNN(3, 3, n_units=12, key=k), 2, key=jax.random.key(0))
    return fit_stream(models, TASK, key=jax.random.key(0), updates=300)[0]


def test_behaviour_is_labelled_and_agrees_with_evaluate(networks, key):
    seen = behaviour(networks, TASK, key=key, n_trials=150)
    assert dict(seen.sizes) == {"seed": 2, "trial": 150, "time": 8, "output": 3, "input": 3}
    np.testing.assert_array_equal(seen.time, 50 * np.arange(8))
    np.testing.assert_allclose(seen.correct.mean("trial"), evaluate(networks, TASK, key=key, n_trials=150), atol=1e-6)
    np.testing.assert_array_equal(seen.correct, seen.choice == seen.right)
    np.testing.assert_array_equal(seen.outputs.isel(time=-1).argmax("output") - 1, seen.choice)
    assert float(seen.correct.mean()) > 0.95
    assert set(seen.coherence.values) == {100.0}
    np.testing.assert_allclose(seen.ideal, 1, atol=1e-6)


def test_an_ideal_observer_stays_within_the_sampling_error_of_its_own_success(rng):
    """2000 members that succeed with the ideal observer's probabilities: the standard deviation of their fractions is
    the error that is said, to four of its own standard errors, error/√(2·2000). Half of them are above 1."""
    p = rng.uniform(0.5, 1, 300)
    correct = (rng.random((2000, 300)) < p).astype(float)
    fractions, error = fraction_of_ideal(xr.Dataset({"correct": (("seed", "trial"), correct), "ideal": ("trial", p)}))
    assert fractions.mean() == pytest.approx(1, abs=4 * error / np.sqrt(2000))
    assert fractions.std() == pytest.approx(error, rel=4 / np.sqrt(4000))
    assert (fractions > 1).mean() == pytest.approx(0.5, abs=0.05)
    with pytest.raises(InputError, match="succeeds in no trial"):
        fraction_of_ideal(xr.Dataset({"correct": (("seed", "trial"), correct), "ideal": ("trial", 0 * p)}))


@pytest.mark.slow
def test_noise_is_on_at_test_and_each_members_own(networks, key):
    """With its noise drowned out a network guesses among three outputs or keeps to one: far from its success."""
    assert evaluate(networks, TASK, key=key, n_trials=200).min() > 0.9
    assert evaluate(with_noise(networks, 50.0), TASK, key=key, n_trials=200).max() < 0.7
    twins = jax.tree.map(lambda x: jnp.concatenate([x[:1], x[:1]]), networks)
    outputs = behaviour(twins, TASK, key=key, n_trials=5).outputs
    assert not np.allclose(outputs[0], outputs[1], atol=0.01)


@pytest.mark.slow
def test_recorded_sequences(networks, key):
    inputs = TASK.sample(key, 3).inputs
    quiet, noisy = record(networks, inputs), record(networks, inputs, key=key, times=TASK.times)
    assert quiet["rate"].dims == ("seed", "stimulus", "time", "unit")
    assert quiet["rate"].shape == (2, 3, 8, 12)
    np.testing.assert_array_equal(quiet["rate"].time, 20 * np.arange(8))  # the networks' own dt
    np.testing.assert_array_equal(noisy["rate"].time, TASK.times)
    one = member(networks, 1)
    np.testing.assert_allclose(quiet["output"][1, 0], one(inputs[0])["output"], atol=1e-5)
    own = jax.random.fold_in(jax.random.fold_in(key, 1), 0)
    np.testing.assert_allclose(noisy["output"][1, 0], one(inputs[0], key=own)["output"], atol=1e-5)
    alone = record(one, inputs, population=False, layers=["rate"])
    assert alone["rate"].dims == ("stimulus", "time", "unit")
    with pytest.raises(
        InputError, match="CTRNN takes sequences of step × channel of shape any × 3, one per stimulus; got 8 × 2"
    ):
        record(networks, inputs[:, :, :2])
    with pytest.raises(InputError, match=r"rate have .* NaN or infinite values, the first at .*'time': 0"):
        record(networks, inputs.at[0].set(jnp.nan))
    with pytest.raises(InputError, match=r"hold 8 steps in time, but the times have shape \(3,\)"):
        record(networks, inputs, times=[0.0, 50.0, 100.0])


@pytest.mark.slow
def test_a_lesioned_unit_is_heard_by_no_one(networks, key):
    """Whatever it does: its own input is driven, and nothing else changes."""
    x = TASK.sample(key, 1).inputs[0]
    cut = member(lesion(networks, [3]), 0)
    driven = (cut.input_weight.at[3].set(100.0), cut.bias.at[3].set(7.0))
    a, b = cut(x), eqx.tree_at(lambda n: (n.input_weight, n.bias), cut, driven)(x)
    assert not np.allclose(a["rate"][:, 3], b["rate"][:, 3])
    np.testing.assert_array_equal(np.delete(a["rate"], 3, 1), np.delete(b["rate"], 3, 1))
    np.testing.assert_array_equal(a["output"], b["output"])


def test_the_table_of_perturbations(networks, key):
    weak = np.zeros((2, 12), bool)
    weak[0, 0] = True
    table = perturbation_table(
        networks,
        TASK,
        {
            "no unit": lambda m, x: (lesion(m, []), x),
            "one of the first": lambda m, x: (lesion(m, weak), x),
            "all units": lambda m, x: (lesion(m, range(12)), x),
            "all connections": lambda m, x: (disconnect(m, np.ones((12, 12), bool)), x),
            "noise": lambda m, x: (with_noise(m, 50.0), x),
            "pulse for right": lambda m, x: (m, with_pulse(x, 50.0, 1, 100.0, 300.0, 5.0)),
        },
        key=key,
        n_trials=200,
    ).set_index(["perturbation", "seed"])
    change = table.change.unstack()
    assert (change.loc[["none", "no unit"]] == 0).all(axis=None)
    assert change.loc["one of the first", 1] == 0  # the other member keeps all of its units
    assert (table.success.unstack().loc["all units"] < 0.7).all()
    assert (change.loc["noise"] < -0.3).all()
    # A pulse of 10 times the signal to one side is followed in every trial: right in half of them, ±4·√(1/4/200).
    np.testing.assert_allclose(table.success.unstack().loc["pulse for right"], 0.5, atol=0.14)
    np.testing.assert_allclose(table.success.unstack().loc["none"] + change, table.success.unstack(), atol=1e-6)


@pytest.mark.parametrize(
    ("perturb", "sentence"),
    [
        (lambda m: lesion(m, [12]), "numbers from 0 to 11"),
        (lambda m: lesion(m, np.ones(5, bool)), r"units must have the shape \(12,\)"),
        (lambda m: disconnect(m, np.ones((3, 3), bool)), r"connections must have the shape \(12, 12\)"),
        (lambda m: with_noise(m, -1.0), "noise must be at least 0"),
        (lambda m: with_pulse(jnp.zeros((8, 3)), 50.0, 3, 0.0, 100.0, 1.0), "channel must be from 0 to 2; got 3"),
        (lambda m: with_pulse(jnp.zeros((8, 3)), 50.0, 0, 900.0, 950.0, 1.0), "the trial lasts 400 ms"),
        (lambda m: evaluate(m, PerceptualDecisionMaking(n_choices=4), key=jax.random.key(0)), "does not take the task"),
        (lambda m: behaviour(m, OrientationDiscrimination(), key=jax.random.key(0)), "is not a task with time steps"),
    ],
)
def test_bad_input_is_refused(perturb, sentence, networks):
    with pytest.raises(InputError, match=sentence):
        perturb(networks)
