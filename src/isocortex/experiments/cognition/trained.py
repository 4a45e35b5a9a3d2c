"""A population of recurrent networks after training: its success beside the ideal observer's and its own control's."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from ...learning import fraction_of_ideal, updates_to
from ...tasks import TimedTask
from ..shared.intervals import estimate_and_interval, in_blocks

TRAINED = 0.9
"""Share of the ideal observer's success above which the state space of a network is worth a look."""
CRITERION = 0.95
"""Share of the ideal observer's success at which a network counts as having learned the task."""
LAST = 100
"""Updates over which the end of training is averaged, as published."""


@dataclass(frozen=True, eq=False)
class Cognition:
    """A trained population, its untrained control, and what both do in the same fresh trials.

    Attributes
    ----------
    task : TimedTask
    networks : dict of str to population
        "trained" and "untrained".
    history : Dataset, seed × update
        ``loss`` and ``score`` of every mini-batch.
    tested : dict of str to Dataset
        From :func:`isocortex.learning.behaviour`, by variant; noise of the network is on.
    n_easier : int
        Easier versions of the task with which training began.
    """

    task: TimedTask
    networks: dict[str, Any]
    history: xr.Dataset
    tested: dict[str, xr.Dataset]
    n_easier: int = 0

    @property
    def ideal(self) -> float:
        """The ideal observer's probability correct in these trials."""
        return float(self.tested["trained"]["ideal"].mean())

    @property
    def accuracy(self) -> dict[str, np.ndarray]:
        """Share of successful trials of every seed, by variant."""
        return {name: found["correct"].mean("trial").values for name, found in self.tested.items()}

    @property
    def learned(self) -> np.ndarray:
        """The seeds that reach 90 % of the ideal observer's success."""
        return np.flatnonzero(self.accuracy["trained"] >= TRAINED * self.ideal)

    @property
    def best(self) -> int:
        """The seed with the highest success."""
        return int(np.argmax(self.accuracy["trained"]))

    @cached_property
    def of_ideal(self) -> tuple[float, float, float]:
        """The mean success as a share of the ideal observer's, and its 95 % interval for new seeds and new trials.

        The interval is cut at what a share of successes can be.
        """
        done = self.tested["trained"][["correct", "ideal"]].drop_vars("seed")
        share, low, high = estimate_and_interval(
            lambda drawn: drawn["correct"].mean() / drawn["ideal"].mean(), in_blocks(done), ("seed", "block")
        )
        return share, max(low, 0.0), min(high, 1 / self.ideal)

    @cached_property
    def gain(self) -> tuple[float, float, float]:
        """The success of the trained networks less that of the untrained ones, with its 95 % interval."""
        correct = xr.Dataset({name: found["correct"].astype(float) for name, found in self.tested.items()})
        each = (correct["trained"] - correct["untrained"]).drop_vars("seed")
        more, low, high = estimate_and_interval(lambda drawn: drawn.mean(), in_blocks(each), ("seed", "block"))
        return more, max(low, -1.0), min(high, 1.0)

    def updates_to(self, share: float) -> np.ndarray:
        """Return the updates after which each network first had a share of the ideal success; infinite for never."""
        score = self.history["score"]
        if self.n_easier:
            score = score.where(self.history["stage"] == self.n_easier)
        return updates_to(score, share * self.ideal).fillna(np.inf).values

    def numbers(self) -> dict[str, float | int]:
        """Return the numbers on learning, under flat keys."""
        trained = self.accuracy["trained"]
        fractions, error = fraction_of_ideal(self.tested["trained"])
        made = self.history["update"] <= self.history["stopped"]  # a network that has stopped has its own end
        last = self.history.where(made & (self.history["update"] > self.history["stopped"] - LAST))
        return {
            "accuracy.trained.mean": float(trained.mean()),
            "accuracy.trained.sd": float(trained.std(ddof=min(1, len(trained) - 1))),
            "accuracy.untrained.mean": float(self.accuracy["untrained"].mean()),
            "accuracy.ideal": self.ideal,
            "accuracy.fraction_of_ideal.mean": float(fractions.mean()),
            "accuracy.fraction_of_ideal.sampling_error": error,
            "accuracy.last_100.mean": float(last["score"].mean()),
            "loss.last_100.mean": float(last["loss"].mean()),
            "learning.updates_to_criterion.median": float(np.median(self.updates_to(CRITERION))),
            "learning.seeds_above_90_percent": len(self.learned),
        }
