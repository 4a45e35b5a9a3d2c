"""Learning on fresh trials: the rule, the bits, stopping, curriculum, penalties."""

import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from isocortex import CTRNN, GRU, LSTM, InputError, OrientationDiscrimination, fit_stream, population
from isocortex.learning import updates_to
from isocortex.tasks import PerceptualDecisionMaking

EASY = {"coherences": (100.0,), "noise": 0.1}
TIMING = {"stimulus": 200}


def task(**options):
    return PerceptualDecisionMaking(dt=50.0, timing=TIMING, **(EASY | options))


def networks(n, key, build=CTRNN, **options):
    return population(lambda k: build(3, 3, n_units=12, key=k, **options), n, key=key)


def leaves(models):
    return [np.asarray(x) for x in jax.tree.leaves(models)]


def same(a, b):
    for x, y in zip(leaves(a), leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)


def test_neither_members_nor_chunks_change_a_bit(key, monkeypatch):
    options = {"updates": 25, "batch": 4}
    two, history_two = fit_stream(networks(2, key), task(), key=key, **options)
    three, history_three = fit_stream(networks(3, key), task(), key=key, **options)
    monkeypatch.setattr(sys.modules["isocortex.learning.fit_stream"], "UPDATES_PER_CHUNK", 10)
    chunked, history_chunked = fit_stream(networks(2, key), task(), key=key, **options)
    same(two, jax.tree.map(lambda x: x[:2], three))
    same(two, chunked)
    assert history_two.identical(history_three.isel(seed=[0, 1]))
    assert history_two.identical(history_chunked)
    assert dict(history_two.sizes) == {"seed": 2, "update": 25}


@pytest.mark.slow
def test_a_training_says_what_it_did(key):
    options = {"updates": 2, "batch": 4, "optimiser": "sgd", "momentum": 0.5, "clip": None, "weight_penalty": 0.25}
    _, history = fit_stream(
        networks(1, key), task(), key=key, stop_at=0.97, curriculum=[(task(noise=0.05), 0.9)], **options
    )
    assert history.attrs["methods"] == (
        "Every network makes at most 2 updates, each on 4 fresh trials. Training begins with an easier version of the "
        "task, until the mean success of a network over 100 updates is 90 % of the ideal observer's there. A network "
        "stops when its mean success over 100 updates is 97 % of the ideal observer's. The weights follow the gradient "
        "by stochastic gradient descent with a learning rate of 0.0005 and a momentum of 0.5; the changes shrink to 0 "
        "along half a cosine over all updates. The loss is the cross-entropy over the steps that count, plus 0.25 "
        "times the mean square of every weight matrix."
    )
    _, history = fit_stream(networks(1, key), task(), key=key, updates=1, optimiser=optax.adam(1e-3), anneal=False)
    assert "by a rule of Optax that was given. The norm of the gradient is clipped at 1." in history.attrs["methods"]


class Interruption(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("after", [10, 20])
def test_an_interrupted_training_ends_in_the_same_bits(key, tmp_path, after, monkeypatch):
    monkeypatch.setattr(sys.modules["isocortex.learning.fit_stream"], "UPDATES_PER_CHUNK", 10)
    monkeypatch.setattr(sys.modules["isocortex.learning.loop"], "SECONDS_BETWEEN_CHECKPOINTS", 0)
    path, options = tmp_path / "state.eqx", {"updates": 25, "batch": 4, "key": key}
    unbroken, history = fit_stream(networks(2, key), task(), **options)

    def stop(done, of):
        assert of == 25
        if done == after:
            raise Interruption

    with pytest.raises(Interruption):
        fit_stream(networks(2, key), task(), **options, checkpoint=path, progress=stop)
    seen = []
    resumed, again = fit_stream(
        networks(2, key), task(), **options, checkpoint=path, progress=lambda d, of: seen.append(d)
    )
    assert seen == [*range(after + 10, 25, 10), 25]
    same(unbroken, resumed)
    assert history.identical(again)
    records = path.with_suffix(".records")
    assert records.stat().st_size == 25 * 2 * 3 * 4  # updates, seeds, what is recorded, bytes: each written once
    records.write_bytes(records.read_bytes()[:100])
    with pytest.raises(InputError, match=r"is damaged; delete it and state\.eqx"):
        fit_stream(networks(2, key), task(), **options, checkpoint=path)


@pytest.mark.slow
def test_a_checkpoint_of_another_task_or_architecture_is_refused(key, tmp_path):
    options = {"updates": 3, "batch": 4, "key": key, "checkpoint": tmp_path / "state.eqx"}
    fit_stream(networks(1, key), task(), **options)
    for models, other in (
        (networks(1, key), task(noise=0.2)),
        (networks(1, key, GRU), task()),
        (networks(1, key, activation="tanh"), task()),
        (networks(1, key, noise=0.2), task()),
    ):
        with pytest.raises(InputError, match="checkpoint of another training"):
            fit_stream(models, other, **options)


def test_an_update_is_adams_on_a_clipped_gradient(key):
    """Two updates written out with Optax, with the documented keys, penalties and clipping."""
    trained, history = fit_stream(
        networks(1, key),
        task(),
        key=key,
        updates=2,
        batch=4,
        clip=0.1,
        anneal=True,
        rate_penalty=0.5,
        weight_penalty=0.2,
    )
    model = jax.tree.map(lambda x: x[0], networks(1, key))
    names = ("input_weight", "recurrent_weight", "bias", "output_weight", "output_bias")
    weights = {name: getattr(model, name) for name in names}
    rule = optax.adam(1e-2)
    memory = rule.init(weights)
    chosen = task()

    @jax.jit
    def descent(weights, n):
        trial_key, noise_key = jax.random.split(jax.random.fold_in(jax.random.fold_in(key, 0), n))
        trials = chosen.sample(trial_key, 4)

        def total(weights):
            network = eqx.tree_at(lambda m: [getattr(m, name) for name in names], model, [weights[n] for n in names])
            found = jax.vmap(lambda x, k: network(x, key=k))(trials.inputs, jax.random.split(noise_key, 4))
            loss = chosen.loss(found["output"], trials)
            penalty = 0.5 * jnp.mean(found["rate"] ** 2)
            return loss + penalty + 0.2 * sum(jnp.mean(w**2) for w in weights.values() if w.ndim == 2), loss

        return jax.value_and_grad(total, has_aux=True)(weights)

    for n in range(2):
        (_, loss), gradient = descent(weights, n)
        assert float(history.loss[0, n]) == pytest.approx(float(loss), rel=1e-5)
        scale = 0.1 / max(0.1, float(optax.tree.norm(gradient)))
        change, memory = rule.update(jax.tree.map(lambda g, s=scale: s * g, gradient), memory, weights)
        share = (1 + np.cos(np.pi * n / 2)) / 2
        weights = optax.apply_updates(weights, jax.tree.map(lambda x, s=share: s * x, change))
    for name, value in weights.items():
        np.testing.assert_allclose(getattr(trained, name)[0], value, atol=2e-5)


@pytest.mark.slow
def test_constants_are_left_alone(key):
    """Weight decay reaches every array that is trained, so it would show."""
    before = networks(1, key, excitatory=0.75, mask=0.5)
    after, _ = fit_stream(before, task(), key=key, updates=3, optimiser=optax.adamw(0.1, weight_decay=0.5))
    for name in ("dt", "tau", "noise", "sign", "mask", "initial_state"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    assert not np.allclose(before.recurrent_weight, after.recurrent_weight)
    assert (np.asarray(after.recurrent)[:, :, :9] >= 0).all()
    assert ((np.asarray(after.recurrent) != 0) == (np.asarray(before.recurrent) != 0)).all()
    started, _ = fit_stream(networks(1, key, train_start=True), task(), key=key, updates=3)
    assert np.abs(started.initial_state).max() > 0


def test_other_numbers_run_the_same_program(key, caplog):
    """What a sweep over noise, time constants and learning rates relies on: it compiles once."""
    options = {"key": key, "updates": 2, "batch": 4}
    fit_stream(networks(1, key), task(), learning_rate=0.01, **options)
    with jax.log_compiles():
        fit_stream(networks(1, key, tau=50.0, noise=0.2), task(noise=0.3), learning_rate=0.02, clip=2.0, **options)
        assert "Compiling" not in caplog.text
        fit_stream(networks(1, key), task(), **options | {"batch": 5})
        assert "Compiling" in caplog.text


@pytest.mark.slow
def test_members_stop_on_their_own_and_the_others_go_on(key):
    """A member that has met the criterion keeps its weights; its last score had the running mean above it."""
    models, options = networks(3, key), {"updates": 600, "key": key, "batch": 8, "anneal": False}
    stopped, history = fit_stream(models, task(), stop_at=0.9, **options)
    assert len(set(history.stopped.values)) > 1
    assert history.sizes["update"] == history.stopped.max() < 600
    for seed, last in enumerate(history.stopped.values):
        as_long, _ = fit_stream(models, task(), **(options | {"updates": int(last)}))
        same(*(jax.tree.map(lambda x, s=seed: x[s], m) for m in (stopped, as_long)))
        score = history.score[seed]
        assert np.isnan(score[int(last) :]).all()
        assert score[:100].mean() >= 0.9 or last > 100
        assert not np.isnan(score[: int(last)]).any()


@pytest.mark.slow
def test_a_curriculum_leads_through_its_stages_in_one_program(key):
    """The first stages are met at once (the criterion is below chance); each then lasts the 100 updates of the mean."""
    easier = [(task(coherences=(c,)), 0.01) for c in (90.0, 95.0)]
    _, history = fit_stream(networks(1, key), task(), key=key, updates=260, batch=2, curriculum=easier)
    np.testing.assert_array_equal(history.stage[0], np.repeat([0, 1, 2], [100, 100, 60]))
    with pytest.raises(InputError, match="may differ only in the values of their numbers"):
        fit_stream(networks(1, key), task(), key=key, updates=5, curriculum=[(PerceptualDecisionMaking(dt=50.0), 0.9)])
    with pytest.raises(InputError, match="may differ only in the values"):
        fit_stream(networks(1, key), task(), key=key, updates=5, curriculum=[(task(coherences=(1.0, 2.0)), 0.9)])


@pytest.mark.parametrize(
    ("build", "optimiser"),
    [
        (CTRNN, "rmsprop"),
        (LSTM, "adam"),
        *(pytest.param(build, "adam", marks=pytest.mark.slow) for build in (CTRNN, GRU)),
    ],
)
@pytest.mark.slow
def test_every_network_learns_an_easy_task(build, optimiser, key):
    _, history = fit_stream(networks(1, key, build), task(), key=key, updates=300, optimiser=optimiser)
    assert float(history.loss[0, -20:].mean()) < 0.3 * float(history.loss[0, :5].mean())
    assert float(history.score[0, -20:].mean()) > 0.95


@pytest.mark.slow
def test_penalties_quieten(key):
    options = {"key": key, "updates": 100, "batch": 8}
    plain, quiet, small = (
        fit_stream(networks(1, key), task(), **options, **penalty)[0]
        for penalty in ({}, {"rate_penalty": 1.0}, {"weight_penalty": 10.0})
    )
    x = task().sample(key, 50).inputs
    rate = [float(jnp.mean(jax.vmap(jax.tree.map(lambda x: x[0], m))(x)["rate"] ** 2)) for m in (plain, quiet)]
    assert rate[1] < 0.5 * rate[0]
    assert np.mean(np.square(small.recurrent_weight)) < 0.5 * np.mean(np.square(plain.recurrent_weight))


@pytest.mark.slow
def test_updates_to_a_criterion(key):
    _, history = fit_stream(networks(2, key), task(), key=key, updates=150, batch=4)
    assert np.isnan(updates_to(history.score, 1.1)).all()
    np.testing.assert_array_equal(updates_to(history.score, 0.0), [100, 100])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"updates": 0}, "updates must be at least 1; got 0"),
        ({"updates": 3, "optimiser": "adma"}, "Did you mean 'adam'"),
        ({"updates": 3, "clip": 0.0}, "clip must be above 0"),
        ({"updates": 3, "rate_penalty": -1.0}, "rate_penalty must be at least 0"),
        ({"updates": 3, "stop_at": 0.0}, "A fraction of the ideal observer must be above 0"),
        ({"updates": 3, "momentum": 0.9}, "'adam' has no momentum; 'sgd' has"),
        ({"updates": 3, "optimiser": optax.sgd(0.1), "learning_rate": 0.1}, "has its own learning rate"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        fit_stream(networks(1, key), task(), key=key, **options)


def test_a_task_without_an_ideal_observer_has_no_fraction_of_it(key):
    from isocortex import ConvNet

    models = population(lambda k: ConvNet("FC", image_size=(12, 16), key=k), 1, key=key)
    orientation = OrientationDiscrimination(resolution=0.025)
    with pytest.raises(InputError, match="defines no ideal observer"):
        fit_stream(models, orientation, key=key, updates=3, stop_at=0.9)
    with pytest.raises(InputError, match="no layer 'rate'"):
        fit_stream(models, orientation, key=key, updates=3, rate_penalty=1.0)


@pytest.mark.slow
def test_divergence_is_told(key):
    with pytest.raises(InputError, match="diverged in 1 of 1 seeds"):
        fit_stream(networks(1, key), task(), key=key, updates=20, optimiser="sgd", learning_rate=1e30, clip=1e30)
