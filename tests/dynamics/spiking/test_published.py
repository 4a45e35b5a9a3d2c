"""Published networks: their sizes, and what must stay when they are made smaller."""

import jax
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import brunel_networks, potjans_diesmann_network, simulate_spikes, vogels_abbott_network
from isocortex.dynamics.spiking.published import EPSP, EXTERNAL, PROBABILITIES, RATES, SIZES

KEY = jax.random.key(0)


def test_a_smaller_microcircuit_has_the_mean_input_of_the_whole():
    """At the published rates, in pA: 0.1 % of weights of 10 % SD on a thousand synapses and more, 1 % with rounding."""
    network = potjans_diesmann_network(key=KEY, scale=0.05)
    of = np.repeat(np.arange(8), list(network.sizes.values()))
    (projection,), (poisson, constant) = network.projections, network.drives
    c = projection.connections
    recurrent = np.bincount(of[c.target], c.weight * RATES[of[c.source]], 8) / np.bincount(of)
    first = np.searchsorted(of, np.arange(8))
    mean = (recurrent + poisson.rate[first] * poisson.weight) * 0.5e-3 + constant.values[first]
    in_degree = np.log1p(-PROBABILITIES) / np.log1p(-1 / np.outer(SIZES.astype(float), SIZES)) / SIZES[:, None]
    weight = EPSP * np.tile(np.where(np.arange(8) % 2 == 0, 1.0, -4.0), (8, 1))
    weight[0, 2] *= 2
    whole = ((in_degree * weight) @ RATES + EXTERNAL * 8.0 * EPSP) * 0.5e-3
    np.testing.assert_allclose(mean, whole, rtol=0.01)


def test_the_current_based_network_keeps_firing():
    spikes = simulate_spikes(vogels_abbott_network(key=KEY, n=2000), duration=300).spikes
    late = (spikes.times > 200).sum() / 2000 / 0.1
    assert 1 < late < 60


@pytest.mark.slow
def test_the_current_based_network_fires_as_in_brian2():
    """5.14 Hz in the third second of one network; five of ours have an SD of 0.19 Hz between them."""
    rates = []
    for i in range(5):
        key = jax.random.fold_in(KEY, i)
        spikes = simulate_spikes(vogels_abbott_network(key=key), duration=3000).spikes
        rates.append((spikes.times >= 2000).sum() / 4000)
    assert np.mean(rates) == pytest.approx(5.14, abs=3 * 0.19 * np.sqrt(1 + 1 / 5))


@pytest.mark.slow
def test_rates_of_the_microcircuit_approach_the_published_ones_with_its_size():
    """They are not within 20 % at a tenth: weights that grow as the number of synapses falls correlate the neurons."""
    shares = []
    for scale in (0.1, 0.2):
        network = potjans_diesmann_network(key=KEY, scale=scale)
        spikes = simulate_spikes(network, duration=1200, key=KEY).spikes.slice(200, 1200)
        sizes = list(network.sizes.values())
        of = np.repeat(np.arange(8), sizes)
        shares.append(np.bincount(of[spikes.unit], minlength=8) / sizes / RATES)
    np.testing.assert_allclose(shares[0], [0.52, 0.70, 0.89, 0.84, 0.84, 0.91, 0.77, 0.89], atol=0.1)
    np.testing.assert_allclose(shares[1], [0.66, 0.85, 0.99, 0.94, 0.93, 0.96, 0.91, 0.96], atol=0.1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: brunel_networks([(5.0, 2.0)], key=KEY, excitatory=1001), "multiples of 4"),
        (lambda: brunel_networks([(-1.0, 2.0)], key=KEY), "must not be negative"),
        (lambda: vogels_abbott_network(key=KEY, n=3), "at least 10 neurons"),
        (lambda: potjans_diesmann_network(key=KEY, scale=2.0), "at most 1"),
    ],
)
def test_bad_input_is_told(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
