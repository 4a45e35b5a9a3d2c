"""How does an ion channel that opens and closes at random behave on average?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ...dynamics import telegraph
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .ion_channel_result import IonChannelResult

FEWEST_VISITS = 20
"""Visits to the state of the longer dwell time that a trial must hold."""


@dataclass(frozen=True, kw_only=True)
class IonChannel(Experiment):
    """Simulate the telegraph process exactly and in steps, and compare it with its generator matrix.

    The defaults are those of Neuromatch Academy, W2D2.
    """

    name: ClassVar[str] = "ion-channel"
    published_options: ClassVar[tuple[str, ...]] = ("opening", "closing", "dt")

    opening: Annotated[float, option("Rate from closed to open", unit="1/ms", above=0, at_most=1000)] = 0.02
    closing: Annotated[float, option("Rate from open to closed", unit="1/ms", above=0, at_most=1000)] = 0.1
    dt: Annotated[float, option("Time step of the discretised process", unit="ms", above=0, at_most=1000)] = 0.1
    duration: Annotated[float, option("Duration of every trial", unit="ms", above=0, at_most=1e7)] = 5000.0
    trials: Annotated[int, option("Number of channels, all closed at first", at_least=10, at_most=1_000_000)] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        telegraph(self.opening, self.closing).step_matrix(self.dt)
        steps = self.duration / self.dt
        require(steps * self.trials <= 2**27, f"{self.trials} trials of {steps:.0f} steps are too many; raise --dt.")
        fewest = FEWEST_VISITS / min(self.opening, self.closing)
        require(
            self.duration >= fewest,
            f"--duration must hold {FEWEST_VISITS} visits, {fewest:g} ms; got {self.duration:g}.",
        )

    def walk(self, run: Run, inputs: None) -> IonChannelResult:
        """Simulate trials exactly and in steps."""
        channel = telegraph(self.opening, self.closing)
        with run.stage("trials"):
            jumps = channel.simulate(self.duration, key=self.key("exact"), n_trials=self.trials)
            steps = channel.simulate_steps(
                round(self.duration / self.dt), dt=self.dt, key=self.key("steps"), n_trials=self.trials
            )
        return IonChannelResult(self, channel, jumps, steps)
