"""Fit the drift–diffusion model with contaminants to one animal's worth of trials, beside PyDDM 0.9; and 1000
Ornstein–Uhlenbeck paths of 10,000 steps beside the random numbers they need."""

import tempfile
from functools import partial
from pathlib import Path

import jax
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex.analysis import fit_decisions, simulate_trials
from isocortex.dynamics import OrnsteinUhlenbeck, simulate

PLANTED = {"drift_per_coherence": 10.0, "bound": 0.75, "non_decision": 310.0, "contaminants": 0.01}
trials = simulate_trials(PLANTED, key=jax.random.key(0), n_per_coherence=436)
trials = trials[trials["rt"] < 2000]  # the window of both
file = Path(tempfile.mkdtemp()) / "trials.csv"
trials.astype({"correct": int}).to_csv(file, index=False)


def fit() -> None:
    found = fit_decisions(trials, "contaminants", key=jax.random.key(1))
    fit.found = found.table["estimate"].to_dict(), found.log_likelihood


first = seconds(fit)
peer = Peer("pyddm", "pyddm_fit.py")
ours, theirs = alternate(lambda: seconds(fit), lambda: peer(str(file)), 3)
print(f"Drift–diffusion model with contaminants, {len(trials)} trials, four starts: {fit.found}")
print(row("isocortex", ours))
print(f"isocortex, the first time, with compiling: {first:.2f} s")
print(row("PyDDM 0.9 (differential evolution)", theirs))
print(
    f"ratio of the medians {np.median(theirs) / np.median(ours):.1f}, of the minima {theirs.min() / ours.min():.1f}, "
    f"with compiling {np.median(theirs) / first:.1f}"
)

process = OrnsteinUhlenbeck()


@jax.jit
def draw(key: jax.Array) -> jax.Array:
    step = lambda total, n: (total + jax.random.normal(jax.random.fold_in(key, n), (1000,), float), None)  # noqa: E731
    return jax.lax.scan(step, jax.numpy.zeros(1000), jax.numpy.arange(10_000))[0]


options = {"duration": 10_000, "dt": 1.0, "solver": "exact", "key": jax.random.key(2)}
paths = partial(simulate, process, np.zeros((1000, 1)), **options)
with jax.enable_x64(True):
    draw(jax.random.key(2)).block_until_ready()
paths()


def numbers_alone() -> float:
    """Time the random numbers."""
    with jax.enable_x64(True):
        return seconds(lambda: draw(jax.random.key(2)).block_until_ready())


simulated, numbers = alternate(lambda: seconds(paths), numbers_alone, 7)
print("Ornstein–Uhlenbeck, 1000 paths × 10,000 exact steps, float64")
print(row("isocortex", simulated))
print(row("the random numbers alone", numbers))
print(f"ratio of the minima {simulated.min() / numbers.min():.2f}")
