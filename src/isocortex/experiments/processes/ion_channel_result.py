"""What a random channel shows: occupancy, relaxation and dwell times beside the generator matrix."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import MarkovChain
from ...formats import UNDEFINED, number, significant
from ...report import Finding, Picture, Quantity, Result, Table

if TYPE_CHECKING:
    from .ion_channel import IonChannel

PUBLISHED = {
    "first eigenvalue": 1.0,
    "second eigenvalue": 0.988,
    "closed, share of time": 0.8333,
    "open, share of time": 0.1667,
}
"""Of the default rates and time step (Neuromatch Academy, W2D2)."""
POINTS = 40
"""Points of a measured curve."""


@dataclass(frozen=True, eq=False)
class IonChannelResult(Result):
    """Exact and discretised trials of a channel.

    Attributes
    ----------
    options : IonChannel
    channel : MarkovChain
    jumps : Jumps
        Exact trials, from :meth:`MarkovChain.simulate`.
    steps : array, shape (trial, step)
        Whether the channel is open, from :meth:`MarkovChain.simulate_steps`.
    """

    question: ClassVar[str] = "How does an ion channel that opens and closes at random behave on average?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "telegraph.open_fraction": Quantity("Share of time that the channel is open, in exact trials"),
        "telegraph.open_fraction.error": Quantity("Its standard error"),
        "telegraph.open_fraction.steps": Quantity("Share of time that the channel is open, in discretised trials"),
        "telegraph.equilibrium.<state>": Quantity("Equilibrium probability of the state"),
        "telegraph.eigenvalue.<n>": Quantity("Eigenvalue of the transition matrix I + Q dt, the largest first"),
        "telegraph.detailed_balance": Quantity("1 if the chain obeys detailed balance, 0 otherwise"),
        "telegraph.dwell.<state>.theory": Quantity("Mean dwell time, 1/rate", "ms"),
        "telegraph.dwell.<state>": Quantity("Mean dwell time in exact trials", "ms"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics", "gillespie-1977")

    options: "IonChannel"
    channel: MarkovChain
    jumps: Any
    steps: np.ndarray

    @cached_property
    def visits(self) -> dict[str, np.ndarray]:
        """Dwell times in ms, by state."""
        return {name: self.jumps.dwell_times(i) for i, name in enumerate(self.channel.names)}

    @property
    def dwell_theory(self) -> dict[str, float]:
        """Mean dwell times in ms, by state."""
        return dict(zip(self.channel.names, self.channel.dwell_times(), strict=True))

    @property
    def from_the_matrix(self) -> dict[str, float]:
        """Eigenvalues of the transition matrix, and the equilibrium."""
        eigenvalues = np.sort(np.linalg.eigvals(self.channel.step_matrix(self.options.dt)).real)[::-1]
        return dict(zip(PUBLISHED, (*eigenvalues, *self.channel.equilibrium()), strict=True))

    def numbers(self) -> dict[str, float]:
        first, second, closed, opened = self.from_the_matrix.values()
        occupancy = self.jumps.occupancy(2)[:, 1]
        found = {
            "telegraph.open_fraction": occupancy.mean(),
            "telegraph.open_fraction.error": occupancy.std(ddof=1) / np.sqrt(len(occupancy)),
            "telegraph.open_fraction.steps": self.steps.mean(),
            "telegraph.equilibrium.open": opened,
            "telegraph.equilibrium.closed": closed,
            "telegraph.eigenvalue.0": first,
            "telegraph.eigenvalue.1": second,
            "telegraph.detailed_balance": float(self.channel.is_reversible()),
        }
        for name, lengths in self.visits.items():
            found |= {
                f"telegraph.dwell.{name}": lengths.mean(),
                f"telegraph.dwell.{name}.theory": self.dwell_theory[name],
            }
        return {name: float(value) for name, value in found.items()}

    def findings(self) -> Iterator[Finding]:
        closed, opened = self.channel.equilibrium()
        error = np.sqrt(opened * closed / self.options.trials)
        yield Picture(
            "channel",
            self.draw,
            title="Opening and closing",
            caption="Left: all channels start closed, and the probability of being open relaxes with the rate opening "
            f"+ closing (standard error of a share: {number(error)}). Middle and right: the visits to a state have "
            "exponentially distributed durations with a mean of 1/rate.",
            alt="The probability of being open rises to its equilibrium; dwell times fall off exponentially.",
        )
        published = self.options.is_published()
        rows = [
            {
                "quantity": name,
                "isocortex": number(value, 4),
                "published": number(PUBLISHED[name], 4) if published else UNDEFINED,
            }
            for name, value in self.from_the_matrix.items()
        ]
        yield Table(
            "published",
            pd.DataFrame(rows),
            "Eigenvalues of I + Q dt and the equilibrium; the published values hold for the default rates and step.",
            title="From the transition matrix",
            shown=True,
        )

    def draw(self) -> Figure:
        """Draw the relaxation to equilibrium, and the survival of visits to both states."""
        opening, closing, dt = self.options.opening, self.options.closing, self.options.dt
        total = opening + closing
        early = np.linspace(0, 6 / total, POINTS)
        at_step = np.round(early / dt).astype(int)
        panels = {
            "from closed to equilibrium": {
                "exact": (early, self.jumps.at(early).mean(axis=0)),
                "in steps": (at_step * dt, self.steps[:, at_step].mean(axis=0)),
                "theory": (early, opening / total * (1 - np.exp(-total * early))),
            }
        }
        for name, lengths in self.visits.items():
            mean = self.dwell_theory[name]
            t = np.linspace(0, 5 * mean, POINTS)
            survival = (lengths[None] > t[:, None]).mean(axis=1)
            panels[f"visits to {name}"] = {"exact": (t, survival), "theory": (t, np.exp(-t / mean))}
        return plots.profiles(
            panels,
            x_label=["time (ms)", "duration (ms)", "duration (ms)"],
            y_label=["probability of being open", "share of longer visits", "share of longer visits"],
        )

    def answer(self) -> str:
        found = self.numbers()
        opened, closed = (self.visits[name].mean() for name in ("open", "closed"))
        relaxation = 1 / (self.options.opening + self.options.closing)
        return (
            f"The channel is open {number(found['telegraph.open_fraction'], 4)} of the time (standard error "
            f"{number(found['telegraph.open_fraction.error'], 4)}; equilibrium "
            f"{number(found['telegraph.equilibrium.open'], 4)}). It stays open for {number(opened, 2)} ms on average "
            f"(theory {significant(self.dwell_theory['open'])}) and closed for {number(closed, 1)} ms (theory "
            f"{significant(self.dwell_theory['closed'])}). The probability of being open approaches equilibrium "
            f"exponentially, with a time constant of {significant(relaxation)} ms."
        )

    def methods(self) -> list[str]:
        return [
            f"{self.options.trials} channels were simulated for {significant(self.options.duration, 6)} ms, exactly by "
            "exponential waiting times and jumps (Gillespie), and in steps of "
            f"{significant(self.options.dt)} ms with the transition probabilities I + Q dt. Dwell times count finished "
            "visits, without the first of each trial; the end of the trial cuts long visits off."
        ]
