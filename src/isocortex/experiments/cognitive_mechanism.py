"""How trained networks do a task: what their states span, where they rest while an input is held, what breaks them."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ..analysis import selectivity
from ..dynamics import fixed_points
from ..learning import perturbation_table
from ..models import disconnect, lesion, member, record, with_noise, with_pulse
from ..tasks import TimedTask
from .cognitive_networks import Cognition

STARTS = 64
SLOW_MS = 10_000.0
"""A point is slow if at its speed the network needs this long to move by the typical norm of its states."""
STABLE = ("stable node", "stable spiral")
LESIONED = 0.1
"""Share of the units, or of the connections, that a lesion takes."""
PULSE = 0.1


MECHANISM_METHODS = (
    "State space: principal components of averages over correct trials of the same answer and strength of the stimulus, of "
    "networks above 90 % of the ideal observer's success alone.",
    f"Fixed points: Levenberg–Marquardt from {STARTS} states that the network visits, input held at the period's mean over "
    "trials, without network noise; duplicates merged; kinds from the eigenvalues of the Jacobian.",
    "Perturbations act at test; nothing is learned anew. A silenced unit tells the others and the readout nothing.",
)


@dataclass(frozen=True, eq=False)
class Mechanism:
    """What was found inside the trained networks.

    Attributes
    ----------
    rates : DataArray, seed × trial × time × unit
        Of test trials, with their conditions as coordinates.
    points : dict of (seed, str) to Dataset
        Seed and situation → fixed and slow points.
    lesions : DataFrame
        Perturbation × seed: success, and its change.
    """

    rates: xr.DataArray
    points: dict[tuple[int, str], xr.Dataset]
    lesions: pd.DataFrame

    def summary(self) -> dict[str, float | int]:
        """Return the numbers on fixed points, under flat keys; a slow point is none."""
        numbers: dict[str, float | int] = {}
        for name in dict.fromkeys(name for _, name in self.points):
            kinds = [found["kind"].values for (_, of), found in self.points.items() if of == name]
            prefix = f"fixed_points.{name.replace(' ', '_')}"
            numbers[f"{prefix}.n.mean"] = float(np.mean([(k != "slow point").sum() for k in kinds]))
            numbers[f"{prefix}.stable.mean"] = float(np.mean([np.isin(k, STABLE).sum() for k in kinds]))
        every = [found["kind"].values for found in self.points.values()]
        if every:
            numbers["fixed_points.n.mean"] = float(np.mean([(k != "slow point").sum() for k in every]))
            numbers["fixed_points.stable.mean"] = float(np.mean([np.isin(k, STABLE).sum() for k in every]))
        return numbers

    def table(self) -> pd.DataFrame:
        """Return a row for every seed and situation: points by kind, and the slowest time constants."""
        rows = []
        for (seed, name), found in self.points.items():
            kinds = found["kind"].values
            exact = found.isel(point=np.flatnonzero(kinds != "slow point"))
            largest = exact["eigenvalue"].values[:, :1].real.ravel()
            rows.append(
                {
                    "seed": seed,
                    "input held": name,
                    "fixed points": len(largest),
                    "stable": int(np.isin(kinds, STABLE).sum()),
                    "saddles": int((kinds == "saddle").sum()),
                    "slow points": int((kinds == "slow point").sum()),
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


def investigate(found: Cognition, *, key: jax.Array, n_trials: int) -> Mechanism:
    """Record the trained networks, search for fixed points of those that learned, and perturb all of them."""
    task, trained, tested = found.task, found.networks["trained"], found.tested["trained"]
    some = tested.isel(trial=slice(n_trials))
    rates = record(trained, some["inputs"].values, key=key, layers=["rate"], times=task.times)["rate"]
    rates = rates.rename(stimulus="trial").drop_vars("trial")
    rates = rates.assign_coords({n: c for n, c in some.coords.items() if c.dims == ("trial",)})
    draw = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    points = {}
    for seed in found.learned:
        network = member(trained, int(seed))
        for name, (x, inside) in held_inputs(task, tested).items():
            states = rates.values[seed][:, inside].reshape(-1, rates.sizes["unit"])
            slow = np.sqrt((states**2).sum(axis=1).mean()) / SLOW_MS
            starts = states[draw.choice(len(states), STARTS)]
            points[int(seed), name] = fixed_points(network.held(x), starts=starts, slow=float(slow))
    seed = int(draw.integers(2**31))
    lesions = perturbation_table(trained, task, perturbations(found, rates, seed=seed), key=key, n_trials=n_trials)
    return Mechanism(rates, points, lesions)


def told_apart(rates: xr.DataArray) -> list[pd.DataFrame] | None:
    """Return how well every unit tells the first right answer from the others at the end of the trial, for each seed.

    None where the task has but one answer.
    """
    if "right" not in rates.coords or len(np.unique(rates["right"])) < 2:
        return None
    return [selectivity(each, rates["right"].values == 0) for each in at_the_end(rates)]


def at_the_end(rates: xr.DataArray) -> np.ndarray:
    """Return the activity in the last step of every trial, seed × trial × unit."""
    if "steps" not in rates.coords:
        return rates.values[:, :, -1]
    last = rates["steps"].values.astype(int) - 1
    return rates.values[:, np.arange(len(last)), last]


def perturbations(found: Cognition, rates: xr.DataArray, *, seed: int) -> dict[str, Any]:
    """Return what is done to the networks, by name."""
    n_seeds, n_units = rates.sizes["seed"], rates.sizes["unit"]
    n, draw = max(1, round(LESIONED * n_units)), np.random.default_rng(seed)
    random = np.stack([draw.permutation(n_units) < n for _ in range(n_seeds)])
    cut = draw.random((n_seeds, n_units, n_units)) < LESIONED
    done = {f"{n} units silenced, at random": lambda models, x: (lesion(models, random), x)}
    if (told := told_apart(rates)) is not None:
        distance = np.stack([table["d_prime"].abs() for table in told])
        selective = distance >= np.sort(distance, axis=1)[:, -n, None]
        done[f"{n} units silenced, the most selective"] = lambda models, x: (lesion(models, selective), x)
    done[f"{LESIONED:.0%} of the connections cut, at random"] = lambda models, x: (disconnect(models, cut), x)
    if hasattr(found.networks["trained"], "noise"):
        sigma = float(np.ravel(found.networks["trained"].noise)[0])
        done["without network noise"] = lambda models, x: (with_noise(models, 0.0), x)
        done["three times the network noise"] = lambda models, x: (with_noise(models, 3 * sigma), x)
    start, stop = found.task.periods.get("stimulus", (0.0, found.task.dt))
    pulse = {"dt": found.task.dt, "channel": 1, "start": start, "stop": max(stop / 2, start + found.task.dt)}
    done[f"{PULSE:g} added to “{found.task.input_names[1]}” in the first half of the stimulus"] = lambda models, x: (
        models,
        with_pulse(x, **pulse, amplitude=PULSE),
    )
    return done
