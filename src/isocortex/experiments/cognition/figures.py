"""The figures and tables that every experiment on a task in time shares: learning, a trial, answers, weights, units."""

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...analysis import confusion, sort_units
from ...models import CTRNN, member
from ...runs import Run
from ...tasks import TimedTask
from .mechanism import Mechanism, told_apart
from .networks import Cognition
from .space import draw_state_space

LOSSES = {"cross-entropy": "training loss (nats)", "L1": "training loss (L1)", "L2": "training loss (L2)"}
MOST_GRADES, GROUPS = 8, 5
"""Values of a condition that are shown as they are; more are gathered into so many groups."""
MOST_ROWS = 16
"""A longer table does not stand on the page."""


def draw_learning(run: Run, found: Cognition) -> None:
    """Draw how the networks learned, how well they do, and one trial."""
    accuracy = {name: share.mean() for name, share in found.accuracy.items()}
    run.figure(
        "learning",
        plots.learning_curves(
            found.history, ideal=found.ideal, untrained=accuracy["untrained"], loss=LOSSES[found.task.loss_function]
        ),
        title="Learning the task",
        caption="Loss and success of each batch of fresh trials. "
        + "The first ones are easier, until they are mastered. " * (found.n_easier > 0)
        + "A line ends where its network stops. " * bool(np.ptp(found.history["stopped"].values))
        + f"On the test trials the networks reach {accuracy['trained']:.3f}, the ideal observer {found.ideal:.3f}, "
        f"untrained networks {accuracy['untrained']:.3f}.",
        alt="Loss falls and the share of correct trials rises towards the ideal observer's, one line per network.",
    )
    history = found.history.to_dataframe().reset_index().drop(columns="stopped")
    run.table("learning", history, caption="Loss and success of every batch, by network.")
    per_seed = pd.DataFrame(found.accuracy).rename_axis("seed").reset_index()
    per_seed["of ideal"] = per_seed["trained"] / found.ideal
    run.table("accuracy", per_seed, title="Success on the same fresh trials", shown=True,
              caption="Share of correct trials of every network, after and before training, and relative to the ideal "
              f"observer's {found.ideal:.3f}.")  # fmt: skip
    draw_trial(run, found)
    write_answers(run, found)


def draw_trial(run: Run, found: Cognition) -> None:
    """Draw the inputs, outputs and target of one trial of one network."""
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
    run.figure(
        "trial",
        plots.example_trial(task.times[:counted], panels, periods=task.periods if fixed else None),
        title="One trial",
        caption=f"What network {found.best} sees, what it answers and what it should answer, in "
        + ("a trial that it gets right." if correct.any() else "the first trial; it gets none right."),
        alt="Inputs, outputs and targets of one trial against time in ms.",
    )


def write_answers(run: Run, found: Cognition) -> None:
    """Write how often each answer was given where each was right, by context or by strength of the stimulus."""
    tested = found.tested["trained"]
    if "right" not in tested.coords or "choice" not in tested:
        return
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
    table = pd.DataFrame(
        {
            **({name: f"{value:g}"} if name else {}),
            "right answer": names[right],
            **dict(zip(columns, shares.values[i, right], strict=False)),
        }
        for i, value in enumerate(shares["condition"].values)
        for right in names
        if shares["n"].values[i, right]
    )
    run.table("answers", table, title="Which answers they give", shown=len(table) <= MOST_ROWS,
              caption="Share of the test trials of each row in which each answer was given; all networks.")  # fmt: skip


def draw_inside(run: Run, found: Cognition, inside: Mechanism) -> dict[str, float]:
    """Draw weights, units, state space and fixed points, write the perturbations; return the numbers found."""
    draw_units(run, found, inside)
    strength = graded(found.task, inside.tested)
    numbers = draw_state_space(run, found, inside, strength, answer_names(found.task, inside.tested))
    if inside.points:
        run.table("fixed_points", inside.table(), title="Fixed points with the input held", shown=True,
                  caption="Of every network that learned, for the mean input of each period. Slow points: at their "
                  "speed it takes more than 10 s to move by the typical norm of a state. λ: eigenvalue of the Jacobian "
                  "with the largest real part, over all fixed points.")  # fmt: skip
    by_name = inside.lesions.groupby("perturbation", sort=False)
    table = pd.DataFrame(
        {
            "success": by_name["success"].mean(),
            "change": by_name["change"].mean(),
            "least": by_name["change"].min(),
            "largest": by_name["change"].max(),
        }
    ).reset_index()
    run.table("perturbations", table, title="What breaks the networks", shown=True,
              caption="Mean success over networks on the same trials with the same noise, and the change from the "
              "intact network: mean, least and largest. A network that keeps fixating is wrong, so success may fall "
              "below chance.")  # fmt: skip
    run.table("perturbations_by_seed", inside.lesions, caption="The same, by network.")
    return inside.summary() | numbers


def draw_units(run: Run, found: Cognition, inside: Mechanism) -> None:
    """Draw the recurrent weights before and after, and the activity of all units, sorted by what they prefer."""
    told, answers, seed = told_apart(inside.tested), answer_names(found.task, inside.tested), found.best
    order, classes, border = np.arange(inside.rates.sizes["unit"]), None, None
    if told is not None:
        order = sort_units(told[seed])
        prefers = told[seed]["d_prime"].to_numpy()[order] > 0
        first, second = answers[0], answers[1] if len(answers) == 2 else "another"
        classes, border = np.where(prefers, f"prefers {first}", f"prefers {second}"), int(prefers.sum())
    if isinstance(found.networks["trained"], CTRNN):
        weights = {
            title: np.asarray(member(found.networks[name], seed).recurrent)[np.ix_(order, order)]
            for title, name in {"before learning": "untrained", "after learning": "trained"}.items()
        }
        run.figure(
            "weights",
            plots.weight_changes(weights, classes=classes, label="recurrent weight"),
            title="Recurrent weights",
            caption=f"Of network {seed}, the best one"
            + ("." if told is None else ", units sorted by how well each tells the answers apart in the end (d′)."),
            alt="Two heat maps of the recurrent weights, before and after learning.",
        )
    if told is None:
        return
    table = pd.concat(told, keys=range(len(told)), names=["seed"]).reset_index()
    run.table("selectivity", table, caption="How every unit tells the first answer from the others: d′, ROC area.")
    if "steps" not in inside.rates.coords:
        rates, right = inside.rates.isel(seed=seed), inside.rates["right"].values
        panels: dict[str, xr.DataArray] = {
            f"{answers[int(k)]} is right": rates[right == k].mean("trial")[:, order] for k in np.unique(right)[:3]
        }
        run.figure(
            "units",
            plots.sorted_activity(panels, periods=found.task.periods, border=border),
            title="What the units do",
            caption=f"Mean activity of every unit of network {seed} by right answer"
            + (f", the first {len(panels)} of {len(answers)}" if len(answers) > len(panels) else "")
            + f", units sorted by d′ at the end of "
            f"the trial. The line parts those that prefer {answers[0]} from the others.",
            alt="Heat maps of the activity of all units against time, one for each right answer.",
        )


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
