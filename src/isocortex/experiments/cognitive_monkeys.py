"""Networks beside animals: noise matched to an animal's threshold, and reaction times from a threshold on the output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from .. import plots
from ..analysis import chronometric, fit_psychometric, reaction_times, tally
from ..learning import behaviour
from ..runs import Run
from ..tasks import PerceptualDecisionMaking

MONKEY_METHODS = (
    "Beside a monkey the networks see noisier input, with the σ at which the median of their thresholds is the animal's; "
    "nothing is learned anew. Reaction times: when the difference of the two choices' outputs, less its mean over trials, "
    "first reaches a bound, during the stimulus; the bound of each network is the one at which it is as accurate as the "
    "animal. A constant is added so that the mean time is the animal's.",
)
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
        Median of the thresholds on the output, in nats, at which each network is as accurate as the animal.
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
    evidence = evidence - evidence.mean(axis=1, keepdims=True)
    options = np.stack([evidence, -evidence], axis=-1)
    times, right = seen["time"].values, found["right"].values
    rt, bounds = np.empty(evidence.shape[:2]), np.empty(len(evidence))
    for seed, each in enumerate(options):
        answers = [reaction_times(each, bound, times=times, onset=onset) for bound in BOUNDS]
        ready = [option >= 0 for _, option in answers]
        shares = [
            (o == right)[r].mean() if r.mean() > 0.5 else np.inf for r, (_, o) in zip(ready, answers, strict=True)
        ]
        best = int(np.abs(np.array(shares) - accuracy).argmin())
        rt[seed], bounds[seed] = answers[best][0], BOUNDS[best]
    constant = float(np.mean(animal["rt"]) - np.nanmean(rt))
    times = chronometric(found["coherence"].values, rt + constant)
    return times, constant, float(np.median(bounds)), float(np.isnan(rt).mean())


def mean_time(found: Matched, at: int) -> float:
    """Return the networks' mean reaction time at one of the coherences, in ms."""
    return float(np.nanmean(found.network_times["rt"].values[:, at]))


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


def draw_psychometric(
    run: Run,
    points: xr.Dataset,
    fits: pd.DataFrame,
    ideal: tuple[np.ndarray, np.ndarray],
    animals: dict[str, Matched],
) -> None:
    """Draw the networks' psychometric curves beside the ideal observer, and beside each animal with its times."""
    run.figure(
        "psychometric",
        plots.psychometric_curves(
            {"trained networks": points},
            fits={"trained networks": fits},
            ideal=ideal,
            animals={name: found.points for name, found in animals.items()},
            animal_fits={name: found.fit for name, found in animals.items()},
        ),
        title="Psychometric curve",
        caption="Accuracy against coherence: mean of the networks, fitted curves of each (thin), ideal observer (dashed)"
        + ("; monkeys with 95 % intervals, who saw motion with noise of its own." if animals else "."),
        alt="Share correct rises from one half to one with coherence.",
    )
    table = fits.rename_axis("seed").reset_index()
    run.table("psychometric", table, caption="Fitted psychometric curves of the networks, 95 % intervals.")
    if not animals:
        return
    for what, draw, of_networks, of_animal in (
        ("psychometric", plots.psychometric_curves, "network_points", "points"),
        ("chronometric", plots.chronometric_curves, "network_times", "times"),
    ):
        for name, found in animals.items():
            slug = name.replace(" ", "")
            run.figure(
                f"{what}_{slug}",
                draw(
                    {f"networks, σ {found.sigma:.2f}": getattr(found, of_networks)},
                    animals={name: getattr(found, of_animal)},
                ),
                title=f"Beside {name}: " + ("accuracy" if what == "psychometric" else "reaction times"),
                caption=f"The same networks, input noise σ = {found.sigma:.2f} √ms for the animal's threshold. "
                + (
                    "Points: the animal, 95 % intervals."
                    if what == "psychometric"
                    else f"The networks answer when their outputs differ enough for the animal's accuracy; "
                    f"{found.constant:.0f} ms are added to all their times. In {100 * found.unanswered:.0f} % of the trials "
                    "they never get there; these are left out."
                ),
                alt=f"{what.capitalize()} curves of networks and of {name} against coherence.",
            )
