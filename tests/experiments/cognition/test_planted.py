"""Networks whose weights are written down: a planted noise and a planted line are found."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from isocortex import CTRNN
from isocortex.experiments.cognition.lines import evidence, find_lines
from isocortex.experiments.cognition.mechanism import Mechanism
from isocortex.experiments.cognition.monkeys import fall, fall_difference, match, watch, when_ready
from isocortex.experiments.cognition.trained import Cognition
from isocortex.learning import behaviour
from isocortex.tasks import ContextDecisionMaking, PerceptualDecisionMaking

DIFFERENCE, TOTAL = np.array([1.0, -1.0]) / np.sqrt(2), np.array([1.0, 1.0]) / np.sqrt(2)


def integrators(task, into):
    """Two equal networks of two tanh units near 0, hence linear, that hold the difference of their rates for ever.

    The recurrent weights have rank one; the difference is the log odds that is read out, and they never fixate.
    """
    n = CTRNN(task.n_inputs, 3, n_units=2, dt=task.dt, noise=0.0, activation="tanh", key=jax.random.key(0))
    out = 1000 * np.stack([0 * DIFFERENCE, DIFFERENCE, -DIFFERENCE])
    values = (0.01 * into, np.outer(DIFFERENCE, DIFFERENCE), np.zeros(2), out, np.array([-1e3, 0, 0]))
    fields = ("input_weight", "recurrent_weight", "bias", "output_weight", "output_bias")
    n = eqx.tree_at(lambda n: [getattr(n, f) for f in fields], n, [jnp.asarray(v, jnp.float32) for v in values])
    return jax.tree.map(lambda x: jnp.stack([x, x]) if eqx.is_array(x) else x, n)


@pytest.mark.slow
def test_an_animal_made_of_the_networks_is_matched_by_the_noise_it_had():
    """Both thresholds come from 2000 trials: each has a standard error of about 5 %, so ln σ ± 3·√2·0.05 = ± 0.21."""
    shape = {"dt": 20.0, "timing": {"stimulus": 500}}

    def task(noise, coherences):
        return PerceptualDecisionMaking(**shape, noise=noise, coherences=coherences)

    levels = (0.0, 3.2, 6.4, 12.8, 25.6, 51.2)
    example = task(1.0, levels)
    networks = integrators(example, np.outer(DIFFERENCE, [0.0, 1.0, -1.0]))
    planted = behaviour(networks, task(0.6, levels), key=jax.random.key(1), n_trials=2000)
    animal = watch(
        "it",
        pd.DataFrame(
            {
                "coherence": planted["coherence"].values / 100,
                "correct": planted["correct"].values[0],
                "rt": 700.0 - 3 * planted["coherence"].values,
            }
        ),
    )
    found = match(networks, task, animal, key=jax.random.key(2), n_trials=2000, seeds=[0, 1])
    assert np.log(found.sigma / 0.6) == pytest.approx(0, abs=0.21)
    answered = found.times["rt"].values
    assert (np.diff(answered.mean(axis=0)) < 0).all()  # stronger evidence reaches a bound sooner
    difference, low, high = fall_difference(animal, found)
    assert difference == pytest.approx(fall(found.trials) - 3 * 51.2)
    assert low < difference < high
    own = replace(found, trials=found.trials.isel(seed=[0]))
    itself = replace(animal, trials=own.trials.isel(seed=0, drop=True).dropna("trial"))
    assert fall_difference(itself, own)[0] == pytest.approx(0, abs=1e-6)
    rt, _ = when_ready(planted, example, 0.8)
    assert np.nanmax(rt) < 500


@pytest.mark.slow
def test_a_planted_line_and_its_selection_vector_are_found():
    """Only the first stimulus moves the difference that is held: cosines 1 and 0. The second decays with τ = 100 ms."""
    task = ContextDecisionMaking(dt=20.0, timing={"delay": 300})
    into = np.outer(DIFFERENCE, evidence(task, 1)) + np.outer(TOTAL, evidence(task, 2))
    networks = integrators(task, into)
    tested = behaviour(networks, task, key=jax.random.key(0), n_trials=300, rates=True)
    tested["correct"] = tested["correct"] | True  # they count as networks that learned
    found = Cognition(task, {"trained": networks}, xr.Dataset(), {"trained": tested, "untrained": tested})
    lines = find_lines(found, Mechanism(tested, {}, pd.DataFrame(), tested), key=jax.random.key(1))
    line = lines.lines[0, 1]
    assert line.attrs["straightness"] > 0.99
    np.testing.assert_allclose(np.abs(line["line"].values @ DIFFERENCE), 1, atol=1e-3)
    assert (line["time_constant"] > 20 * line["next_time_constant"]).all()
    np.testing.assert_allclose(line["next_time_constant"], 100, rtol=1e-2)
    selected = (
        lines.selected.assign(size=lines.selected["selected"].abs()).groupby(["situation", "input"])["size"].mean()
    )
    assert selected["context 1", "relevant stimulus"] == pytest.approx(1, abs=1e-3)
    assert selected["context 1", "irrelevant stimulus"] == pytest.approx(0, abs=1e-3)
    assert selected["context 2", "irrelevant stimulus"] == pytest.approx(1, abs=1e-3)  # it has but one selection
    assert lines.numbers()["context.lines.n"] == 4
    assert lines.difference()[0] == pytest.approx(0, abs=1e-3)  # as often the relevant stimulus as the other
