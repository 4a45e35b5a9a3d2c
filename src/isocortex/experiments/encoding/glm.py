"""Which neurons change the firing of which others, and does a model of that predict their spikes?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr

from ...analysis.encoding import glm
from ...analysis.inference import CORRECTIONS
from ...dynamics import coupled_spikes
from ...errors import require
from ...recordings import read_spikes
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from .glm_planted import planted_filters
from .glm_result import COUPLED, HISTORY, GLMResult


@dataclass(frozen=True, kw_only=True)
class SpikingGLM(Experiment):
    """Fit generalised linear models with history and coupling filters to spiking neurons.

    With --data, recorded spikes; without, simulated neurons whose coupling is known.
    """

    name: ClassVar[str] = "glm"

    data: Annotated[
        Path | None,
        option(
            "Spikes: .npz, .mat or .nc with counts (trial × time × unit) or times in ms and unit, or .csv "
            "(docs/glm.md); by default neurons are simulated",
            metavar="FILE",
        ),
    ] = None
    bin: Annotated[float, option("Width of a bin", unit="ms", above=0, at_most=1000)] = 5.0
    history: Annotated[float, option("Length of history and coupling filters", unit="ms", above=0, at_most=1e4)] = 100.0
    bases: Annotated[int, option("Number of raised cosines in a filter", at_least=2, at_most=30)] = 5
    link: Annotated[str, option("How the mean count follows from the weighted past", among=("exp", "softplus"))] = "exp"
    penalty: Annotated[
        tuple[float, ...],
        option(
            "Ridge penalty; of several, each neuron gets the one that approximate leave-one-out chooses",
            at_least=0,
            at_most=1e9,
            distinct=True,
        ),
    ] = (0.0,)
    errors: Annotated[str, option("Standard errors that the tests use", among=glm.ERRORS)] = "sandwich"
    correction: Annotated[str, option("Correction of the p values of all couplings", among=CORRECTIONS)] = "holm"
    folds: Annotated[
        int, option("Number of blocks of time, each predicted from the others", at_least=2, at_most=20)
    ] = 5
    units: Annotated[int, option("Number of simulated neurons", at_least=3, at_most=100)] = 10
    trials: Annotated[int, option("Number of simulated trials", at_least=1, at_most=1000)] = 10
    duration: Annotated[float, option("Duration of a simulated trial", unit="ms", above=0, at_most=1e7)] = 20_000.0
    rate: Annotated[
        float, option("Firing rate of simulated neurons without spikes before", unit="spikes/s", above=0, at_most=200)
    ] = 15.0
    coupled: Annotated[float, option("Share of ordered pairs that are coupled in simulations", above=0, at_most=1)] = (
        0.2
    )
    strength: Annotated[
        float, option("Mean size of a simulated coupling, in logarithms of the rate", above=0, at_most=2)
    ] = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        require(bool(self.penalty), "--penalty needs at least one value.")
        require(
            self.n_lags >= self.bases,
            f"--history holds {self.n_lags} bins, fewer than --bases {self.bases}; lengthen it, or lower --bin.",
        )
        if self.data is None:
            n = self.duration / self.bin
            require(n > 10 * self.n_lags, f"--duration must hold ten filters of --history; got {self.duration:g} ms.")
            require(
                n * self.trials * self.units <= 1e8, "These simulations have more than 100 million counts; raise --bin."
            )

    @property
    def n_lags(self) -> int:
        """Bins of a filter."""
        return round(self.history / self.bin)

    def read(self, progress: Progress | None = None) -> xr.DataArray | None:
        """Read the spikes, if a file is named."""
        if self.data is None:
            return None
        found = read_spikes(self.data, bin_ms=self.bin)
        trials, times, units = found.shape
        known, weights = trials * (times - self.n_lags), units * self.bases + 1
        require(
            known * (1 - 1 / self.folds) > weights,
            f"{self.data} has {max(known, 0)} bins of {self.bin:g} ms whose past of {self.history:g} ms is known, for "
            f"{weights} weights of each neuron and {self.folds} folds; lower --bin, --history or --bases.",
        )
        active = int((found.sum(["trial", "time"]) > 0).sum())
        require(active >= 2, f"{self.data} has {active} neurons with spikes; coupling needs at least two.")
        return found

    def files(self) -> list[Path]:
        """Return the file of spikes."""
        return [] if self.data is None else [self.data]

    def walk(self, run: Run, inputs: xr.DataArray | None) -> GLMResult:
        """Fit models with and without coupling, and judge them in blocks of time that they have not seen."""
        planted, basis = None, glm.raised_cosines(self.bases, self.n_lags)
        if inputs is None:
            run.mark = "simulated neurons"
            with run.stage("simulation"):
                planted = planted_filters(
                    self.units,
                    basis,
                    share=self.coupled,
                    strength=self.strength,
                    bin_ms=self.bin,
                    key=self.key("coupling"),
                )
                inputs = coupled_spikes(
                    np.full(self.units, np.log(self.rate * self.bin / 1e3)),
                    planted,
                    round(self.duration / self.bin),
                    key=self.key("spikes"),
                    n_trials=self.trials,
                )
                inputs = inputs.assign_coords(time=self.bin * inputs["time"])
        with run.stage("fit"):
            made = glm.design(inputs, basis, bin_ms=self.bin)
            penalty = np.full(made.y.sizes["unit"], self.penalty[0])
            if len(self.penalty) > 1:
                penalty, _ = glm.choose_penalty(made.x, made.y, self.penalty, link=self.link)
            fitted = glm.fit(made.x, made.y, penalty=penalty, link=self.link)
            spread = glm.covariance(fitted, self.errors)
        with run.stage("held-out time") as advance:
            blocks = glm.blocks_of_time(made.y, self.folds)
            how = {"penalty": penalty, "link": self.link}
            alone, control = glm.held_out(made.x, made.y, blocks, used=made.own, **how)
            advance(1, 2)
            together, _ = glm.held_out(made.x, made.y, blocks, start=fitted, **how)
        return GLMResult(self, made, fitted, spread, {HISTORY: alone, COUPLED: together}, control, planted)
