"""How trained networks do a task: what their states span, where they rest while an input is held, what breaks them."""

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import numpy as np
import pandas as pd
import xarray as xr

from ..analysis import d_prime
from ..dynamics import fixed_points
from ..learning import perturbation_table
from ..models import lesion, member, record, with_noise, with_pulse
from ..tasks import TimedTask
from .cognitive_networks import Cognition

STARTS = 64
SLOW_MS = 10_000.0
"""A point is slow if at its speed the network needs this long to move by the typical norm of its states."""
STABLE = ("stable node", "stable spiral")
LESIONED = 0.1
"""Share of the units, or of the connections, that a lesion takes."""


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


def investigate(found: Cognition, seeds: np.ndarray, *, key: jax.Array, n_trials: int) -> Mechanism:
    """Record the trained networks, search for fixed points of some seeds, and perturb all of them."""
    task, trained, tested = found.task, found.networks["trained"], found.tested["trained"]
    some = tested.isel(trial=slice(n_trials))
    rates = record(trained, some["inputs"].values, key=key, layers=["rate"], times=task.times)["rate"]
    rates = rates.rename(stimulus="trial").drop_vars("trial")
    rates = rates.assign_coords({n: c for n, c in some.coords.items() if c.dims == ("trial",)})
    draw = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    points = {}
    for seed in seeds:
        network = member(trained, int(seed))
        for name, (x, inside) in held_inputs(task, tested).items():
            states = rates.values[seed][:, inside].reshape(-1, rates.sizes["unit"])
            slow = np.sqrt((states**2).sum(axis=1).mean()) / SLOW_MS
            starts = states[draw.choice(len(states), STARTS)]
            points[int(seed), name] = fixed_points(network.held(x), starts=starts, slow=float(slow))
    lesions = perturbation_table(trained, task, perturbations(found, rates), key=key, n_trials=n_trials)
    return Mechanism(rates, points, lesions)


def selectivity(task: TimedTask, rates: xr.DataArray) -> np.ndarray:
    """Return how well each unit tells the first right answer from the others at the end of the trial: |d′|, seed × unit."""
    last = rates.isel(time=-1)
    first = rates["right"].values == 0
    return np.stack([d_prime(each[first], each[~first]) for each in last.values])


def perturbations(found: Cognition, rates: xr.DataArray) -> dict[str, Any]:
    """Return what is done to the networks, by name."""
    task = found.task
    n = max(1, round(LESIONED * rates.sizes["unit"]))
    return {}
