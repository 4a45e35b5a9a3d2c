"""The figures that every experiment on a task in time shares: learning, a trial, weights, units, state space."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...analysis import sort_units
from ...models import member
from .answers import answer_names, final_targets
from .mechanism import Mechanism, told_apart
from .space import StateSpaces
from .trained import Cognition

LOSSES = {"cross-entropy": "training loss (nats)", "L1": "training loss (L1)", "L2": "training loss (L2)"}
MOST_ANSWERS = 3
"""Right answers for which the activity of all units is drawn."""


def draw_learning(found: Cognition) -> Figure:
    """Draw loss and success of every batch."""
    return plots.learning_curves(
        found.history,
        ideal=found.ideal,
        untrained=found.accuracy["untrained"].mean(),
        loss=LOSSES[found.task.loss_function],
    )


def draw_trial(found: Cognition) -> Figure:
    """Draw the inputs, outputs and target of one trial of the best network: a correct one where there is one."""
    task, tested = found.task, found.tested["trained"].isel(seed=found.best)
    correct = tested["correct"].values.astype(int)
    shown = tested.isel(trial=int(np.argmax(correct * (1 + (final_targets(tested) > 0)))))  # better one with an answer
    outputs = shown["outputs"].values
    title = "output"
    if task.loss_function == "cross-entropy":
        outputs = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        outputs, title = outputs / outputs.sum(axis=-1, keepdims=True), "output probability"
    counted = int((shown["weights"].values > 0).sum())
    panels = {
        "input": dict(zip(task.input_names, shown["inputs"].values[:counted].T, strict=True)),
        title: dict(zip(task.output_names, outputs[:counted].T, strict=True)),
        "target": dict(zip(task.output_names, shown["targets"].values[:counted].T, strict=True)),
    }
    fixed = "steps" not in tested.coords
    return plots.example_trial(task.times[:counted], panels, periods=task.periods if fixed else None)


def unit_order(found: Cognition, inside: Mechanism) -> tuple[np.ndarray, np.ndarray | None, int | None]:
    """Return the units of the best network sorted by what they prefer, the preference of each, and the border."""
    told = told_apart(inside.tested)
    if told is None:
        return np.arange(inside.rates.sizes["unit"]), None, None
    answers, of_best = answer_names(found.task, inside.tested), told[found.best]
    order = sort_units(of_best)
    prefers = of_best["d_prime"].to_numpy()[order] > 0
    first, second = answers[0], answers[1] if len(answers) == 2 else "another"
    return order, np.where(prefers, f"prefers {first}", f"prefers {second}"), int(prefers.sum())


def draw_weights(found: Cognition, inside: Mechanism) -> Figure:
    """Draw the recurrent weights of the best network before and after learning."""
    order, classes, _ = unit_order(found, inside)
    weights = {
        title: np.asarray(member(found.networks[name], found.best).recurrent)[np.ix_(order, order)]
        for title, name in {"before learning": "untrained", "after learning": "trained"}.items()
    }
    return plots.weight_changes(weights, classes=classes, label="recurrent weight")


def draw_units(found: Cognition, inside: Mechanism) -> Figure:
    """Draw the mean activity of every unit of the best network, by right answer."""
    order, _, border = unit_order(found, inside)
    rates, right = inside.rates.isel(seed=found.best), inside.rates["right"].values
    answers = answer_names(found.task, inside.tested)
    panels: dict[str, xr.DataArray] = {
        f"{answers[int(k)]} is right": rates[right == k].mean("trial")[:, order]
        for k in np.unique(right)[:MOST_ANSWERS]
    }
    return plots.sorted_activity(panels, periods=found.task.periods, border=border)


def draw_paths(spaces: StateSpaces, *, three: bool) -> Figure:
    """Draw the averages of the best network in its components, with its fixed points."""
    space, points = spaces.best, spaces.points
    return plots.state_space(
        space.paths,
        choice="answer",
        strength=next(iter(spaces.strength), None),
        points=None if points is None else space.placed(points),
        explained=space.components["explained"].values,
        names=answer_names(spaces.found.task, spaces.inside.tested),
        three=three,
    )


def draw_flow(spaces: StateSpaces, points: xr.Dataset) -> Figure:
    """Draw the speed of the best network with its input held, and its averages while it had that input."""
    return plots.speed_picture(spaces.speed(points), paths=spaces.held_paths, points=spaces.best.placed(points))
