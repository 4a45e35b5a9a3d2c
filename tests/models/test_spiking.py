"""Spiking recurrent networks: their equation, their gradient, and that they learn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError, fit_stream, population
from isocortex.models import SURROGATES, SpikingRNN
from isocortex.models.spiking_loop import spiking
from isocortex.tasks import PerceptualDecisionMaking


def test_a_network_is_its_equation(key, rng):
    """Potentials, thresholds and spikes in NumPy and float64, with the same noise."""
    options = {"tau": 30.0, "tau_rate": 50.0, "tau_adaptation": 80.0, "adaptive": 0.5, "beta": 0.3, "noise": 0.2}
    network = SpikingRNN(3, 2, n_units=8, key=key, **options)
    x = jnp.asarray(rng.normal(2.0, 2.0, (60, 3)), jnp.float32)
    xi = np.asarray(jax.random.normal(jax.random.key(1), (60, 8)), float)
    w_x, w_r, b, w_o, b_o = (
        np.asarray(getattr(network, name), float)
        for name in ("input_weight", "recurrent_weight", "bias", "output_weight", "output_bias")
    )
    leak, memory, kept = np.exp(-5 / 30), np.exp(-5 / 80), np.exp(-5 / 50)
    beta = np.r_[np.zeros(4), np.full(4, 0.3)]
    v, a, z, r = np.zeros((4, 8))
    activity, spikes = network(x, key=jax.random.key(1)), 0
    for t in range(60):
        v = leak * v + (1 - leak) * (w_x @ x[t] + b) + 0.2 * np.sqrt(1 - leak**2) * xi[t] + w_r @ z - z
        a = memory * a + z
        z = (v >= 1 + beta * a).astype(float)
        r = kept * r + (1 - kept) * z
        spikes += z.sum()
        np.testing.assert_allclose(activity["rate"][t], r, atol=1e-6)
        np.testing.assert_allclose(activity["output"][t], w_o @ r + b_o, atol=1e-5)
    assert spikes > 30


@pytest.mark.first_variant
@pytest.mark.parametrize("surrogate", SURROGATES)
def test_the_gradient_is_that_of_the_smooth_network(surrogate, rng):
    """Against central differences with the smooth step in place of the spike: error h² ≈ 1e-10 of a slope of 10."""
    with jax.enable_x64(True):
        given = (
            jnp.asarray(0.4 * rng.normal(size=(5, 5))),
            jnp.asarray(0.4 + 0.6 * rng.normal(size=(12, 5))),
            *(jnp.full(5, value) for value in (0.8, 0.9, 0.3)),
        )
        wanted = jnp.asarray(rng.normal(size=(12, 5)))

        def loss(*given):
            return (spiking(surrogate, True, *given) * wanted).sum()

        gradients = jax.grad(loss, range(5))(*given)
        for i, gradient in enumerate(gradients):
            along = jnp.asarray(rng.normal(size=gradient.shape))
            ends = [loss(*given[:i], given[i] + h * along, *given[i + 1 :]) for h in (1e-6, -1e-6)]
            along_it = float((gradient * along).sum())
            assert float(ends[0] - ends[1]) / 2e-6 == pytest.approx(along_it, rel=1e-5, abs=1e-6)


@pytest.mark.slow
def test_a_population_learns_an_easy_decision(key):
    """Chance among fixation and two choices is at most 1/2; the ideal observer reaches 1."""
    task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": 300}, noise=0.1, coherences=(51.2, 51.2))
    size = task.n_inputs, task.n_outputs
    networks = population(lambda k: SpikingRNN(*size, n_units=32, dt=20.0, key=k), 2, key=key)
    _, history = fit_stream(networks, task, key=key, updates=100)
    assert (history["score"].values[:, -20:].mean(axis=1) > 0.9).all()


def test_a_spiking_network_is_no_continuous_system(key):
    with pytest.raises(InputError, match="no continuous system"):
        SpikingRNN(3, 2, key=key).held(jnp.zeros(3))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_units": 0}, "n_units must be at least 1"),
        ({"dt": 30.0}, "at most tau, 20 ms; got 30 ms"),
        ({"surrogate": "triangel"}, "Did you mean 'triangle'"),
        ({"adaptive": 2.0}, "share of the units, in 0…1; got 2"),
        ({"beta": -1.0}, "noise and beta must be at least 0"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        SpikingRNN(3, 2, key=key, **options)
