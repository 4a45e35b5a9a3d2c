"""How does a ring of populations remember a direction, and what makes it forget?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import numpy as np

from ...dynamics import Pulse, RingAttractor, bump, jacobian, simulate
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .ring_attractor_measures import ALONE, SIZES, extremes_of_shift, growth, strengths, unwrapped
from .ring_attractor_result import WINDOW, RingResult

STEP, FINE_STEP = 1.0, 0.5
"""ms: step in noise and over long times, and of the bump that is left alone."""
CUE, SETTLED, CUE_STRENGTH = 200.0, 100.0, 0.5
"""ms: length of the cue, and time until the bump is free of it; and the cue's input, a cosine of this height."""
BIRTH, BIRTHS = 300.0, 5
"""Duration in ms, and number, of the trials that show how noise starts a bump."""
FROZEN, STARTS = 20_000.0, 36
"""ms that the bump of unequal populations is followed, and directions from which it starts."""
MOST_NUMBERS = 2**27
"""Rates that a run can hold: 1 GiB."""


@dataclass(frozen=True, kw_only=True)
class RingMemory(Experiment):
    """Simulate a ring of populations with cosine connections, and compare its bump of activity with closed forms.

    The experiment shows the shape of the bump, the connections at which it is born, its neutral direction, and the
    memory of a cued direction in noise and with unequal inputs.
    """

    name: ClassVar[str] = "ring-attractor"

    n: Annotated[int, option("Number of populations around the ring", at_least=16, at_most=1024)] = 128
    j_0: Annotated[float, option("J₀, the mean weight", at_least=-50, at_most=10)] = -6.0
    j_1: Annotated[float, option("J₁, the cosine modulation of the weights", above=2, at_most=20)] = 5.0
    input: Annotated[float, option("Uniform input", at_least=0.01, at_most=100)] = 1.0
    tau: Annotated[float, option("Time constant of the rates", unit="ms", at_least=5, at_most=1000)] = 10.0
    sigma: Annotated[
        float, option("Noise of every rate, independent of the others", unit="1/√ms", above=0, at_most=0.1)
    ] = 0.0134
    spread: Annotated[
        float, option("Standard deviation of the unequal inputs, as a share of the input", above=0, at_most=0.1)
    ] = 0.01
    cue: Annotated[float, option("Cued direction", unit="degrees", at_least=-360, at_most=360)] = 90.0
    delay: Annotated[
        float, option(f"Duration of the memory, a multiple of {WINDOW:g}", unit="ms", at_least=500, at_most=10_000)
    ] = 1000.0
    trials: Annotated[int, option("Number of trials with noise", at_least=10, at_most=10_000)] = 400

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = self.delay / WINDOW
        require(whole == round(whole), f"--delay must be a whole multiple of {WINDOW:g} ms; got {self.delay}.")
        fastest = max((1 - self.j_0) / self.tau, -np.real(bump(self.ring()).eigenvalues()).min())
        require(
            fastest * STEP < 2,
            f"With these options some activity decays at {fastest:.2g}/ms, for which steps of {STEP:g} ms are too "
            "long; raise --tau, or choose --j-0 closer to 0.",
        )
        kept = self.n * self.trials * self.delay
        require(
            kept <= 10 * MOST_NUMBERS, f"{self.trials} trials of {self.n} populations are too many; lower --trials."
        )

    def walk(self, run: Run, inputs: None) -> RingResult:
        """Simulate the bump, its birth, its neutral direction, and memory in noise and with unequal populations."""
        ring, noisy = self.ring(), self.ring(self.sigma)
        theory, uniform = bump(ring), self.input / (1 - self.j_0)
        with run.stage("bump"):
            by_strength, by_growth = strengths(ring), growth(ring)
            alone = simulate(
                ring, theory.rates(self.cue), duration=ALONE, dt=FINE_STEP, save_every=round(ALONE / FINE_STEP)
            ).isel(time=-1)
            spectra = {n: extremes_of_shift(self.ring(n=n)) for n in SIZES}
        with run.stage("memory"):
            start = np.full((BIRTHS, self.n), uniform)
            born = simulate(noisy, start, duration=BIRTH, dt=STEP, key=self.key("birth"))
            remembered = simulate(
                Pulse(noisy.replace(theta_cue=self.cue), ("I_cue",), CUE_STRENGTH, onset=0, length=CUE),
                np.full((self.trials, self.n), uniform),
                duration=CUE + SETTLED + self.delay,
                dt=STEP,
                key=self.key("memory"),
                save_every=10,
            )
        with run.stage("unequal inputs"):
            unequal = self.spread * self.input * np.asarray(jax.random.normal(self.key("unequal"), (self.n,)), float)
            starts = 360 * np.arange(STARTS) / STARTS
            bumps = np.stack([theory.rates(angle) for angle in starts])
            moved = simulate(ring.replace(I=self.input + unequal), bumps, duration=FROZEN, dt=STEP, save_every=50)
        return RingResult(
            options=self,
            theory=bump(noisy),
            held=alone,
            strengths=by_strength,
            growth=by_growth,
            spectra=spectra,
            eigenvalues=np.linalg.eigvals(jacobian(ring, alone.values)),
            born=born,
            remembered=unwrapped(remembered.isel(time=slice(1, None)), self.cue),  # at first there is no bump
            cued=CUE,
            released=CUE + SETTLED,
            unequal=unequal,
            moved=unwrapped(moved, starts),
        )

    def ring(self, sigma: float | None = None, n: int | None = None) -> RingAttractor:
        """Return the ring of the options, by default without noise."""
        return RingAttractor(n=n or self.n, tau=self.tau, J_0=self.j_0, J_1=self.j_1, I=self.input, sigma=sigma)
