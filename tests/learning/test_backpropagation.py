"""Back-propagation written out: automatic differentiation, finite differences, Optax, and the whole loop."""

import importlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from isocortex import MLP, HeadCentred, InputError, OrientationRegression, descend, population
from isocortex.learning.backpropagation import ERRORS, adam, agreement, backpropagate, forward, sgd

DEPTHS = {"no hidden layer": (5, 3), "one": (5, 4, 3), "four": (5, 6, 4, 7, 4, 3)}
CASES = [("cross-entropy", "sigmoid"), ("squared-error", "sigmoid"), ("squared-error", "identity")]


def in_float64(network):
    return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf), jnp.float64), network)


def batch(rng, n=7):
    return rng.normal(size=(n, 5)), rng.uniform(size=(n, 3))


@pytest.mark.first_variant
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(("loss", "readout"), CASES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_gradients_equal_automatic_differentiation(depth, loss, readout, activation, rng, key):
    """To rounding: sums of some ten products of numbers near 1 differ by a few units of 2.2e-16 (6e-8 in float32)."""
    network = MLP(DEPTHS[depth], activation=activation, readout=readout, key=key)
    x, y = batch(rng)
    single = agreement(network, jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32), loss)
    assert single < 3e-6
    with jax.enable_x64(True):
        assert agreement(in_float64(network), jnp.asarray(x), jnp.asarray(y), loss) < 5e-15


@pytest.mark.first_variant
@pytest.mark.parametrize(("loss", "readout"), CASES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_gradients_equal_finite_differences(depth, loss, readout, rng, key):
    """Central differences with h = 1e-5 err by h²/6 · f''' ~ 1e-10 and by rounding 2e-16/h ~ 2e-11 of a loss near 1."""
    with jax.enable_x64(True):
        network = in_float64(MLP(DEPTHS[depth], readout=readout, key=key))
        x, y = map(jnp.asarray, batch(rng))
        gradient, structure = jax.tree.flatten(backpropagate(network, x, y, loss))
        leaves = jax.tree.leaves(network)

        def error(i, change):
            moved = [leaf + change if j == i else leaf for j, leaf in enumerate(leaves)]
            return float(ERRORS[loss](forward(jax.tree.unflatten(structure, moved), x)[-1], y).mean())

        h = 1e-5
        for i, leaf in enumerate(leaves):
            for place in np.ndindex(leaf.shape):
                bump = np.zeros(leaf.shape)
                bump[place] = h
                slope = (error(i, bump) - error(i, -bump)) / (2 * h)
                assert float(gradient[i][place]) == pytest.approx(slope, abs=2e-9)


@pytest.mark.first_variant
@pytest.mark.parametrize("error", ["cross-entropy", "squared-error"])
def test_gradients_are_those_of_the_task(error, key):
    task = HeadCentred(error=error)
    network, trials = MLP(key=key), task.sample(key, 25)
    automatic = jax.grad(lambda n: task.loss(jax.vmap(n)(trials.inputs)["output"], trials))(network)
    mine = backpropagate(network, trials.inputs, trials.targets, error)
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(automatic), strict=True):
        np.testing.assert_allclose(a, b, atol=3e-6 * float(jnp.abs(b).max()))


def test_the_lesson_runs_the_same_network(key, rng):
    network, x = MLP((5, 4, 3), key=key), jnp.asarray(batch(rng)[0], jnp.float32)
    np.testing.assert_allclose(forward(network, x)[-1], jax.vmap(network)(x)["output"], atol=1e-6)


@pytest.mark.parametrize(("step", "theirs"), [(sgd, optax.sgd(0.1)), (adam, optax.adam(0.1))])
def test_steps_equal_those_of_optax(step, theirs, rng):
    """Ten steps; float32 rounding of 6e-8 relative grows little in ten steps of weights near 1."""
    weights = others = {"w": jnp.asarray(rng.normal(size=(3, 2)), jnp.float32)}
    zeros = jax.tree.map(jnp.zeros_like, weights)
    memory, state = (() if step is sgd else (zeros, zeros)), theirs.init(others)
    for t in range(1, 11):
        gradient = {"w": jnp.asarray(rng.normal(size=(3, 2)), jnp.float32)}
        weights, memory = step(weights, gradient, memory, jnp.float32(t), 0.1)
        change, state = theirs.update(gradient, state)
        others = optax.apply_updates(others, change)
        np.testing.assert_allclose(weights["w"], others["w"], rtol=2e-5, atol=2e-6)


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    """m̂ = g and v̂ = g², so the first step is η·sign(g) whatever the gradient: what the correction is for."""
    weights, gradient = jnp.zeros(3), jnp.array([1e-3, -5.0, 200.0])
    moved, _ = adam(weights, gradient, (jnp.zeros(3), jnp.zeros(3)), jnp.float32(1), 0.01)
    np.testing.assert_allclose(moved, [-0.01, 0.01, -0.01], rtol=2e-4)  # 1 − β₂ = 0.001 has five digits in float32


SMALL = {"epochs": 6, "n_trials": 100, "batch": 25}


def networks(n, key, sizes=(66, 8, 64), **options):
    return population(lambda k: MLP(sizes, key=k, **options), n, key=key)


def leaves(models):
    return [np.asarray(x) for x in jax.tree.leaves(models)]


@pytest.mark.first_variant
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_the_loop_is_the_lesson_written_out(optimiser, key):
    """The compiled loop against single steps in Python, in the same fixed order; float32 over 12 updates."""
    task = HeadCentred()
    models = networks(1, key)
    trained, error = descend(models, task, key=key, optimiser=optimiser, **(SMALL | {"epochs": 3}))
    network = jax.tree.map(lambda leaf: leaf[0], models)
    zeros = jax.tree.map(jnp.zeros_like, network)
    memory, trials, t = (() if optimiser == "sgd" else (zeros, zeros)), task.sample(jax.random.fold_in(key, 0), 100), 0
    for epoch in range(3):
        squares = 0.0
        for start in range(0, 100, 25):
            t += 1
            x, y = trials.inputs[start : start + 25], trials.targets[start : start + 25]
            squares += float(((forward(network, x)[-1] - y) ** 2).sum())
            step = {"sgd": sgd, "adam": adam}[optimiser]
            network, memory = step(network, backpropagate(network, x, y), memory, jnp.float32(t), 0.01)
        assert float(error[0, epoch]) == pytest.approx(squares / 100, rel=1e-5)
    for a, b in zip(leaves(trained), leaves(network), strict=True):
        np.testing.assert_allclose(a[0], b, atol=2e-5)


@pytest.mark.slow
def test_the_number_of_members_changes_no_bit(key):
    two, error_two = descend(networks(2, key), HeadCentred(), key=key, **SMALL)
    three, error_three = descend(networks(3, key), HeadCentred(), key=key, **SMALL)
    np.testing.assert_array_equal(error_two, error_three[:2])
    for a, b in zip(leaves(two), leaves(three), strict=True):
        np.testing.assert_array_equal(a, b[:2])


class Interruption(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_an_interrupted_training_ends_in_the_same_bits(optimiser, key, tmp_path, monkeypatch):
    module = importlib.import_module("isocortex.learning.descend")
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CHECKPOINTS", 0)
    options = {"key": key, "optimiser": optimiser, **SMALL, "epochs": 45}
    unbroken, error = descend(networks(2, key), HeadCentred(), **options)

    def stop(done, total):
        if done == 20:
            raise Interruption

    with pytest.raises(Interruption):
        descend(networks(2, key), HeadCentred(), **options, checkpoint=tmp_path / "state.eqx", progress=stop)
    seen = []
    resumed, again = descend(
        networks(2, key),
        HeadCentred(),
        **options,
        checkpoint=tmp_path / "state.eqx",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(40, 45), (45, 45)]
    np.testing.assert_array_equal(error, again)
    for a, b in zip(leaves(unbroken), leaves(resumed), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(InputError, match="checkpoint of another training"):
        descend(networks(2, key), HeadCentred(), **options | {"learning_rate": 0.02}, checkpoint=tmp_path / "state.eqx")


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error"])
@pytest.mark.parametrize(("eye", "output"), [("linear", "gaussian"), ("monotonic", "monotonic")])
def test_every_format_and_loss_is_learned(eye, output, loss, key):
    """Adam has to get clearly below the error of the mean target, which nothing without eye and retina beats."""
    task = HeadCentred(eye=eye, output=output, error=loss)
    models = networks(1, key, (task.n_inputs, 16, task.n_outputs))
    _, error = descend(models, task, key=key, loss=loss, optimiser="adam", epochs=60, n_trials=1000)
    targets = task.sample(key, 2000).targets
    assert float(error[0, -1]) < 0.9 * float(((targets - targets.mean(axis=0)[None]) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "epochs must be at least 1; got 0"),
        ({"batch": 101}, "A batch of 101 cannot be drawn from 100 trials"),
        ({"learning_rate": -1.0}, "learning_rate must be above 0; got -1.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0"),
        ({"loss": "cross-entrpy"}, "There is no loss 'cross-entrpy'. Did you mean 'cross-entropy'?"),
        ({"optimiser": "adams"}, "There is no optimiser 'adams'. Did you mean 'adam'?"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        descend(networks(1, key), HeadCentred(), key=key, **(SMALL | options))


def test_networks_that_do_not_fit_are_refused(key):
    with pytest.raises(InputError, match="have 66 inputs and 32 outputs, and the task 66 and 64"):
        descend(networks(1, key, (66, 4, 32)), HeadCentred(), key=key, **SMALL)
    with pytest.raises(InputError, match="'cross-entropy' needs a readout of sigmoid; the network has 'identity'"):
        descend(networks(1, key, readout="identity"), HeadCentred(), key=key, **SMALL)
    with pytest.raises(InputError, match="the task 192 and 2"):
        descend(networks(1, key, (9, 2)), OrientationRegression(resolution=0.025), key=key, **SMALL)


def test_divergence_is_told(key):
    models = networks(2, key, activation="relu", readout="identity")
    with pytest.raises(InputError, match="diverged in 2 of 2 seeds"):
        descend(models, HeadCentred(), key=key, loss="squared-error", learning_rate=1e6, **SMALL)


def test_the_module_is_not_hidden_by_its_function():
    assert callable(sys.modules["isocortex.learning"].descend)
