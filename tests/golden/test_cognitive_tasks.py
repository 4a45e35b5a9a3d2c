"""Cognitive tasks: the ceilings of REFERENCE §3, and the trials of NeuroGym 2.3.1 where it is right.

The ceilings follow from the sampled steps alone, so they are exact to the printed digits. NeuroGym's numbers were
stored by benchmarks/peers/neurogym_expected.py.
"""

from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex.tasks import ContextDecisionMaking, MultiSensoryIntegration, PerceptualDecisionMaking, Trials, task

STORE = Path(__file__).with_name("neurogym.npz")


@eqx.filter_jit
def ideals(chosen, coherences):
    trials = chosen.sample(jax.random.key(0), len(coherences))
    at = trials.conditions | {"coherence": coherences}
    return chosen.ideal(Trials(trials.inputs, trials.targets, trials.weights, at))


def ceiling(chosen, coherences):
    """The mean success of the ideal observer over coherences, each as often."""
    return float(ideals(chosen, jnp.asarray(coherences, jnp.float32)).mean())


DEFAULT = (0, 6.4, 12.8, 25.6, 51.2)


@pytest.mark.parametrize(
    ("dt", "duration", "noise", "coherences", "expected"),
    [
        (100, 2000, 1.0, DEFAULT, 0.8957),
        (20, 2000, 1.0, DEFAULT, 0.8957),
        (100, 2000, 1.0, (6.4,), 0.9785),
        (20, 1000, 1.0, DEFAULT, 0.8843),
        (20, 500, 1.0, DEFAULT, 0.8645),
        (20, 1000, 0.3, DEFAULT, 0.9000),
    ],
)
def test_perceptual_decision(dt, duration, noise, coherences, expected):
    chosen = PerceptualDecisionMaking(dt=dt, timing={"stimulus": duration}, noise=noise)
    assert ceiling(chosen, coherences) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("dt", "expected"), [(100, 0.9409), (20, 0.9433)])
def test_context_decision(dt, expected):
    assert ceiling(ContextDecisionMaking(dt=dt), (5, 15, 50)) == pytest.approx(expected, abs=5e-5)


def test_two_senses_at_full_length_reach_less_than_one_that_has_it_all():
    """√T/(2σ) in the place of √(T/2)/σ: Φ(0.6614), Φ(1.9843), 1."""
    assert ceiling(MultiSensoryIntegration(), (5, 15, 50)) == pytest.approx(0.9074, abs=5e-5)


@pytest.mark.parametrize("n", [3, 4, 8])
def test_more_directions_meet_their_closed_forms(n):
    """Without coherence 1/n; four directions Φ(μ/√2)², for a wedge of ±45° is a quadrant."""
    chosen = PerceptualDecisionMaking(n_choices=n)
    assert ceiling(chosen, (0.0,)) == pytest.approx(1 / n, abs=1e-6)
    if n == 4:
        for c in (1.0, 6.4, 51.2):
            mu = c / 200 * np.sqrt(4 * 2000 / 2)
            quadrant = float(jax.scipy.stats.norm.cdf(mu / np.sqrt(2))) ** 2
            assert ceiling(chosen, (c,)) == pytest.approx(quadrant, abs=2e-6)


@eqx.filter_jit
def drawn(task, key, n, periods):
    trials = task.sample(key, n)
    clock = task.clock(trials)
    return trials, {period: clock.during(period) for period in periods}


with np.load(STORE, allow_pickle=False) as stored:
    PEER = dict(stored)
NAMES = sorted({name.split("/")[0] for name in PEER})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_trials_have_the_statistics_of_neurogym(name):
    """Mean and standard deviation of every input in every period over all trials, and the share of each target.

    A mean of N independent trials errs by σ/√N, on both sides; 5 standard errors of the difference. The steps within
    a period of one trial share its condition, so the trial is what is counted. A standard deviation is compared
    through the mean square, whose error is that of the trials' own mean squares, stored beside it.
    """
    chosen = task(name, dt=float(PEER[f"{name}/dt"]), fixation_cue=str(PEER[f"{name}/fixation_cue"]))
    periods = [str(period) for period in PEER[f"{name}/periods"]]
    trials, during = drawn(chosen, jax.random.key(0), 20_000, periods)
    inputs, targets = np.asarray(trials.inputs, float), np.asarray(trials.targets, float)
    n_peer = float(PEER[f"{name}/n"])
    compared = 0
    for period in periods:
        inside = np.asarray(during[period])[:, :, None]
        steps = inside.sum(1)
        for what, x in {"inputs": inputs, "squares": inputs**2, "targets": targets}.items():
            each = (x * inside).sum(1) / steps
            mean, sd = PEER[f"{name}/{period}/{what}/mean"], PEER[f"{name}/{period}/{what}/sd"]
            error = np.sqrt(each.var(0) / len(each) + sd**2 / n_peer)
            np.testing.assert_allclose(each.mean(0) - mean, 0, atol=float((5 * error + 1e-6).max()))
            assert (np.abs(each.mean(0) - mean) <= 5 * error + 1e-6).all(), (period, what)
            compared += each.shape[1]
        length = steps[:, 0] * chosen.dt
        mean, sd = PEER[f"{name}/{period}/length/mean"], PEER[f"{name}/{period}/length/sd"]
        assert length.mean() == pytest.approx(mean, abs=5 * np.hypot(length.std() / 141, sd / np.sqrt(n_peer)) + 1e-6)
    assert compared >= 20
