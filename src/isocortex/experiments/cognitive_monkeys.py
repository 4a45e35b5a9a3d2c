"""Networks beside animals: noise matched to an animal's threshold, and reaction times from a threshold on the output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ..analysis import chronometric, fit_psychometric, reaction_times, tally
from ..learning import behaviour
from ..tasks import PerceptualDecisionMaking

MATCHINGS = 6
"""Secant steps towards the noise that gives an animal's threshold; the first two need one evaluation each."""
BOUNDS = np.geomspace(0.2, 20.0, 60)
"""Thresholds on the difference of the two choices' outputs (nats) among which one is chosen."""


@dataclass(frozen=True, eq=False)
class Matched:
    """An animal, and the networks with input noise that gives them its threshold.

    Attributes
    ----------
    points, fit
        The animal's psychometric points and curve.
    times : Dataset
        The animal's reaction times by coherence, ms.
    sigma : float
        Noise of the input, per √ms.
    network_points, network_fit
        The networks' at that noise.
    network_times : Dataset
        From stimulus onset to the threshold on the output, with `constant` ms added.
    constant : float
        ms, the difference of the mean times: what is not decision.
    bound : float
        The threshold on the output, in nats, at which the networks are as accurate as the animal.
    unanswered : float
        Share of the networks' trials in which the output never gets there.
    """

    points: xr.Dataset
    fit: pd.DataFrame
    times: xr.Dataset
    sigma: float
    network_points: xr.Dataset
    network_fit: pd.DataFrame
    network_times: xr.Dataset
    constant: float
    bound: float
    unanswered: float


def match(
    networks: Any,
    task: Callable[[float, tuple[float, ...]], PerceptualDecisionMaking],
    animal: pd.DataFrame,
    *,
    key: jax.Array,
    n_trials: int,
) -> Matched:
    """Give networks the noise at which their median threshold is an animal's, and let them answer when ready.

    Parameters
    ----------
    networks : population
        Trained at some noise; nothing is learned here.
    task : callable
        (noise, coherences in percent) → the task.
    animal : DataFrame
        Trials with ``coherence`` (share), ``correct`` and ``rt`` (ms).
    """
    strength = 100 * animal["coherence"].to_numpy(float)
    correct = animal["correct"].to_numpy(float)
    points = tally(strength, correct)
    fit = fit_psychometric(points)
    target = float(fit["threshold"].iloc[0])
    coherences = tuple(float(c) for c in points["strength"].values)

    def tested(sigma: float) -> tuple[xr.Dataset, xr.Dataset, pd.DataFrame]:
        found = behaviour(networks, task(sigma, coherences), key=key, n_trials=n_trials)
        counted = tally(found["coherence"].values, found["correct"].values.astype(float))
        return found, counted, fit_psychometric(counted)

    def gap(fits: pd.DataFrame) -> float:
        return float(np.log(fits["threshold"].median() / target))

    logs, gaps = [np.log(1.0)], []
    for _ in range(MATCHINGS):
        found, counted, fits = tested(float(np.exp(logs[-1])))
        gaps.append(gap(fits))
        if abs(gaps[-1]) < 0.01 or len(gaps) == MATCHINGS:
            break
        slope = (gaps[-1] - gaps[-2]) / (logs[-1] - logs[-2]) if len(gaps) > 1 else 1.0
        logs.append(logs[-1] - gaps[-1] / max(slope, 0.3))
    times, constant, bound, unanswered = _when_ready(found, task(1.0, coherences), animal, correct.mean())
    return Matched(
        points,
        fit,
        chronometric(strength, animal["rt"].to_numpy(float)),
        float(np.exp(logs[-1])),
        counted,
        fits,
        times,
        constant,
        bound,
        unanswered,
    )


def _when_ready(
    found: xr.Dataset, task: PerceptualDecisionMaking, animal: pd.DataFrame, accuracy: float
) -> tuple[xr.Dataset, float, float, float]:
    """Let the networks answer when their outputs differ enough: reaction times, constant, bound, share without one."""
    onset, stop = task.periods["stimulus"]
    seen = found["outputs"].sel(time=slice(None, stop - task.dt))
    evidence = (seen[..., 1] - seen[..., 2]).values
    right = found["right"].values

    def answered(bound: float) -> tuple[np.ndarray, np.ndarray]:
        options = np.stack([evidence, -evidence], axis=-1)
        return reaction_times(options, bound, times=seen["time"].values, onset=onset)

    shares = []
    for bound in BOUNDS:
        rt, option = answered(bound)
        ready = option >= 0
        shares.append((option == right)[ready].mean() if ready.mean() > 0.5 else np.inf)
    bound = float(BOUNDS[np.abs(np.array(shares) - accuracy).argmin()])
    rt, _ = answered(bound)
    strength = found["coherence"].values
    constant = float(np.mean(animal["rt"]) - np.nanmean(rt))
    return chronometric(strength, rt + constant), constant, bound, float(np.isnan(rt).mean())


def numbers(animals: dict[str, Matched]) -> dict[str, float]:
    """Return what was found of every animal, under flat keys."""
    flat = {}
    for name, found in animals.items():
        prefix, fit = name.replace(" ", ""), found.fit.iloc[0]
        flat |= {
            f"psychometric.{prefix}.threshold": float(fit["threshold"]),
            f"psychometric.{prefix}.slope": float(fit["slope"]),
            f"matched.{prefix}.sigma": found.sigma,
            f"matched.{prefix}.threshold.median": float(found.network_fit["threshold"].median()),
            f"matched.{prefix}.slope.median": float(found.network_fit["slope"].median()),
            f"matched.{prefix}.bound": found.bound,
            f"matched.{prefix}.non_decision_ms": found.constant,
            f"matched.{prefix}.unanswered": found.unanswered,
        }
    return flat
