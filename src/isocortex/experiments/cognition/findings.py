"""The figures and tables that every experiment on a task in time shows, with their words."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from ... import plots
from ...formats import listed, number, percent, significant
from ...models import CTRNN
from ...report import Finding, Picture, Table
from .answers import answer_names, answer_table
from .figures import MOST_ANSWERS, draw_flow, draw_learning, draw_paths, draw_trial, draw_units, draw_weights
from .mechanism import SLOW_MS, Mechanism, told_apart
from .space import StateSpaces
from .trained import Cognition

MOST_ROWS = 16
"""A longer table does not stand on the page."""


def learning_findings(found: Cognition) -> Iterator[Finding]:
    """Show how well the networks do, how they learned, one trial, and which answers they give."""
    accuracy = {name: share.mean() for name, share in found.accuracy.items()}
    per_seed = pd.DataFrame(found.accuracy).rename_axis("seed").reset_index()
    per_seed["of ideal"] = per_seed["trained"] / found.ideal
    yield Table(
        "accuracy",
        per_seed,
        "Share of correct trials of every network, after and before training, and after training as a share of the "
        f"ideal observer's {number(found.ideal)}.",
        title="Success on the same fresh trials",
        shown=True,
    )
    stops = bool(np.ptp(found.history["stopped"].values))
    yield Picture(
        "learning",
        partial(draw_learning, found),
        title="Learning the task",
        caption="Loss and success of each batch of fresh trials. "
        + "The first batches are easier, until they are mastered. " * (found.n_easier > 0)
        + "A line ends where its network stops, and the median is that of the networks that still learn. " * stops
        + f"On the test trials the networks reach {number(accuracy['trained'])}, the ideal observer "
        f"{number(found.ideal)}, untrained networks {number(accuracy['untrained'])}.",
        alt="Loss falls and the share of correct trials rises towards the ideal observer's, one line per network.",
    )
    right = bool(found.tested["trained"]["correct"].values[found.best].any())
    yield Picture(
        "trial",
        partial(draw_trial, found),
        title="One trial",
        caption=f"Inputs, answers and targets of network {found.best}, in "
        + ("a trial that it answers correctly." if right else "the first trial; it answers none correctly."),
        alt="Inputs, outputs and targets of one trial against time in ms.",
    )
    if (answers := answer_table(found)) is not None:
        yield Table(
            "answers",
            answers,
            "Share of the test trials of each row in which each answer was given; all networks.",
            title="Which answers they give",
            shown=len(answers) <= MOST_ROWS,
        )
    history = found.history.to_dataframe().reset_index().drop(columns="stopped")
    yield Table("learning", history, "Loss and success of every batch, by network.")


def inside_findings(found: Cognition, inside: Mechanism, spaces: StateSpaces) -> Iterator[Finding]:
    """Show state space, fixed points, units and weights, and what breaks the networks."""
    if spaces.by_seed:
        yield from space_findings(found, inside, spaces)
    if inside.points:
        yield Table(
            "fixed_points",
            inside.table(),
            "Fixed points of every network that learned, for the mean input of each period. At the speed of a slow "
            f"point, the state needs more than {significant(SLOW_MS / 1000)} s to move by its typical norm. λ is the "
            "eigenvalue of the Jacobian with the largest real part, over all fixed points.",
            title="Fixed points with the input held",
            shown=True,
        )
    yield from unit_findings(found, inside)
    by_name = inside.lesions.groupby("perturbation", sort=False)
    columns = {
        "success": by_name["success"].mean(),
        "change": by_name["change"].mean(),
        "least": by_name["change"].min(),
        "largest": by_name["change"].max(),
    }
    yield Table(
        "perturbations",
        pd.DataFrame(columns).reset_index(),
        "Mean success over networks on the same trials with the same noise, and the change from the intact network: "
        "mean, least and largest. A network that keeps fixating is wrong, so success may fall below chance.",
        title="What breaks the networks",
        shown=True,
    )
    yield Table("perturbations_by_seed", inside.lesions, "Success under every perturbation, by network.")


def space_findings(found: Cognition, inside: Mechanism, spaces: StateSpaces) -> Iterator[Finding]:
    """Show the state space of the best network, where its state is driven, and its eigenvalues."""
    situation, points, where = inside.situation, spaces.points, ""
    if points is not None and points.sizes["point"]:
        where = f" Points are its fixed and slow points while the mean input of “{situation}” is held."
    elif points is not None:
        where = f" While the mean input of “{situation}” is held, the search finds no fixed or slow point."
    same = " and ".join(["the same answer", *(f"the same {name}" for name in spaces.strength)])
    for three in (False, True):
        yield Picture(
            "state_space_3d" if three else "state_space",
            partial(draw_paths, spaces, three=three),
            title="State space" + " in three dimensions" * three,
            caption=f"Averages over correct trials with {same}, of network {found.best} (the best). Three components "
            f"hold {percent(spaces.share, 0)} of the variance of the averages (mean over {len(spaces.by_seed)} of the "
            f"networks).{where}",
            alt="Paths of the averaged activity through its principal components, separated by answer.",
        )
    if points is not None:
        plane = f"the plane of its first two components through the mean of the averages of “{situation}”"
        if points.sizes["point"]:
            plane = "the plane of its first two components, moved to its point nearest to the averages"
        yield Picture(
            "flow",
            partial(draw_flow, spaces, points),
            title="Where the state is driven",
            caption=f"Speed of network {found.best} while the mean input of “{situation}” is held, in {plane}, with "
            f"the flow in this plane. Lines are the averages during “{situation}”, and of no other time. "
            + ("Its fixed and slow points are projected onto the plane." if points.sizes["point"] else ""),
            alt="A map of speed with arrows of flow, trajectories and fixed points.",
        )
        if panels := spaces.eigenvalues():
            yield Picture(
                "eigenvalues",
                partial(plots.eigenvalue_picture, panels),
                title="Linearised around the fixed points",
                caption=f"Eigenvalues of the Jacobian of network {found.best} at its fixed points, or at the slow "
                "points where it has no others, while the mean input of each period is held. To the right of the black "
                "line a deviation grows.",
                alt="Eigenvalues in the complex plane, most of them left of the line of stability.",
            )
    if (varied := spaces.variance()) is not None:
        yield Table(
            "variance",
            varied,
            f"Marginalised variance of the averages of network {found.best}, summed over units.",
            title="What the activity varies with",
            shown=True,
        )


def unit_findings(found: Cognition, inside: Mechanism) -> Iterator[Finding]:
    """Show what the units do, and the recurrent weights before and after learning."""
    told, answers = told_apart(inside.tested), answer_names(found.task, inside.tested)
    if told is not None and "steps" not in inside.rates.coords:
        n = len(np.unique(inside.rates["right"].values))
        of_some = f"; the first {MOST_ANSWERS} of {n} answers are shown" if n > MOST_ANSWERS else ""
        others = listed(list(answers.values())[1:], "or")
        yield Picture(
            "units",
            partial(draw_units, found, inside),
            title="What the units do",
            caption=f"Mean activity of every unit of network {found.best} by right answer{of_some}. Units are sorted "
            f"by their d′ at the end of the trial. The line separates the units that prefer {answers[0]} from those "
            f"that prefer {others}.",
            alt="Heat maps of the activity of all units against time, one for each right answer.",
        )
    if isinstance(found.networks["trained"], CTRNN):
        by = "" if told is None else " Units are sorted by how well each distinguishes the answers in the end (d′)."
        yield Picture(
            "weights",
            partial(draw_weights, found, inside),
            title="Recurrent weights",
            caption=f"Recurrent weights of network {found.best}, the best, before and after learning.{by}",
            alt="Two heat maps of the recurrent weights, before and after learning.",
        )
    if told is not None:
        table = pd.concat(told, keys=range(len(told)), names=["seed"]).reset_index()
        yield Table(
            "selectivity", table, "How every unit distinguishes the first answer from the others: d′, ROC area."
        )
