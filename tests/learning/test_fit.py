import sys

import jax
import numpy as np
import optax
import pytest

from isocortex import (
    ConvNet,
    InputError,
    OrientationDiscrimination,
    OrientationRegression,
    evaluate,
    fit,
    load_model,
    population,
    save_model,
)

TASK = OrientationDiscrimination(resolution=0.025)
SMALL = {"epochs": 3, "n_trials": 60, "batch": 20}


def networks(n, key, architecture="ConvPoolFC", **options):
    return population(lambda k: ConvNet(architecture, image_size=(12, 16), pool=2, key=k, **options), n, key=key)


def leaves(models):
    return [np.asarray(x) for x in jax.tree.leaves(models) if hasattr(x, "shape")]


@pytest.mark.slow
def test_the_number_of_members_changes_no_bit(key):
    two, history_two = fit(networks(2, key), TASK, key=key, **SMALL)
    three, history_three = fit(networks(3, key), TASK, key=key, **SMALL)
    assert history_two.identical(history_three.isel(seed=[0, 1]))
    np.testing.assert_array_equal(history_two.epoch, np.repeat([1, 2, 3], 3))
    np.testing.assert_array_equal(history_two.stopped, 9)
    np.testing.assert_allclose(history_two.score * 20, np.round(history_two.score * 20), atol=1e-4)
    for a, b in zip(leaves(two), leaves(three), strict=True):
        np.testing.assert_array_equal(a, b[:2])


def test_a_training_says_what_it_did(key):
    _, history = fit(networks(1, key), TASK, key=key, epochs=1, n_trials=60, batch=20, clip=0.5)
    assert history.attrs["methods"] == (
        "Every network goes 1 time through a data set of its own of 60 trials, in a new order each time and in batches "
        "of 20. The weights follow the gradient by stochastic gradient descent with a learning rate of 0.0005 and a "
        "momentum of 0.99. The norm of the gradient is clipped at 0.5. The loss is the mean binary cross-entropy in "
        "nats."
    )


class Interruption(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("after", [1, 2])
def test_an_interrupted_training_ends_in_the_same_bits(key, tmp_path, after, monkeypatch):
    monkeypatch.setattr(sys.modules["isocortex.learning.loop"], "SECONDS_BETWEEN_CHECKPOINTS", 0)
    unbroken, history = fit(networks(2, key), TASK, key=key, **SMALL)
    path = tmp_path / "state.eqx"

    def stop(done, total):
        if done == after:
            raise Interruption

    with pytest.raises(Interruption):
        fit(networks(2, key), TASK, key=key, **SMALL, checkpoint=path, progress=stop)
    seen = []
    resumed, again = fit(
        networks(2, key), TASK, key=key, **SMALL, checkpoint=path, progress=lambda d, t: seen.append(d)
    )
    assert seen == list(range(after + 1, 4))
    assert history.identical(again)
    for a, b in zip(leaves(unbroken), leaves(resumed), strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_step_is_stochastic_gradient_descent_with_momentum(key):
    """Two full-batch steps against the recursion v ← μv + g, w ← w − ηv written out."""
    models = networks(1, key, "FC")
    trained, _ = fit(models, TASK, key=key, epochs=2, n_trials=30, batch=30, learning_rate=0.1, momentum=0.5)
    data_key, _ = jax.random.split(jax.random.fold_in(key, 0))
    trials = jax.jit(lambda key: TASK.sample(key, 30))(data_key)

    @jax.jit
    @jax.grad
    def descent(model):
        return TASK.loss(jax.vmap(model)(trials.inputs)["output"], trials)

    weights = jax.tree.map(lambda x: x[0], models)
    velocity = jax.tree.map(np.zeros_like, weights)
    for _ in range(2):
        gradient = descent(weights)
        velocity = jax.tree.map(lambda v, g: 0.5 * v + g, velocity, gradient)
        weights = jax.tree.map(lambda w, v: w - 0.1 * v, weights, velocity)
    for mine, theirs in zip(leaves(trained), leaves(weights), strict=True):
        np.testing.assert_allclose(mine[0], theirs, atol=1e-6)


def test_each_epoch_sees_every_trial_once(key):
    """With a vanishing learning rate the mean loss of an epoch is the loss over all trials, in any order."""
    models = networks(1, key, "FC")
    _, history = fit(models, TASK, key=key, epochs=2, n_trials=60, batch=20, learning_rate=1e-12, momentum=0.0)
    loss = history.loss
    by_epoch = loss.groupby("epoch").mean().values[0]
    assert by_epoch[0] == pytest.approx(by_epoch[1], rel=1e-5)
    assert not np.allclose(loss.values[0, :3], loss.values[0, 3:])


def test_another_optimiser_can_be_given(key):
    options = {"epochs": 20, "n_trials": 100, "batch": 50, "optimiser": optax.adam(1e-2)}
    loss = fit(networks(1, key, "FC"), TASK, key=key, **options)[1].loss
    assert float(loss[0, -4:].mean()) < 0.5 * float(loss[0, :4].mean())


def test_scores_are_shares(key):
    scores = evaluate(networks(3, key), TASK, key=key, n_trials=50)
    assert scores.shape == (3,)
    np.testing.assert_allclose(scores * 50, np.round(scores * 50), atol=1e-4)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "epochs must be at least 1; got 0"),
        ({"batch": 0}, "batch must be at least 1"),
        ({"batch": 90}, "A batch of 90 cannot be drawn from 60 trials"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"learning_rate": float("inf")}, "learning_rate must be above 0, and finite"),
        ({"momentum": 1.0}, r"momentum must be in \[0, 1\)"),
        ({"optimiser": "adam", "momentum": 0.5}, "'adam' has no momentum; 'sgd' has"),
        ({"optimiser": optax.adam(0.1), "learning_rate": 0.1}, "has its own learning rate"),
        ({"optimiser": optax.adam(0.1), "momentum": 0.1}, "has its own learning rate"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        fit(networks(1, key), TASK, key=key, **(SMALL | options))


def test_a_model_that_does_not_fit_the_task_is_refused(key):
    with pytest.raises(InputError, match=r"answers with shape \(1,\), and the task expects \(2,\)"):
        fit(networks(1, key), OrientationRegression(resolution=0.025), key=key, **SMALL)
    with pytest.raises(InputError, match="does not take the task's inputs"):
        fit(networks(1, key, "FC"), OrientationDiscrimination(), key=key, **SMALL)


def test_divergence_is_told(key):
    models = networks(1, key, "FC", n_outputs=2, readout="identity")
    with pytest.raises(InputError, match="diverged in 1 of 1 seeds"):
        fit(models, OrientationRegression(resolution=0.025), key=key, **SMALL, learning_rate=1e30)


def test_a_checkpoint_of_another_training_is_refused(key, tmp_path):
    path = tmp_path / "state.eqx"
    fit(networks(1, key), TASK, key=key, **SMALL, checkpoint=path)
    others = [
        (networks(1, key, "FC"), TASK, {"key": key}),
        (networks(1, key), TASK, {"key": jax.random.key(5)}),
        (networks(1, key), TASK, {"key": key, "learning_rate": 0.1}),
        (networks(1, key), OrientationDiscrimination(resolution=0.025, boundary=20.0), {"key": key}),
    ]
    for models, task, options in others:
        with pytest.raises(InputError, match="checkpoint of another training"):
            fit(models, task, **options, **SMALL, checkpoint=path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="damaged"):
        fit(networks(1, key), TASK, key=key, **SMALL, checkpoint=path)


@pytest.mark.slow
def test_a_checkpoint_knows_the_code_of_optimiser_task_and_model(key, tmp_path):
    """Each pair differs in nothing but a number or a function within a closure or a method."""

    class Tilt(OrientationDiscrimination):
        def loss(self, output, trials):
            return 2 * super().loss(output, trials)

    def trained(path, models, task, optimiser):
        fit(models, task, key=key, **SMALL, optimiser=optimiser, checkpoint=tmp_path / path)

    def shadow(cls):
        return type("Tilt", (cls,), {"__module__": __name__, "__qualname__": Tilt.__qualname__})

    models, heavy, plain = networks(1, key, "FC"), Tilt(resolution=0.025), shadow(OrientationDiscrimination)
    trained("a", models, heavy, optax.adam(1e-2))
    trained("a", models, heavy, optax.adam(1e-2))
    for task, optimiser in (
        (heavy, optax.adam(1e-3)),
        (heavy, optax.adam(1e-2, b2=0.9)),
        (heavy, optax.adam(optax.exponential_decay(1e-2, 1000, 0.5))),
        (heavy, optax.rmsprop(1e-2)),
        (plain(resolution=0.025), optax.adam(1e-2)),
    ):
        with pytest.raises(InputError, match="checkpoint of another training"):
            trained("a", models, task, optimiser)


@pytest.mark.parametrize("architecture", ["FC", "ConvFC", "ConvPoolFC"])
def test_a_saved_model_comes_back(architecture, key, tmp_path):
    models = networks(2, key, architecture, n_outputs=2, readout="identity")
    save_model(tmp_path / "model.eqx", models)
    loaded = load_model(tmp_path)
    assert jax.tree.structure(loaded) == jax.tree.structure(models)
    for a, b in zip(leaves(models), leaves(loaded), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("damage", ["cut", "text", "header"])
def test_a_damaged_model_is_refused(damage, key, tmp_path):
    path = tmp_path / "model.eqx"
    save_model(path, networks(1, key))
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"not a model", "header": b'{"model": 3}\n'}[damage])
    with pytest.raises(InputError, match="not a saved model"):
        load_model(path)
    with pytest.raises(InputError, match="no saved model"):
        load_model(tmp_path / "missing.eqx")
