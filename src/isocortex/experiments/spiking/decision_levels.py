"""A decision about noisy motion at several levels: what each level does, and two that need no training."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import VARIANTS, chronometric, fit_decisions, fit_psychometric, simulate_trials, tally
from ...dynamics import Decision as Attractor
from ...dynamics import OUDrive, simulate
from ...shapes import PRNGKey

COHERENCES = (0.0, 3.2, 6.4, 12.8, 25.6, 51.2)
"""Percent, of the monkeys' task."""
PUBLISHED_DDM = {"drift_per_coherence": 15.0, "bound": 0.75, "non_decision": 350.0}
"""A drift–diffusion model with parameters like those of monkeys: 1/√s, √s and ms."""
LATER = 100.0
"""Milliseconds added to all reaction times before a fit, whose non-decision time takes them up: a network may answer at
the onset of the stimulus."""
FIRES = 15.0
"""Hz at which a population of the attractor network has decided (Wong & Wang 2006)."""
LONGEST = 2000.0
"""Milliseconds of a trial of the attractor network."""
STEP, EVERY = 0.5, 10
"""ms of its steps, and steps between the states that are looked at."""
NOISE = 0.02 / np.sqrt(2)
"""Stationary SD of its noise in nA, and :data:`NOISE_TAU` its time constant in ms."""
NOISE_TAU = 2.0
REST = 0.1
"""Open share of the channels of both populations before the motion begins."""


@dataclass(frozen=True, eq=False)
class Level:
    """Choices and reaction times of one model or animal.

    Attributes
    ----------
    strength : array, shape (trial,)
        Coherence in percent.
    correct : array of bool, shape (trial,) or (seed, trial)
    rt : array, of the same shape
        ms from the onset of motion; NaN without an answer.
    """

    strength: np.ndarray
    correct: np.ndarray
    rt: np.ndarray

    @cached_property
    def points(self) -> xr.Dataset:
        """Accuracy by coherence."""
        return tally(self.strength, self.correct.astype(float))

    @cached_property
    def fit(self) -> pd.DataFrame:
        """Psychometric curve of every seed."""
        return fit_psychometric(self.points, intervals=False)

    @cached_property
    def times(self) -> xr.Dataset:
        """Mean reaction times by coherence."""
        return chronometric(self.strength, self.rt)

    @property
    def threshold(self) -> float:
        """Coherence in percent at which accuracy is 0.816; the median over seeds."""
        return float(np.median(self.fit["threshold"].to_numpy(float)))

    @property
    def slope(self) -> float:
        """Of the psychometric curve; the median over seeds."""
        return float(np.median(self.fit["slope"].to_numpy(float)))

    @property
    def fall(self) -> float:
        """By how many ms the mean reaction time falls from the weakest to the strongest motion."""
        times = np.atleast_2d(self.times["rt"].transpose(..., "strength").values)
        return float((times[:, 0] - times[:, -1]).mean())

    def bound(self, key: PRNGKey) -> float:
        """Return the bound in √s of the drift–diffusion model that explains the trials of all seeds best, or NaN."""
        correct, rt = np.atleast_2d(self.correct), np.atleast_2d(self.rt)
        strength = np.broadcast_to(self.strength, rt.shape)
        answered = np.isfinite(rt)
        trials = pd.DataFrame(
            {
                "coherence": strength[answered] / 100,
                "correct": correct[answered].astype(bool),
                "rt": rt[answered] + LATER,
            }
        )
        with warnings.catch_warnings(action="ignore"):  # a fit that failed gives no bound
            fit = fit_decisions(trials, "simple", key=key, n_starts=1)
        return float("nan") if fit.failures else float(np.exp(fit.theta[VARIANTS["simple"].index("bound")]))


def of_trials(trials: pd.DataFrame) -> Level:
    """Return the level of trials with ``coherence`` (share), ``correct`` and ``rt`` (ms)."""
    return Level(
        *(trials[name].to_numpy() * scale for name, scale in (("coherence", 100), ("correct", True), ("rt", 1)))
    )


def drift_diffusion(key: PRNGKey, n: int) -> Level:
    """Return `n` trials per coherence of a drift–diffusion model with fixed bounds."""
    return of_trials(
        simulate_trials(PUBLISHED_DDM, key=key, n_per_coherence=n, coherences=[c / 100 for c in COHERENCES])
    )


def attractor(key: PRNGKey, n: int) -> Level:
    """Return `n` trials per coherence of the reduced attractor network of Wong & Wang, deciding when it fires."""
    model = Attractor()
    noisy = OUDrive(model, ("I_1", "I_2"), NOISE, tau_drive=NOISE_TAU)
    start = np.tile([REST, REST, 0.0, 0.0], (n, 1))
    rt, right = np.full((2, len(COHERENCES), n), np.nan)
    for i, coherence in enumerate(COHERENCES):  # one at a time: the paths of all would take much memory
        path: Any = simulate(
            noisy.replace(coherence=coherence / 100), start, duration=LONGEST, dt=STEP, save_every=EVERY,
            key=jax.random.fold_in(key, i),
        )  # fmt: skip
        S = path.values[..., :2]
        moved = model.replace(coherence=coherence / 100)
        rate: np.ndarray = np.asarray(jax.vmap(jax.vmap(moved.rates))(S))
        there = rate.max(axis=-1) >= FIRES
        first = there.argmax(axis=1)
        answered = there.max(axis=1)
        at = rate[np.arange(n), first]
        rt[i] = np.where(answered, first * STEP * EVERY, np.nan)
        right[i] = np.where(answered, at[:, 0] > at[:, 1], S[:, -1, 0] > S[:, -1, 1])
    return Level(np.repeat(COHERENCES, n), right.ravel() > 0, rt.ravel())
