"""How irregular are spikes that come at random, and what do a dead time and a changing rate do to them?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ...dynamics import inhomogeneous_poisson, poisson
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .poisson_result import PoissonResult, changing_rate


@dataclass(frozen=True, kw_only=True)
class Poisson(Experiment):
    """Draw Poisson spike trains: homogeneous, with a dead time, and with a rate that changes."""

    name: ClassVar[str] = "poisson"

    rate: Annotated[float, option("Firing rate outside the dead time", unit="spikes/s", above=0, at_most=1000)] = 40.0
    refractory: Annotated[float, option("Dead time after each spike", unit="ms", at_least=0, at_most=100)] = 5.0
    units: Annotated[int, option("Number of independent spike trains", at_least=2, at_most=10_000)] = 200
    duration: Annotated[float, option("Duration of every train", unit="ms", at_least=2000, at_most=1e6)] = 10_000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        spikes = self.rate * self.duration / 1e3 * self.units
        require(1000 <= spikes <= 1e7, f"These options give {spikes:.3g} spikes; choose 1000…10 million.")

    def walk(self, run: Run, inputs: None) -> PoissonResult:
        """Draw the three kinds of trains."""
        how = {"duration": self.duration, "n_units": self.units}
        with run.stage("trains"):
            return PoissonResult(
                rate=self.rate,
                refractory=self.refractory,
                plain=poisson(self.rate, key=self.key("plain"), **how),
                dead=poisson(self.rate, key=self.key("dead"), refractory=self.refractory, **how),
                wavy=inhomogeneous_poisson(
                    lambda t: changing_rate(t, self.rate), 2 * self.rate, key=self.key("wavy"), **how
                ),
            )
