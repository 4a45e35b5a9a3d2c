"""How does an ion channel that opens and closes at random behave on average?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...dynamics import telegraph
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress

PUBLISHED = {"eigenvalue.0": 1.0, "eigenvalue.1": 0.988, "closed": 0.8333, "open": 0.1667}
"""Of the default rates and step (Neuromatch Academy, W2D2)."""
SHOWN = 40
"""Points of a measured curve."""


@dataclass(frozen=True, kw_only=True)
class IonChannel(Experiment):
    """Simulate the telegraph process exactly and in steps, and compare it with its generator matrix.

    The defaults are those of Neuromatch Academy, W2D2.
    """

    name: ClassVar[str] = "ion-channel"

    opening: Annotated[float, arg(help="Rate from closed to open, per ms.")] = 0.02
    closing: Annotated[float, arg(help="Rate from open to closed, per ms.")] = 0.1
    dt: Annotated[float, arg(help="Step of the discretised process, in ms.")] = 0.1
    duration: Annotated[float, arg(help="Of every trial, in ms.")] = 5000.0
    trials: Annotated[int, arg(help="Channels, all closed at first.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("opening", "closing", "dt", "duration"):
            require(getattr(self, name) > 0, f"--{name} must be above 0; got {getattr(self, name)}.")
        telegraph(self.opening, self.closing).step_matrix(self.dt)
        steps = self.duration / self.dt
        require(steps * self.trials <= 2**27, f"{self.trials} trials of {steps:.0f} steps are too many; raise --dt.")
        require(self.trials >= 10, f"--trials must be at least 10; got {self.trials}.")
        fewest = 20 / min(self.opening, self.closing)
        require(self.duration >= fewest, f"--duration must hold 20 visits, {fewest:g} ms; got {self.duration:g}.")

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: everything is simulated."""

    def walk(self, run: Run, inputs: None) -> None:
        """Generator → exact and discretised trials → occupancy, relaxation and dwell times."""
        channel = telegraph(self.opening, self.closing)
        total = self.opening + self.closing
        with run.stage("trials"):
            jumps = channel.simulate(self.duration, key=self.key("exact"), n_trials=self.trials)
            steps = channel.simulate_steps(
                round(self.duration / self.dt), dt=self.dt, key=self.key("steps"), n_trials=self.trials
            )
        early = np.linspace(0, 6 / total, SHOWN)
        at_step = np.round(early / self.dt).astype(int)
        relaxing = {
            "exact": (early, jumps.at(early).mean(axis=0)),
            "in steps": (at_step * self.dt, steps[:, at_step].mean(axis=0)),
            "theory": (early, self.opening / total * (1 - np.exp(-total * early))),
        }
        closed, opened = channel.equilibrium()
        panels = {"from closed to equilibrium": relaxing}
        visits = {name: jumps.dwell_times(i) for i, name in enumerate(channel.names)}
        means = dict(zip(channel.names, channel.dwell_times(), strict=True))
        for name, lengths in visits.items():
            t = np.linspace(0, 5 * means[name], SHOWN)
            survival = (lengths[None] > t[:, None]).mean(axis=1)
            panels[f"visits to {name}"] = {"exact": (t, survival), "theory": (t, np.exp(-t / means[name]))}
        run.figure(
            "channel",
            plots.profiles(
                panels,
                x_label=["time (ms)", "duration (ms)", "duration (ms)"],
                y_label=["probability of being open", "share of longer visits", "share of longer visits"],
            ),
            title="Opening and closing",
            caption="Left: all channels start closed; the probability of being open relaxes with the rate opening + "
            "closing (standard error of a share "
            f"{np.sqrt(opened * closed / self.trials):.3f}). Middle and right: visits last exponentially long, on "
            "average 1/rate.",
            alt="Probability of being open rises to its equilibrium; dwell times fall off exponentially.",
        )
        A = channel.step_matrix(self.dt)
        first, second = np.sort(np.linalg.eigvals(A).real)[::-1]
        occupancy = jumps.occupancy(2)[:, 1]
        numbers = {
            "telegraph.open_fraction": occupancy.mean(),
            "telegraph.open_fraction.error": occupancy.std(ddof=1) / np.sqrt(self.trials),
            "telegraph.open_fraction.steps": steps.mean(),
            "telegraph.equilibrium.open": opened,
            "telegraph.equilibrium.closed": closed,
            "telegraph.eigenvalue.0": first,
            "telegraph.eigenvalue.1": second,
            "telegraph.detailed_balance": float(channel.is_reversible()),
        }
        for name, lengths in visits.items():
            numbers |= {f"telegraph.dwell.{name}": lengths.mean(), f"telegraph.dwell.{name}.theory": means[name]}
        default = (self.opening, self.closing, self.dt) == (0.02, 0.1, 0.1)
        run.summary({name: float(value) for name, value in numbers.items()})
        ours = dict(zip(PUBLISHED, (first, second, closed, opened), strict=True))
        words = ("first eigenvalue", "second eigenvalue", "closed, share of time", "open, share of time")
        table = pd.DataFrame(
            [
                {
                    "quantity": word,
                    "isocortex": f"{ours[name]:.4f}",
                    "published": f"{PUBLISHED[name]:g}" if default else "–",
                }
                for word, name in zip(words, PUBLISHED, strict=True)
            ]
        )
        run.table("published", table, title="From the transition matrix", caption="Eigenvalues of I + Q dt and "
                  "the equilibrium; published for the default rates.", shown=True)  # fmt: skip
        run.describe(
            question="How does an ion channel that opens and closes at random behave on average?",
            answer=f"It is open for {occupancy.mean():.4f} of the time (equilibrium {opened:.4f}), in visits of "
            f"{visits['open'].mean():.2f} ms (theory {means['open']:g}) between {visits['closed'].mean():.1f} ms "
            f"closed (theory {means['closed']:g}).",
            methods=[
                "Exact: exponential waiting times and jumps (Gillespie). In steps: transition probabilities I + Q dt. "
                "Dwell times count finished visits, without each trial's first; the window cuts long ones off."
            ],
            references=["neuromatch-dynamics", "gillespie-1977"],
            meanings=self.meanings(),
        )
