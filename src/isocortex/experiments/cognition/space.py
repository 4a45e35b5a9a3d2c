"""The state space of trained networks: paths, fixed points, flow and eigenvalues, of those alone that learned."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...analysis import condition_averages, principal_components, project, variance_by_condition
from ...dynamics import speed_map
from ...models import member
from ...runs import Run
from .mechanism import SLOW, Mechanism, held_inputs
from .networks import Cognition

AROUND = 0.25
"""How far a map of speed reaches beyond the paths, as a share of their extent."""


@dataclass(frozen=True, eq=False)
class Space:
    """The state space of one network: its condition averages, and the principal components of these."""

    averages: xr.DataArray
    components: xr.Dataset

    @property
    def paths(self) -> xr.DataArray:
        """The averages in the components."""
        return project(self.averages, self.components)


def state_spaces(found: Cognition, inside: Mechanism, strength: dict[str, np.ndarray]) -> dict[int, Space]:
    """Return the state space of every network that learned: averages of its correct trials by answer and strength."""
    tested, spaces = inside.tested, {}
    for seed in map(int, found.learned):
        correct = tested["correct"].values[seed].astype(bool)
        right = tested["right"].values if "right" in tested.coords else np.zeros(len(correct), int)
        conditions = {"answer": right[correct]} | {name: x[correct] for name, x in strength.items()}
        weights = tested["weights"].values[correct]
        averages = condition_averages(inside.rates.isel(seed=seed)[correct], conditions, weights=weights)
        spaces[seed] = Space(averages, principal_components(averages))
    return spaces


def draw_state_space(
    run: Run, found: Cognition, inside: Mechanism, strength: dict[str, np.ndarray], names: dict[int, str]
) -> dict[str, float]:
    """Draw the state space of the best network with its fixed points; return the numbers of all that learned.

    Nothing is drawn of networks that did not learn, and the page says so.

    Parameters
    ----------
    strength : dict of str to array, shape (trial,)
        The condition that grades the trials, if there is one.
    names : dict of int to str
        What each answer is called.
    """
    spaces = state_spaces(found, inside, strength)
    if not spaces:
        return {}
    seed, graded_by = found.best, next(iter(strength), None)
    situation = inside.shown(seed)
    space, placed, where = spaces[seed], None, ""
    if situation:
        points = inside.points[seed, situation]
        placed = project(points["x"].rename(variable="unit"), space.components), points["kind"].values.tolist()
        where = f"Points: fixed and slow points of the network with the mean input of “{situation}” held."
        if not placed[1]:
            where = "No search with the mean input of a period held found a point."
    share = float(np.mean([float(each.components["explained"].sum()) for each in spaces.values()]))
    for three in (False, True):
        run.figure(
            "state_space_3d" if three else "state_space",
            plots.state_space(
                space.paths,
                choice="answer",
                strength=graded_by,
                points=placed,
                explained=space.components["explained"].values,
                names=names,
                three=three,
            ),
            title="State space" + " in three dimensions" * three,
            caption=f"Averages over correct trials of the same answer{f' and “{graded_by}”' if graded_by else ''}, of "
            f"network {seed} (the best). Three components hold {100 * share:.0f} % of the variance of the averages "
            f"(mean of {len(spaces)} networks). {where}",
            alt="Paths of the averaged activity through its principal components, separated by answer.",
        )
    if placed is not None:
        draw_flow(run, found, space, situation, placed)
        draw_eigenvalues(run, found, inside)
    whole = space.averages.dropna("time")  # steps that every condition has
    whole = whole.isel({name: 0 for name in strength | {"answer": 0} if whole.sizes[name] == 1}, drop=True)
    if whole.sizes["time"] > 1:
        varied = variance_by_condition(whole)["population"]
        table = pd.DataFrame({"part": varied.index, "share of variance": varied.to_numpy()})
        run.table("variance", table, title="What the activity varies with", shown=True,
                  caption=f"Marginalised variance of the averages of network {seed}, summed over units.")  # fmt: skip
    return {"pca.variance_3": share}


def draw_flow(run: Run, found: Cognition, space: Space, situation: str, points: tuple[xr.DataArray, list[str]]) -> None:
    """Draw the speed of the best network with its input held, in the plane of the first two components."""
    x, _ = held_inputs(found.task, found.tested["trained"])[situation]
    plane = space.paths.values[..., :2].reshape(-1, 2)
    low, high = np.nanmin(plane, axis=0), np.nanmax(plane, axis=0)
    reach = AROUND * (high - low)
    extent = list(zip(low - reach, high + reach, strict=True))
    origin, axes = space.components["mean"].values, space.components["axis"].values[:2]
    speed = speed_map(member(found.networks["trained"], found.best).held(x), origin, axes, extent)
    run.figure(
        "flow",
        plots.speed_picture(speed, paths=space.paths, points=points),
        title="Where the state is driven",
        caption=f"Speed of network {found.best} in the plane of its first two components while the mean input of "
        f"“{situation}” is held, with the flow in this plane and the averages"
        + (", and its fixed and slow points projected onto it." if points[1] else "; no point was found."),
        alt="A map of speed with arrows of flow, trajectories and fixed points.",
    )


def draw_eigenvalues(run: Run, found: Cognition, inside: Mechanism) -> None:
    """Draw the eigenvalues of the best network at its fixed points, and at slow points where there are no others."""
    mine = {name: points for (seed, name), points in inside.points.items() if seed == found.best}
    panels = {}
    for name, points in mine.items():
        exact = points["kind"].values != SLOW
        if len(exact):
            panels[name if exact.any() else f"{name} (slow points)"] = points["eigenvalue"].values[
                exact if exact.any() else ~exact
            ]
    if not panels:
        return
    run.figure(
        "eigenvalues",
        plots.eigenvalue_picture(panels),
        title="Linearised around the fixed points",
        caption=f"Eigenvalues of the Jacobian of network {found.best} at its fixed points, or at the slow points where "
        "it has no others, for the mean input of each period held. To the right of the black line a deviation grows.",
        alt="Eigenvalues in the complex plane, most of them left of the line of stability.",
    )
