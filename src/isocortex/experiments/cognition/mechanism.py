"""How trained networks do a task: what their units code, their fixed points, and what perturbations do to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import selectivity
from ...dynamics import fixed_points
from ...learning import behaviour, perturbation_table
from ...models import disconnect, lesion, member, with_noise, with_pulse
from ...shapes import PRNGKey
from ...tasks import TimedTask
from .networks import Cognition

RECORDED = 1000
"""Trials, at most, in which the activity of all units is kept."""
STARTS = 64
SLOW_MS = 10_000.0
"""A point is slow if at its speed the network needs this long to move by the typical norm of its states."""
SLOW = "slow point"
STABLE = ("stable node", "stable spiral")
LESIONED = 0.1
"""Share of the units, or of the connections, that a lesion takes."""
PULSE = 0.1
"""Height of a pulse in the first stimulus."""

MECHANISM_METHODS = (
    "State space: principal components of averages over correct trials of the same answer and strength of the "
    "stimulus, of networks above 90 % of the ideal observer's success alone. Units: d′ between the first right answer "
    "and the others, at the last step of the trial.",
    f"Fixed points: Levenberg–Marquardt from {STARTS} states that the network visits, input held at the period's mean "
    "over trials, without network noise; duplicates merged; kinds from the eigenvalues of the Jacobian. A search from "
    "visited states does not prove that there are no others.",
    "Perturbations act at test, on the same trials and noise; nothing is learned anew. A silenced unit tells the "
    "others and the readout nothing; a pulse lasts for the first half of the first noisy period.",
)


@dataclass(frozen=True, eq=False)
class Mechanism:
    """What was found inside the trained networks.

    Attributes
    ----------
    tested : Dataset
        From :func:`isocortex.learning.behaviour`, with the activity of all units.
    points : dict of (seed, str) to Dataset
        Seed and situation → fixed and slow points.
    lesions : DataFrame
        Perturbation × seed: success, and its change.
    """

    tested: xr.Dataset
    points: dict[tuple[int, str], xr.Dataset]
    lesions: pd.DataFrame

    @property
    def rates(self) -> xr.DataArray:
        """The activity, seed × trial × time × unit, with the conditions of the trials as coordinates."""
        return self.tested["rate"]

    @property
    def situation(self) -> str:
        """The situation to speak of: an input of the stimulus held, or else of the last period; empty for none."""
        names = ["", *dict.fromkeys(name for _, name in self.points)]
        return next((name for name in names if name.startswith("stimulus")), names[-1])

    def shown(self, seed: int) -> str:
        """Return the situation to draw of a network: the one to speak of, or else the first with a point."""
        found = [name for (of, name), points in self.points.items() if of == seed and points.sizes["point"]]
        return self.situation if self.situation in found else next(iter(found), self.situation)

    def kinds(self, situation: str | None = None) -> list[np.ndarray]:
        """Return the kinds of the points that each search found, in one situation or in all."""
        return [found["kind"].values for (_, of), found in self.points.items() if situation in (None, of)]

    def summary(self) -> dict[str, float | int]:
        """Return the mean numbers of fixed points, under flat keys; a slow point is none."""
        numbers: dict[str, float | int] = {}
        situations = dict.fromkeys(name for _, name in self.points)
        for name, prefix in {n: f".{n.replace(' ', '_')}" for n in situations}.items() | {(None, "")}:
            if kinds := self.kinds(name):
                numbers[f"fixed_points{prefix}.n.mean"] = float(np.mean([(k != SLOW).sum() for k in kinds]))
                numbers[f"fixed_points{prefix}.stable.mean"] = float(np.mean([np.isin(k, STABLE).sum() for k in kinds]))
        return numbers

    def sentence(self) -> str:
        """Say in a sentence which fixed points were found; nothing where none was looked for."""
        if not self.points:
            return ""
        what = (
            "stable fixed points",
            "unstable fixed points alone",
            "slow points alone",
            "neither fixed nor slow points",
        )
        counts = np.zeros(len(what), int)
        for kinds in self.kinds(self.situation):
            found = (np.isin(kinds, STABLE).any(), (kinds != SLOW).any(), len(kinds) > 0, True)
            counts[found.index(True)] += 1
        said = ", ".join(f"{name} in {n}" for name, n in zip(what, counts, strict=True) if n)
        return f" With the mean input of “{self.situation}” held, the search finds {said} of {counts.sum()} networks."

    def table(self) -> pd.DataFrame:
        """Return a row for every seed and situation: points by kind, and the largest eigenvalue."""
        rows = []
        for (seed, name), found in self.points.items():
            kinds = found["kind"].values
            largest = found["eigenvalue"].values[kinds != SLOW, 0].real
            rows.append(
                {
                    "seed": seed,
                    "input held": name,
                    "fixed points": len(largest),
                    "stable": int(np.isin(kinds, STABLE).sum()),
                    "saddles": int((kinds == "saddle").sum()),
                    "slow points": int((kinds == SLOW).sum()),
                    "largest Re λ (1/s)": 1e3 * float(largest.max()) if len(largest) else np.nan,
                }
            )
        return pd.DataFrame(rows)


def held_inputs(task: TimedTask, tested: xr.Dataset) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the situations of a task: name → the mean input of a period, and which steps it lasts.

    Where a context is cued, each context has its own; evidence averages out over trials.
    """
    contexts = {"": np.ones(tested.sizes["trial"], bool)}
    if "context" in tested.coords:
        values = tested["context"].values
        contexts = {f" in context {int(c) + 1}": values == c for c in np.unique(values)}
    found = {}
    for period, (start, stop) in task.periods.items():
        inside = (task.times >= start) & (task.times < stop)
        for name, trials in contexts.items():
            found[period + name] = tested["inputs"].values[trials][:, inside].mean(axis=(0, 1)), inside
    return found


def investigate(found: Cognition, *, key: PRNGKey) -> Mechanism:
    """Record the trained networks, search for fixed points of those that learned, and perturb all of them."""
    task, trained, n_trials = found.task, found.networks["trained"], found.tested["trained"].sizes["trial"]
    tested = behaviour(trained, task, key=key, n_trials=min(n_trials, RECORDED), rates=True)
    draw = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    points = {}
    whole = trained.initial_state.shape[-1] == tested.sizes["unit"]  # an LSTM's memory cells are not recorded
    for seed in map(int, found.learned if whole else ()):
        network = member(trained, seed)
        for name, (x, inside) in held_inputs(task, found.tested["trained"]).items():
            starts, extent = visited(tested["rate"].values[seed][:, inside], draw)
            points[seed, name] = fixed_points(network.held(x), starts=starts, slow=extent / SLOW_MS)
    lesions = perturbation_table(trained, task, perturbations(found, tested, draw), key=key, n_trials=n_trials)
    return Mechanism(tested, points, lesions)


def visited(rates: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return states to start searches from, and the typical norm of all."""
    states = rates.reshape(-1, rates.shape[-1])
    return states[draw.choice(len(states), STARTS)], float(np.sqrt((states**2).sum(axis=1).mean()))


def told_apart(tested: xr.Dataset) -> list[pd.DataFrame] | None:
    """Return how well every unit tells the first right answer from the others at the end of the trial, for each seed.

    None where the task has but one answer.
    """
    if "right" not in tested.coords or len(np.unique(tested["right"])) < 2:
        return None
    rates = tested["rate"].values
    last = tested["steps"].values.astype(int) - 1 if "steps" in tested.coords else np.full(rates.shape[1], -1)
    return [selectivity(each, tested["right"].values == 0) for each in rates[:, np.arange(len(last)), last]]


def perturbations(found: Cognition, tested: xr.Dataset, draw: np.random.Generator) -> dict[str, Callable[..., Any]]:
    """Return what is done to the networks, by name."""
    task, trained = found.task, found.networks["trained"]
    n_seeds, n_units = tested.sizes["seed"], tested.sizes["unit"]
    n, first = max(1, round(LESIONED * n_units)), task.input_names[1]
    random = np.stack([draw.permutation(n_units) < n for _ in range(n_seeds)])
    cut = draw.random((n_seeds, n_units, n_units)) < LESIONED
    done: dict[str, Callable[..., Any]] = {f"{n} random units silenced": lambda m, x: (lesion(m, random), x)}
    if (told := told_apart(tested)) is not None:
        distance = np.stack([table["d_prime"].abs() for table in told])
        selective = distance >= np.sort(distance, axis=1)[:, -n, None]
        done[f"{n} most selective units silenced"] = lambda m, x: (lesion(m, selective), x)
    done[f"{LESIONED:.0%} of the connections cut"] = lambda m, x: (disconnect(m, cut), x)
    if (sigma := float(np.ravel(trained.noise)[0])) > 0:
        done["network noise off"] = lambda m, x: (with_noise(m, 0.0), x)
        done["network noise × 3"] = lambda m, x: (with_noise(m, 3 * sigma), x)
    start, stop = next((task.periods[p] for p in task.NOISY if p in task.periods), (0.0, task.dt))
    pulse = {"dt": task.dt, "channel": 1, "start": start, "stop": max((start + stop) / 2, start + task.dt)}
    done[f"pulse of {PULSE:g} in input “{first}”"] = lambda m, x: (m, with_pulse(x, **pulse, amplitude=PULSE))
    return done
