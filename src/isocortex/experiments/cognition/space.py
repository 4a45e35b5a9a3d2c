"""The state space of the networks that learned: condition averages, their components, fixed points and speed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import condition_averages, principal_components, project, variance_by_condition
from ...dynamics import speed_map
from ...models import member
from .answers import graded
from .mechanism import SLOW, Mechanism, held_inputs, situations
from .trained import Cognition

AROUND = 0.25
"""How far a map of speed reaches beyond the paths, as a share of their extent."""


@dataclass(frozen=True, eq=False)
class Space:
    """The state space of one network: its condition averages, their principal components, and the averages of the
    steps in which one input was held alone.
    """

    averages: xr.DataArray
    components: xr.Dataset
    held: xr.DataArray | None

    @property
    def paths(self) -> xr.DataArray:
        """The averages in the components."""
        return project(self.averages, self.components)

    def placed(self, points: xr.Dataset) -> tuple[xr.DataArray, list[str]]:
        """Return fixed and slow points in the components, with their kinds."""
        return project(points["x"].rename(variable="unit"), self.components), points["kind"].values.tolist()


@dataclass(frozen=True, eq=False)
class StateSpaces:
    """The state spaces of all networks that learned, and what is shown of the best."""

    found: Cognition
    inside: Mechanism

    @cached_property
    def strength(self) -> dict[str, np.ndarray]:
        """The condition that grades the trials, if there is one."""
        return graded(self.found.task, self.inside.tested)

    @cached_property
    def by_seed(self) -> dict[int, Space]:
        """The space of every network that learned: averages of its correct trials by answer and strength."""
        tested, inside, spaces = self.inside.tested, self.inside, {}
        at = situations(self.found.task, tested)
        for seed in map(int, self.found.learned):
            correct = tested["correct"].values[seed].astype(bool)
            right = tested["right"].values if "right" in tested.coords else np.zeros(len(correct), int)
            conditions = {"answer": right[correct]} | {name: x[correct] for name, x in self.strength.items()}
            rates = inside.rates.isel(seed=seed)[correct]
            averages = condition_averages(rates, conditions, weights=tested["weights"].values[correct])
            held = None
            if inside.situation:
                held = condition_averages(rates, conditions, weights=at[inside.situation][correct].astype(float))
            spaces[seed] = Space(averages, principal_components(averages), held)
        return spaces

    @property
    def best(self) -> Space:
        """The space of the best network."""
        return self.by_seed[self.found.best]

    @property
    def points(self) -> xr.Dataset | None:
        """The points of the best network in the situation to speak of, if any were searched for."""
        return self.inside.points[self.found.best, self.inside.situation] if self.inside.situation else None

    @property
    def share(self) -> float:
        """The share of the variance of the averages that three components hold, the mean over networks."""
        return float(np.mean([float(each.components["explained"].sum()) for each in self.by_seed.values()]))

    def numbers(self) -> dict[str, float]:
        """Return the numbers, under flat keys; nothing where no network learned."""
        return {"pca.variance_3": self.share} if self.by_seed else {}

    def variance(self) -> pd.DataFrame | None:
        """Return what the averages of the best network vary with; None where they have but one step in common."""
        whole = self.best.averages.dropna("time")  # steps that every condition has
        alone = {name: 0 for name in self.strength | {"answer": 0} if whole.sizes[name] == 1}
        whole = whole.isel(alone, drop=True)
        if whole.sizes["time"] <= 1:
            return None
        varied = variance_by_condition(whole)["population"]
        return pd.DataFrame({"part": varied.index, "share of variance": varied.to_numpy()})

    def speed(self, points: xr.Dataset) -> xr.Dataset:
        """Return the speed of the best network with its input held, in a plane of its first two components.

        The plane is moved to the point nearest to the averages if there is one, so that the speed is 0 where that
        point is marked.
        """
        space = self.best
        assert space.held is not None
        x = held_inputs(self.found.task, self.found.tested["trained"])[self.inside.situation]
        axes, origin = space.components["axis"].values[:2], space.components["mean"].values
        centre = space.held.mean([dim for dim in space.held.dims if dim != "unit"]).values
        if points.sizes["point"]:
            centre = min(points["x"].values, key=lambda point: np.linalg.norm(point - centre))
        off = centre - origin
        plane = np.concatenate([self.held_paths.values[..., :2].reshape(-1, 2), space.placed(points)[0].values[:, :2]])
        low, high = np.nanmin(plane, axis=0), np.nanmax(plane, axis=0)
        reach = AROUND * (high - low)
        extent = list(zip(low - reach, high + reach, strict=True))
        network = member(self.found.networks["trained"], self.found.best).held(x)
        return speed_map(network, origin + off - axes.T @ (axes @ off), axes, extent)

    @property
    def held_paths(self) -> xr.DataArray:
        """The averages of the best network while its input was that of the situation, in the components."""
        assert self.best.held is not None
        return project(self.best.held, self.best.components).dropna("time", how="all")

    def eigenvalues(self) -> dict[str, np.ndarray]:
        """Return the eigenvalues of the best network by situation: at its fixed points, or else at its slow points."""
        mine = {name: points for (seed, name), points in self.inside.points.items() if seed == self.found.best}
        panels = {}
        for name, points in mine.items():
            exact = points["kind"].values != SLOW
            if len(exact):
                panels[name if exact.any() else f"{name} (slow points)"] = points["eigenvalue"].values[
                    exact if exact.any() else ~exact
                ]
        return panels
