"""What a session holds is described in one line, and in a notebook as a table with every label escaped."""

import doctest

import jax
import numpy as np
import pytest

import isocortex as ic
from isocortex import summaries
from isocortex.dynamics import WilsonCowan
from isocortex.experiments.processes.poisson_result import PoissonResult
from isocortex.spike_trains import SpikeTrains

EVIL = "<script>x</script>"


def test_the_examples_hold():
    assert doctest.testmod(summaries).failed == 0


def poisson(seed):
    times = np.sort(np.random.default_rng(seed).uniform(0, 4000, 400))
    return SpikeTrains(times, np.arange(400) % 2, 2, 4000.0)


SHORT = {
    "RDMs": (lambda: ic.RDMs(np.ones((2, 3)), np.arange(3.0), ("a", EVIL)), "RDMs(rows=2, labels=(a, <script>x"),
    "task": (lambda: ic.PerceptualDecisionMaking(), "PerceptualDecisionMaking("),
    "system": (lambda: WilsonCowan(tau_e=2.5), "WilsonCowan(tau_e=2.5, "),
    "population": (
        lambda: ic.population(lambda key: ic.MLP((4, 3, 2), key=key), 5, key=jax.random.key(0)),
        "5 × 3 × 4",
    ),
    "result": (
        lambda: PoissonResult(rate=40.0, refractory=5.0, plain=poisson(0), dead=poisson(1), wavy=poisson(2)),
        "<PoissonResult: The intervals of Poisson trains have a coefficient",
    ),
}


@pytest.mark.parametrize("kind", SHORT)
def test_it_is_short_and_harmless(kind):
    made, said = SHORT[kind][0](), SHORT[kind][1]
    assert said in repr(made)
    assert len(repr(made)) < 600
    assert "\n" not in repr(made)
    html = made._repr_html_()
    assert "<table>" in html
    assert EVIL not in html


def test_traced_values_are_described_too():
    said = []
    jax.jit(lambda system: said.append(repr(system)) or system.f(0.0, jax.numpy.zeros(2)))(WilsonCowan())
    assert said[0].startswith("WilsonCowan(tau_e=")
