"""What a population does in a task: every answer in every trial, and what perturbations do to its success."""

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np
import pandas as pd
import xarray as xr

from ..errors import require
from ..models import map_members
from ..shapes import PRNGKey
from ..tasks import Task, Trials
from .checks import require_fitting
from .evaluate import noise_keys, outputs, scores

Perturbation = Callable[[Any, jax.Array], tuple[Any, jax.Array]]
"""(models, inputs) → (models, inputs)."""


def behaviour(
    models: Any, task: Any, *, key: PRNGKey, n_trials: int = 1000, trials: Trials | None = None
) -> xr.Dataset:
    """Let every member of a population do the same trials of a task in time; noise of the network is on.

    Parameters
    ----------
    models : population
    task : task in time
    key : key
        Draws the trials and the noise.
    n_trials : int
        Default 1000.
    trials : Trials, optional
        Instead of fresh ones.

    Returns
    -------
    Dataset
        ``outputs`` (seed, trial, time, output), ``correct`` and, where the task has choices, ``choice`` (seed, trial);
        of the trials ``inputs`` (trial, time, input), ``targets``, ``weights`` and ``ideal``, the ideal observer's
        probability correct. Conditions are coordinates along ``trial``; ``time`` is the start of each step in ms.

    Raises
    ------
    InputError
        If the task has no steps in time, or the model does not fit it.
    """
    require(hasattr(task, "times"), f"{type(task).__name__} is no task in time: its trials have no steps.")
    require_fitting(models, task)
    shown = task.sample(key, n_trials) if trials is None else trials
    answers = _answers(models, task, shown, noise_keys(models, key))
    dims = {
        "outputs": ("seed", "trial", "time", "output"),
        "correct": ("seed", "trial"),
        "choice": ("seed", "trial"),
        "inputs": ("trial", "time", "input"),
        "targets": ("trial", "time", "output"),
        "weights": ("trial", "time"),
        "ideal": ("trial",),
    }
    values = answers | {
        "inputs": shown.inputs,
        "targets": shown.targets,
        "weights": shown.weights,
        "ideal": task.ideal(shown),
    }
    labels = {
        "seed": np.arange(len(answers["correct"])),
        "time": np.asarray(task.times),
        "input": list(task.input_names),
        "output": list(task.output_names),
    }
    conditions = {name: ("trial", np.asarray(x)) for name, x in shown.conditions.items() if name != "choice"}
    if "choice" in shown.conditions:
        conditions["right"] = ("trial", np.asarray(shown.conditions["choice"]).astype(int))
    return xr.Dataset({n: (dims[n], np.asarray(x)) for n, x in values.items()}, labels | conditions)


@eqx.filter_jit
def _answers(models: Any, task: Any, trials: Trials, keys: jax.Array) -> dict[str, jax.Array]:
    def of_member(model: Any, key: PRNGKey) -> dict[str, jax.Array]:
        output = outputs(model, trials, key)
        answers = {"outputs": output, "correct": task.correct(output, trials)}
        return answers | ({"choice": task.choice(output, trials)} if "choice" in trials.conditions else {})

    return map_members(of_member, models, keys)


def perturbation_table(
    models: Any, task: Task, perturbations: Mapping[str, Perturbation], *, key: PRNGKey, n_trials: int = 1000
) -> pd.DataFrame:
    """Return what perturbations do to success, on the same trials and with the same noise as without them.

    Parameters
    ----------
    models : population
    task : Task
    perturbations : mapping of str to callable
        Name → (models, inputs) → (models, inputs), such as ``lambda m, x: (isocortex.models.lesion(m, [0]), x)``.
    key : key
    n_trials : int
        Default 1000.

    Returns
    -------
    DataFrame
        One row per perturbation, "none" first, and seed, with ``success`` and ``change``, the difference from none.

    Raises
    ------
    InputError
        If the model does not take the task's inputs or give its answers.
    """
    require_fitting(models, task)
    trials, keys = task.sample(key, n_trials), noise_keys(models, key)
    found = {}
    for name, perturb in {"none": lambda models, inputs: (models, inputs), **perturbations}.items():
        perturbed, inputs = perturb(models, trials.inputs)
        shown = eqx.tree_at(lambda trials: trials.inputs, trials, inputs)
        found[name] = np.asarray(scores(perturbed, task, shown, keys))
    rows = [
        {"perturbation": name, "seed": seed, "success": float(x), "change": float(x - found["none"][seed])}
        for name, success in found.items()
        for seed, x in enumerate(success)
    ]
    return pd.DataFrame(rows)
