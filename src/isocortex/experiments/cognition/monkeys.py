"""Networks beside animals: noise matched to an animal's threshold, and reaction times from a bound on the output."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import chronometric, fit_psychometric, tally
from ...errors import require
from ...formats import listed, significant
from ...learning import behaviour
from ...report import Quantity
from ...shapes import PRNGKey
from ...tasks import PerceptualDecisionMaking
from ..shared.intervals import estimate_and_interval, in_blocks
from ..shared.ready import when_ready

OF_ITS_OWN = 0.95
"""Share of a network's success at the end that it keeps when it answers as soon as it is ready."""
MATCHINGS = 6
"""Secant steps, at most, towards the noise that gives an animal's threshold."""
CLOSE = 0.01
"""Thresholds match if they differ by less than this share."""
LONGEST_STEP = 1.5
"""Of ln σ: a curve without a threshold says only in which direction to go."""
QUANTITIES = {
    "psychometric.<animal>.threshold": Quantity("Threshold of the animal's psychometric curve", "%"),
    "psychometric.<animal>.slope": Quantity("Slope of the animal's psychometric curve"),
    "matched.<animal>.sigma": Quantity("Noise of the input that gives networks the animal's threshold", "√ms"),
    "matched.<animal>.threshold.median": Quantity("Threshold of the networks at that noise, median", "%"),
    "matched.<animal>.slope.median": Quantity("Slope of their psychometric curves, median"),
    "matched.<animal>.bound": Quantity("Bound on the outputs that gives the animal's accuracy, median", "nats"),
    "matched.<animal>.non_decision_ms": Quantity("Constant that is added to the networks' reaction times", "ms"),
    "matched.<animal>.unanswered": Quantity("Share of the trials in which the bound is not reached"),
    "matched.<animal>.time_fall_difference_ms": Quantity(
        "Fall of reaction times from the weakest to the strongest motion, networks less animal", "ms"
    ),
    "matched.<animal>.time_fall_difference_ms.low": Quantity("Lower end of its 95 % interval", "ms"),
    "matched.<animal>.time_fall_difference_ms.high": Quantity("Upper end of its 95 % interval", "ms"),
}
"""What the numbers of animals, and of networks beside them, are."""


@dataclass(frozen=True, eq=False)
class Animal:
    """What an animal did.

    Attributes
    ----------
    points : Dataset
        Its accuracy by coherence.
    fit : DataFrame
        Its psychometric curve, with 95 % intervals.
    trials : DataArray
        The reaction time of every trial (ms), with the coordinate ``coherence`` in percent.
    times : Dataset
        Their means by coherence.
    accuracy : float
        Share of correct trials.
    """

    points: xr.Dataset
    fit: pd.DataFrame
    trials: xr.DataArray
    times: xr.Dataset
    accuracy: float

    @property
    def threshold(self) -> float:
        """Coherence in percent."""
        return middle(self.fit, "threshold")


@dataclass(frozen=True, eq=False)
class Matched:
    """Networks with input noise that gives them an animal's threshold.

    Attributes
    ----------
    sigma : float
        Noise of the input, per √ms.
    points, fits
        Psychometric points and curves of the networks at that noise.
    trials : DataArray, seed × trial
        From stimulus onset to the bound on the output, with `constant` ms added; NaN without an answer. The coordinate
        ``coherence`` is in percent.
    times : Dataset
        Their means by coherence.
    constant : float
        ms, the difference of the mean times: what is not decision.
    bound : float
        Median of the bounds, in nats, at which each network is as accurate as the animal.
    unanswered : float
        Share of the trials in which the output never gets there.
    """

    sigma: float
    points: xr.Dataset
    fits: pd.DataFrame
    trials: xr.DataArray
    times: xr.Dataset
    constant: float
    bound: float
    unanswered: float


def middle(fits: pd.DataFrame, name: str) -> float:
    """Return the median over seeds of a parameter of fitted curves."""
    return float(np.median(fits[name].to_numpy(float)))


def watch(name: str, trials: pd.DataFrame) -> Animal:
    """Describe an animal's trials: ``coherence`` (share), ``correct`` and ``rt`` (ms).

    Raises
    ------
    InputError
        If its accuracy has no threshold within reach of its coherences.
    """
    strength, correct, rt = (trials[what].to_numpy(float) for what in ("coherence", "correct", "rt"))
    strength = 100 * strength
    points = tally(strength, correct)
    trials_of = xr.DataArray(rt, {"coherence": ("trial", strength)}, "trial")
    animal = Animal(points, fit_psychometric(points), trials_of, chronometric(strength, rt), float(correct.mean()))
    levels = listed(significant(c) for c in points["strength"].values)
    require(
        0 < animal.threshold < np.inf,
        f"The accuracy of {name} has no threshold near its coherences, {levels} %, so that no noise gives the networks "
        "the same threshold.",
    )
    return animal


def match(
    networks: Any,
    task: Callable[[float, tuple[float, ...]], PerceptualDecisionMaking],
    animal: Animal,
    *,
    key: PRNGKey,
    n_trials: int,
    seeds: Sequence[int] | np.ndarray,
) -> Matched:
    """Give networks the noise at which their median threshold is an animal's, and let them answer when ready.

    Parameters
    ----------
    networks : population
        Trained at some noise; nothing is learned here.
    task : callable
        (noise, coherences in percent) → the task.
    animal : Animal
    key : key
        Of the trials, the same for every noise.
    n_trials : int
        At each noise.
    seeds : sequence of int
        The networks that count: those that have learned the task.
    """
    coherences = tuple(float(c) for c in animal.points["strength"].values)
    logs: list[float] = [0.0]
    gaps: list[float] = []
    while True:
        done = behaviour(networks, task(float(np.exp(logs[-1])), coherences), key=key, n_trials=n_trials)
        done = done.isel(seed=np.asarray(seeds))
        points = tally(done["coherence"].values, done["correct"].values.astype(float))
        fits = fit_psychometric(points, intervals=False)
        with np.errstate(divide="ignore"):
            gap = np.log(middle(fits, "threshold") / animal.threshold)
        gaps.append(float(np.clip(gap, -LONGEST_STEP, LONGEST_STEP)))
        if abs(gaps[-1]) < CLOSE or len(gaps) == MATCHINGS:
            break
        slope = (gaps[-1] - gaps[-2]) / (logs[-1] - logs[-2]) if len(gaps) > 1 else 1.0
        logs.append(logs[-1] - gaps[-1] / max(slope, 0.3))
    rt, bounds = when_ready(done, task(1.0, coherences), animal.accuracy)
    constant = float(animal.trials.mean()) - float(np.nanmean(rt))
    return Matched(
        float(np.exp(logs[-1])),
        points,
        fits,
        xr.DataArray(rt + constant, {"coherence": ("trial", done["coherence"].values)}, ("seed", "trial")),
        chronometric(done["coherence"].values, rt + constant),
        constant,
        float(np.median(bounds)),
        float(np.isnan(rt).mean()),
    )


def fall(trials: xr.DataArray) -> float:
    """Return by how many ms reaction times fall from the weakest to the strongest motion; the mean over seeds."""
    strength, times = trials["coherence"].values, np.atleast_2d(trials.values)
    weak, strong = (np.nanmean(times[:, strength == c], axis=1) for c in (strength.min(), strength.max()))
    return float((weak - strong).mean())


def fall_difference(animal: Animal, found: Matched) -> tuple[float, float, float]:
    """Return the fall of the networks' reaction times less the animal's in ms, with its 95 % interval.

    The interval holds for new networks, new trials of theirs, and new trials of the animal.
    """
    return estimate_and_interval(
        lambda drawn: fall(drawn["networks"]) - fall(drawn["animal"]),
        {"networks": in_blocks(found.trials), "animal": in_blocks(animal.trials, "animal block")},
        ("seed", "block", "animal block"),
    )


def numbers(animals: dict[str, Animal], matched: dict[str, Matched]) -> dict[str, float]:
    """Return what was found of every animal, and of the networks matched to it, under flat keys."""
    flat = {}
    for name, animal in animals.items():
        prefix = name.replace(" ", "")
        flat |= {
            f"psychometric.{prefix}.threshold": animal.threshold,
            f"psychometric.{prefix}.slope": middle(animal.fit, "slope"),
        }
        if name in matched:
            found = matched[name]
            difference, low, high = fall_difference(animal, found)
            flat |= {
                f"matched.{prefix}.sigma": found.sigma,
                f"matched.{prefix}.threshold.median": middle(found.fits, "threshold"),
                f"matched.{prefix}.slope.median": middle(found.fits, "slope"),
                f"matched.{prefix}.bound": found.bound,
                f"matched.{prefix}.non_decision_ms": found.constant,
                f"matched.{prefix}.unanswered": found.unanswered,
                f"matched.{prefix}.time_fall_difference_ms": difference,
                f"matched.{prefix}.time_fall_difference_ms.low": low,
                f"matched.{prefix}.time_fall_difference_ms.high": high,
            }
    return flat
