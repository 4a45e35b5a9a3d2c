"""How trained networks do a task: what their units discriminate, their fixed points, and what breaks them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import selectivity
from ...dynamics import fixed_points, time_constants
from ...formats import counted, listed, number, percent, significant
from ...keys import generator
from ...learning import behaviour, perturbation_table
from ...models import disconnect, lesion, member, with_noise, with_pulse
from ...shapes import PRNGKey
from ...tasks import TimedTask, Trials
from .recorded import RECORDED
from .trained import Cognition

STARTS = 64
SLOW_MS = 10_000.0
"""A point is slow if at its speed the network needs this long to move by the typical norm of its states."""
SLOW = "slow point"
STABLE = ("stable node", "stable spiral")
LESIONED = 0.1
"""Share of the units, or of the connections, that a lesion takes."""
PULSE = 0.1
"""Height of a pulse in the first stimulus."""


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
    untrained : Dataset
        What the untrained networks did in the same trials.
    """

    tested: xr.Dataset
    points: dict[tuple[int, str], xr.Dataset]
    lesions: pd.DataFrame
    untrained: xr.Dataset

    @property
    def rates(self) -> xr.DataArray:
        """The activity, seed × trial × time × unit, with the conditions of the trials as coordinates."""
        return self.tested["rate"]

    @property
    def situation(self) -> str:
        """The situation to speak of: an input of the stimulus held, or else of the last period; empty for none."""
        names = ["", *dict.fromkeys(name for _, name in self.points)]
        return next((name for name in names if name.startswith("stimulus")), names[-1])

    def kinds(self, situation: str | None = None) -> list[np.ndarray]:
        """Return the kinds of the points that each search found, in one situation or in all."""
        return [found["kind"].values for (_, of), found in self.points.items() if situation in (None, of)]

    def numbers(self) -> dict[str, float | int]:
        """Return the numbers of fixed points, under flat keys: means over networks, without slow points.

        The time constant is that of the slowest mode at stable points, the median over networks.
        """
        numbers: dict[str, float | int] = {}
        situations = dict.fromkeys(name for _, name in self.points)
        for name, prefix in {n: f".{n.replace(' ', '_')}" for n in situations}.items() | {(None, "")}:
            if kinds := self.kinds(name):
                numbers[f"fixed_points{prefix}.n.mean"] = float(np.mean([(k != SLOW).sum() for k in kinds]))
                numbers[f"fixed_points{prefix}.stable.mean"] = float(np.mean([np.isin(k, STABLE).sum() for k in kinds]))
            if name and len(decay := self.decay_times(name)):
                numbers[f"fixed_points{prefix}.time_constant_ms.median"] = float(np.median(decay))
        return numbers

    def decay_times(self, situation: str) -> np.ndarray:
        """Return the time constant in ms with which each network that has a stable point comes back to it."""
        modes = [
            found["eigenvalue"].values[np.isin(found["kind"].values, STABLE), 0]
            for (_, of), found in self.points.items()
            if of == situation
        ]
        return np.array([float(np.median(time_constants(each)[0])) for each in modes if len(each)])

    def sentence(self) -> str:
        """Say which points the networks have while the input is held; nothing where none was looked at."""
        if not self.points:
            return ""
        what = ("a stable fixed point", "only unstable fixed points", "only slow points", "no fixed or slow point")
        counts = np.zeros(len(what), int)
        for kinds in self.kinds(self.situation):
            found = (np.isin(kinds, STABLE).any(), (kinds != SLOW).any(), len(kinds) > 0, True)
            counts[found.index(True)] += 1
        said = [f"{name} in {n}" for name, n in zip(what, counts.tolist(), strict=True) if n]
        text = (
            f" While the mean input of “{self.situation}” is held, the search finds {listed(said)} of "
            f"{counted(int(counts.sum()), 'network')}."
        )
        decay = self.decay_times(self.situation)
        if len(decay):
            text += (
                " A small deviation from a stable point decays with a time constant of "
                f"{number(np.median(decay), 0)} ms (the slowest mode"
                f"{f'; median over {len(decay)} networks' if len(decay) > 1 else ''})."
            )
        return text

    def methods(self) -> list[str]:
        """Return how the networks were looked into, in paragraphs."""
        return [
            "The d′ of a unit compares the first right answer with the others, at the last step of the trial.",
            *self.search_methods(),
            "Perturbations act at test, on the same trials and with the same noise; nothing is learned again. A "
            "silenced unit sends 0 to the other units and to the readout. A pulse lasts for the first half of the "
            "first noisy period.",
        ]

    def search_methods(self) -> list[str]:
        """Return how fixed points were searched for, in one paragraph; nothing where none were."""
        if not self.points:
            return []
        (seed, name), example = next(iter(self.points.items()))
        return [
            "To find fixed points, the input is held at its mean over the trials of a period, without network noise, "
            f"and searches start from {STARTS} states that the network visits. A point is slow if the network needs "
            f"more than {significant(SLOW_MS / 1000)} s at its speed to move by the typical norm of a state. Searches "
            f"do not prove that there are no other points. For network {seed} with the mean input of “{name}” held, "
            f"and in the same way for the others: {example.attrs['methods']}"
        ]

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


def situations(task: TimedTask, tested: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the situations of a task: name → which steps of each trial belong to it, shape (trial, step).

    A situation is a period, with its length in each trial; where a context is cued, a period in one context.
    """
    labels = {str(name): x.values for name, x in tested.coords.items() if x.dims == ("trial",)}
    conditions = {name: jnp.asarray(x, jnp.float32) for name, x in labels.items()}
    inputs, targets, weights = (jnp.asarray(tested[name].values) for name in ("inputs", "targets", "weights"))
    trials = Trials(inputs, targets, weights, conditions)
    clock = task.clock(trials)
    contexts = {"": np.ones(tested.sizes["trial"], bool)}
    if "context" in labels:
        values = labels["context"]
        contexts = {f" in context {int(c) + 1}": values == c for c in np.unique(values)}
    return {
        period + name: np.asarray(clock.during(period)) & mine[:, None]
        for period in task.periods
        for name, mine in contexts.items()
    }


def held_inputs(task: TimedTask, tested: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the mean input of each situation, in which evidence for and against averages out, shape (channel,)."""
    return {name: tested["inputs"].values[at].mean(axis=0) for name, at in situations(task, tested).items()}


def investigate(found: Cognition, *, key: PRNGKey) -> Mechanism:
    """Record the networks, search for fixed points of those that learned, and perturb all that were trained.

    Parameters
    ----------
    found : Cognition
    key : key
    """
    task, trained, n_trials = found.task, found.networks["trained"], found.tested["trained"].sizes["trial"]
    tested = behaviour(trained, task, key=key, n_trials=min(n_trials, RECORDED), rates=True)
    draw = generator(key)
    points = {}
    whole = trained.initial_state.shape[-1] == tested.sizes["unit"]  # an LSTM's memory cells are not recorded
    held, at = held_inputs(task, found.tested["trained"]), situations(task, tested)
    for seed in map(int, found.learned if whole else ()):
        network = member(trained, seed)
        for name, x in held.items():
            starts, extent = visited(tested["rate"].values[seed][at[name]], draw)
            points[seed, name] = fixed_points(network.held(x), starts=starts, slow=extent / SLOW_MS)
    lesions = perturbation_table(trained, task, perturbations(found, tested, draw), key=key, n_trials=n_trials)
    control = behaviour(found.networks["untrained"], task, key=key, n_trials=tested.sizes["trial"], rates=True)
    return Mechanism(tested, points, lesions, control)


def visited(states: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return some of the states, shape (state, unit), to start searches from, and the typical norm of all."""
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
    done: dict[str, Callable[..., Any]] = {f"{counted(n, 'random unit')} silenced": lambda m, x: (lesion(m, random), x)}
    if (told := told_apart(tested)) is not None:
        distance = np.stack([table["d_prime"].abs() for table in told])
        selective = distance >= np.sort(distance, axis=1)[:, -n, None]
        done[f"{counted(n, 'most selective unit')} silenced"] = lambda m, x: (lesion(m, selective), x)
    done[f"{percent(LESIONED, 0)} of the connections cut"] = lambda m, x: (disconnect(m, cut), x)
    if (sigma := float(np.ravel(trained.noise)[0])) > 0:
        done["network noise off"] = lambda m, x: (with_noise(m, 0.0), x)
        done["network noise × 3"] = lambda m, x: (with_noise(m, 3 * sigma), x)
    start, stop = next((task.periods[p] for p in task.NOISY if p in task.periods), (0.0, task.dt))
    pulse = {"dt": task.dt, "channel": 1, "start": start, "stop": max((start + stop) / 2, start + task.dt)}
    done[f"pulse of {PULSE:g} in input “{first}”"] = lambda m, x: (m, with_pulse(x, **pulse, amplitude=PULSE))
    return done
