"""Does the same decision come out of diffusion, rate, spiking and attractor networks, and monkeys?"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import jax
import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import norm

from ...learning import behaviour, fit_stream, save_model
from ...models import CTRNN, SpikingRNN, member, population
from ...recordings import read_roitman_shadlen
from ...runs import Run
from ...shapes import PRNGKey
from ...tasks import PerceptualDecisionMaking
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from ..shared.ready import when_ready
from .decision_levels import Level, attractor, drift_diffusion, of_trials
from .decision_result import SpikingDecisionResult

OF_THRESHOLD = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Coherences of the curves, relative to the ideal observer's threshold."""
READY = 0.95
"""Share of its success at the end that a network keeps when it answers as soon as it is ready."""


@dataclass(frozen=True, kw_only=True)
class SpikingDecision(Experiment):
    """Train spiking and rate networks on the same decision, and set them beside three other accounts of it.

    With --monkeys, the animals of Roitman & Shadlen (2002) are the last level.
    """

    name: ClassVar[str] = "spiking-decision"

    dt: Annotated[float, option("Time step of trials and networks", unit="ms", at_least=1, at_most=20)] = 10.0
    stimulus: Annotated[float, option("Duration of the stimulus", unit="ms", at_least=100, at_most=5000)] = 500.0
    noise: Annotated[float, option("SD σ of the noise of the evidence", unit="√ms", above=0, at_most=1000)] = 0.3
    coherences: Annotated[
        tuple[float, ...], option("Coherences of the training trials", unit="%", at_least=0, at_most=100)
    ] = (0.0, 6.4, 12.8, 25.6, 51.2)
    units: Annotated[int, option("Number of recurrent units", at_least=4, at_most=1024)] = 64
    adaptive: Annotated[float, option("Share of spiking units that adapt", at_least=0, at_most=1)] = 0.0
    seeds: Annotated[int, option("Number of networks of each kind", at_least=1, at_most=100)] = 3
    updates: Annotated[
        int, option("Number of updates that a network makes, each on fresh trials", at_least=1, at_most=100_000)
    ] = 400
    batch: Annotated[int, option("Number of trials of an update", at_least=1, at_most=10_000)] = 32
    test_trials: Annotated[
        int, option("Number of fresh trials on which the networks are tested", at_least=100, at_most=100_000)
    ] = 2000
    model_trials: Annotated[
        int, option("Number of trials per coherence of models that are not trained", at_least=50, at_most=10_000)
    ] = 500
    monkeys: Annotated[
        Path | None,
        option("CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice)", metavar="FILE"),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.build()

    def build(self, coherences: tuple[float, ...] | None = None) -> PerceptualDecisionMaking:
        """Return the task, or the same with other coherences."""
        return PerceptualDecisionMaking(
            dt=self.dt, timing={"stimulus": self.stimulus}, noise=self.noise, coherences=coherences or self.coherences
        )

    def fine(self) -> PerceptualDecisionMaking:
        """Return the task with coherences around the ideal observer's threshold, at most 100 %."""
        threshold = 100 * norm.ppf(1 - 0.5 * np.exp(-1)) * self.noise / np.sqrt(self.stimulus / 2)
        return self.build(tuple(sorted({min(100.0, float(f"{threshold * share:.3g}")) for share in OF_THRESHOLD})))

    def read(self, progress: Progress | None = None) -> dict[str, pd.DataFrame]:
        """Read the monkeys' trials, if a file is named."""
        return {} if self.monkeys is None else read_roitman_shadlen(self.monkeys)

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def networks(self) -> dict[str, Callable[[PRNGKey], Any]]:
        """Return how a network of each kind is built."""
        task = self.build()
        size = {"n_inputs": task.n_inputs, "n_outputs": task.n_outputs, "n_units": self.units, "dt": self.dt}
        return {
            "spiking network": lambda key: SpikingRNN(**size, adaptive=self.adaptive, key=key),
            "rate network": lambda key: CTRNN(**size, activation="tanh", key=key),
        }

    def walk(self, run: Run, inputs: dict[str, pd.DataFrame]) -> SpikingDecisionResult:
        """Train and test networks of both kinds, and simulate or read the other levels."""
        task, fine = self.build(), self.fine()
        tested: dict[str, xr.Dataset] = {}
        levels: dict[str, Level] = {}
        spikes = None
        for name, build in self.networks().items():
            with run.stage(name) as advance:
                untrained = population(build, self.seeds, key=self.key(name))
                trained, _ = fit_stream(
                    untrained, task, key=self.key("training"), updates=self.updates, batch=self.batch,
                    progress=advance, checkpoint=run.checkpoint(name),
                )  # fmt: skip
                tested[name] = behaviour(trained, task, key=self.key("test"), n_trials=self.test_trials)
                done = behaviour(trained, fine, key=self.key("fine"), n_trials=self.test_trials)
                correct = done["correct"].values
                rt = when_ready(done, fine, READY * correct.mean(axis=1))[0]
                levels[name] = Level(done["coherence"].values.astype(float), correct, rt)
            if name == "spiking network":
                save_model(run.path / "model.eqx", trained)
                tested["untrained spiking network"] = behaviour(
                    untrained, task, key=self.key("test"), n_trials=self.test_trials
                )
                spikes = _spikes(trained, task, self.key("raster"))
        with run.stage("other levels"):
            levels["drift–diffusion model"] = drift_diffusion(self.key("diffusion"), self.model_trials)
            levels["attractor network"] = attractor(self.key("attractor"), self.model_trials)
            levels |= {name: of_trials(trials) for name, trials in inputs.items()}
            bounds = {name: level.bound(self.key("starts")) for name, level in levels.items()}
        assert spikes is not None
        return SpikingDecisionResult(self, levels, tested, bounds, spikes, tuple(inputs))


def _spikes(models: Any, task: PerceptualDecisionMaking, key: PRNGKey) -> xr.DataArray:
    """Return which units of the first network spike in which step of one trial."""
    trials = jax.tree.map(lambda x: x[0], task.sample(key, 1))
    spikes = member(models, 0).spikes(trials.inputs, key=key)
    times = np.arange(len(spikes)) * task.dt
    return xr.DataArray(np.asarray(spikes), dims=("time", "unit"), coords={"time": times})
