"""What the answers of a task are called, what grades its trials, and which answers were given where."""

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import confusion
from ...formats import significant
from ...tasks import TimedTask
from .trained import Cognition

MOST_GRADES, GROUPS = 8, 5
"""Values of a condition that are shown as they are; more are gathered into so many groups."""


def graded(task: TimedTask, tested: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the condition that grades a task's trials, if there is one: coherence, or the first that varies.

    More values than a picture can show are gathered into as many groups, named by their means. A period's name stands
    for its duration.
    """
    varied = [str(name) for name, x in tested.coords.items() if x.dims == ("trial",) and len(np.unique(x)) > 1]
    names = [name for name in ("coherence", *varied) if name in varied and name not in ("right", "steps", "context")]
    if not names:
        return {}
    values = np.round(tested[names[0]].values, 6)
    if len(np.unique(values)) > MOST_GRADES:
        edges = np.quantile(values, np.linspace(0, 1, GROUPS + 1)[1:-1])
        group = np.searchsorted(edges, values, side="right")
        values = np.array([float(f"{values[group == k].mean():.3g}") for k in range(GROUPS)])[group]
    return {f"{names[0]} duration (ms)" if names[0] in task.durations else names[0]: values}


def final_targets(tested: xr.Dataset) -> np.ndarray:
    """Return which output is the target at the last step of each trial that counts, shape (trial,)."""
    weights = tested["weights"].values
    last = weights.shape[1] - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)
    return tested["targets"].values[np.arange(len(last)), last].argmax(axis=1)


def answer_names(task: TimedTask, tested: xr.Dataset) -> dict[int, str]:
    """Return what each right answer is called: the name of its output."""
    output = final_targets(tested)
    if "right" not in tested.coords:
        return {0: task.output_names[output[0]]}
    right, n = tested["right"].values, max(task.n_outputs - 1, 2)
    drawn = {int(k): int(output[np.argmax(right == k)]) for k in np.unique(right)}
    return {k: task.output_names[drawn.get(k, min(k + 1, task.n_outputs - 1))] for k in range(n)}


def answer_table(found: Cognition) -> pd.DataFrame | None:
    """Return how often each answer was given where each was right, by context or by strength of the stimulus.

    None where the task has no choices.
    """
    tested = found.tested["trained"]
    if "right" not in tested.coords or "choice" not in tested:
        return None
    grade = {"context": tested["context"].values + 1} if "context" in tested.coords else graded(found.task, tested)
    n_seeds, names = tested.sizes["seed"], answer_names(found.task, tested)
    name, values = next(iter(grade.items()), ("", np.zeros(tested.sizes["trial"])))
    shares = confusion(
        np.tile(tested["right"].values, n_seeds),
        tested["choice"].values.ravel(),
        len(names),
        condition=np.tile(values, n_seeds),
    )
    columns = dict.fromkeys([*names.values(), "fixate"])  # where to hold still is an answer, no column stands for none
    return pd.DataFrame(
        {
            **({name: significant(value, 6)} if name else {}),
            "right answer": names[right],
            **dict(zip(columns, shares.values[i, right], strict=False)),
        }
        for i, value in enumerate(shares["condition"].values)
        for right in names
        if shares["n"].values[i, right]
    )
