"""The behaviour of a population in a task: its answers in every trial, and the effect of perturbations."""

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import require
from ..models import map_members
from ..shapes import PRNGKey
from ..tasks import Task, Trials
from .checks import require_fitting
from .evaluate import activity, noise_keys

Perturbation = Callable[[Any, jax.Array], tuple[Any, jax.Array]]
"""(models, inputs) → (models, inputs)."""


def behaviour(
    models: Any,
    task: Any,
    *,
    key: PRNGKey,
    n_trials: int = 1000,
    trials: Trials | None = None,
    rates: bool = False,
) -> xr.Dataset:
    """Record the behaviour of every member of a population in the same trials, with the noise of the networks.

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
    rates : bool
        Keep the activity of all units too. Default False.

    Returns
    -------
    Dataset
        ``outputs`` (seed, trial, time, output), with `rates` ``rate`` (seed, trial, time, unit), ``correct`` and, where
        the task has choices, ``choice`` (seed, trial); of the trials ``inputs`` (trial, time, input), ``targets``,
        ``weights`` and ``ideal``, the ideal observer's probability correct. Conditions are coordinates along
        ``trial``; ``time`` is the start of each step in ms.

    Raises
    ------
    InputError
        If the task has no steps in time, or the model does not fit it.

    Examples
    --------
    >>> from isocortex import CTRNN, population
    >>> from isocortex.tasks import PerceptualDecisionMaking
    >>> task = PerceptualDecisionMaking(dt=100, timing={"stimulus": 300})
    >>> build = lambda key: CTRNN(task.n_inputs, task.n_outputs, n_units=4, key=key)
    >>> behaviour(population(build, 2, key=jax.random.key(0)), task, key=jax.random.key(1), n_trials=10).correct.shape
    (2, 10)
    """
    require(
        hasattr(task, "times"),
        f"{type(task).__name__} is not a task with time steps, such as those in isocortex.tasks.TASKS.",
    )
    require_fitting(models, task)
    shown = _sampled(task, key, n_trials) if trials is None else trials
    layers = ("output", "rate") if rates else ("output",)
    done = _done(models, shown.inputs, noise_keys(models, key), layers)
    dims = {
        "outputs": ("seed", "trial", "time", "output"),
        "rate": ("seed", "trial", "time", "unit"),
        "correct": ("seed", "trial"),
        "choice": ("seed", "trial"),
        "inputs": ("trial", "time", "input"),
        "targets": ("trial", "time", "output"),
        "weights": ("trial", "time"),
        "ideal": ("trial",),
    }
    values = {"outputs": done.pop("output"), **done, "inputs": shown.inputs, "targets": shown.targets}
    values |= {"weights": shown.weights} | _judged(task, values["outputs"], shown)
    labels = {
        "seed": np.arange(len(values["correct"])),
        "time": np.asarray(task.times),
        "input": list(task.input_names),
        "output": list(task.output_names),
    }
    conditions = {name: ("trial", np.asarray(x)) for name, x in shown.conditions.items() if name != "choice"}
    if "choice" in shown.conditions:
        conditions["right"] = ("trial", np.asarray(shown.conditions["choice"]).astype(int))
    return xr.Dataset({n: (dims[n], np.asarray(x)) for n, x in values.items()}, labels | conditions)


def fraction_of_ideal(done: xr.Dataset) -> tuple[Float[np.ndarray, " seed"], float]:
    """Return the success of every member as a fraction of the ideal observer's in the same trials.

    The ideal observer would itself succeed ΣP ± √ΣP(1 − P) times in these trials, where P is its probability in each,
    given the conditions. A network that is as good as it can be has the same sampling error, so a fraction may exceed
    1 by chance. All members do the same trials with the same noise: the error of their mean is no smaller.

    Parameters
    ----------
    done : Dataset
        From :func:`behaviour`.

    Returns
    -------
    fractions : array, shape (seed,)
        Share of successful trials, over the mean of P.
    error : float
        The standard error of a fraction near 1, √ΣP(1 − P)/ΣP.

    Raises
    ------
    InputError
        If the ideal observer never succeeds.

    Examples
    --------
    >>> correct = np.repeat([[1.0, 0.0]], [95, 5], axis=1)
    >>> done = xr.Dataset({"correct": (("seed", "trial"), correct), "ideal": ("trial", np.full(100, 0.9))})
    >>> fractions, error = fraction_of_ideal(done)
    >>> fractions.round(3).tolist(), round(error, 3)
    ([1.056], 0.033)
    """
    ideal = done["ideal"].values.astype(float)
    require(
        bool(ideal.sum() > 0),
        "The ideal observer succeeds in no trial, so success has no value as a fraction of its success.",
    )
    fractions = done["correct"].mean("trial").values.astype(float) / ideal.mean()
    return fractions, float(np.sqrt((ideal * (1 - ideal)).sum()) / ideal.sum())


@eqx.filter_jit
def _sampled(task: Task, key: PRNGKey, n: int) -> Trials:
    return task.sample(key, n)


@eqx.filter_jit
def _done(models: Any, inputs: jax.Array, keys: jax.Array, layers: tuple[str, ...]) -> dict[str, jax.Array]:
    """Return what every member does. The task has no part in this program, so one serves all tasks of a size."""
    return map_members(lambda model, key: activity(model, inputs, key, layers), models, keys)


@eqx.filter_jit
def _judged(task: Any, outputs: jax.Array, trials: Trials) -> dict[str, jax.Array]:
    found = {"correct": jax.vmap(task.correct, (0, None))(outputs, trials), "ideal": task.ideal(trials)}
    if "choice" in trials.conditions:
        found["choice"] = jax.vmap(task.choice, (0, None))(outputs, trials)
    return found


@eqx.filter_jit
def _scored(task: Task, outputs: jax.Array, trials: Trials) -> jax.Array:
    return jax.vmap(task.score, (0, None))(outputs, trials)


def perturbation_table(
    models: Any, task: Task, perturbations: Mapping[str, Perturbation], *, key: PRNGKey, n_trials: int = 1000
) -> pd.DataFrame:
    """Measure how perturbations change success, in the same trials and with the same noise.

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

    Examples
    --------
    >>> from isocortex import CTRNN, population
    >>> from isocortex.models import lesion
    >>> from isocortex.tasks import PerceptualDecisionMaking
    >>> task = PerceptualDecisionMaking(dt=100, timing={"stimulus": 300})
    >>> build = lambda key: CTRNN(task.n_inputs, task.n_outputs, n_units=4, key=key)
    >>> networks = population(build, 2, key=jax.random.key(0))
    >>> cuts = {"unit 0": lambda models, inputs: (lesion(models, [0]), inputs)}
    >>> table = perturbation_table(networks, task, cuts, key=jax.random.key(1), n_trials=10)
    >>> table["perturbation"].unique().tolist()
    ['none', 'unit 0']
    """
    require_fitting(models, task)
    trials, keys = _sampled(task, key, n_trials), noise_keys(models, key)
    found = {}
    for name, perturb in {"none": lambda models, inputs: (models, inputs), **perturbations}.items():
        perturbed, inputs = perturb(models, trials.inputs)
        shown = eqx.tree_at(lambda trials: trials.inputs, trials, inputs)
        outputs = _done(perturbed, inputs, keys, ("output",))["output"]
        found[name] = np.asarray(_scored(task, outputs, shown), float).round(6)  # float32 holds no more
    rows = [
        {"perturbation": name, "seed": seed, "success": float(x), "change": float((x - found["none"][seed]).round(6))}
        for name, success in found.items()
        for seed, x in enumerate(success)
    ]
    return pd.DataFrame(rows)
