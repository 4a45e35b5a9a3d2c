"""A bump on a ring that remembers a direction: its shape, its birth, and how noise and unequal cells wear it away."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import numpy as np
import pandas as pd
import xarray as xr
from tyro.conf import arg

from ...dynamics import Bump, Pulse, RingAttractor, bump, jacobian, population_vector, simulate
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress
from .ring_figures import Ring, bump_or_none, draw

STRENGTHS = np.array([0.5, 1.0, 1.5, 2.2, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
NEAR_THRESHOLD = np.round(np.arange(1.6, 2.41, 0.1), 1)
SEEDLING = 1e-6
"""Relative size of the deviations from which a bump grows."""
SIZES = (32, 64, 128, 256, 512)
CUE, SETTLED = 200.0, 100.0
"""ms: length of the cue, and until the bump is free of it."""
WINDOW = 100.0
"""ms between two looks at the bump that wanders."""
FROZEN = 20_000.0
"""ms that the bump of unequal populations is followed."""
STARTS = 36


@dataclass(frozen=True, kw_only=True)
class RingMemory(Experiment):
    """A ring of populations with cosine connections: the bump beside its closed form, the connections at which it is
    born, its neutral direction, and the memory of a cued direction in noise and with unequal inputs.
    """

    name: ClassVar[str] = "ring-attractor"

    n: Annotated[int, arg(help="Populations around the ring.")] = 128
    j_0: Annotated[float, arg(help="J₀: mean weight.")] = -6.0
    j_1: Annotated[float, arg(help="J₁: cosine modulation of the weights; a bump needs more than 2.")] = 5.0
    input: Annotated[float, arg(help="Uniform input.")] = 1.0
    tau: Annotated[float, arg(help="Time constant in ms.")] = 10.0
    sigma: Annotated[float, arg(help="Noise of every rate, independent, per √ms.")] = 0.0134
    spread: Annotated[float, arg(help="Standard deviation of the unequal inputs, as a share of the input.")] = 0.01
    cue: Annotated[float, arg(help="Cued direction in degrees.")] = 90.0
    delay: Annotated[float, arg(help="Length of the memory in ms.")] = 1000.0
    trials: Annotated[int, arg(help="Trials with noise.")] = 400

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("j_0", "j_1", "input", "tau", "sigma", "spread", "cue", "delay"):
            require(math.isfinite(getattr(self, name)), f"--{name.replace('_', '-')} must be a finite number.")
        require(16 <= self.n <= 1024, f"--n must be in 16…1024; got {self.n}.")
        require(self.tau >= 5, f"--tau must be at least 5 steps of 1 ms; got {self.tau}.")
        require(0 < self.sigma <= 0.1, f"--sigma must be in (0, 0.1]; got {self.sigma}.")
        require(0 < self.spread <= 0.1, f"--spread must be in (0, 0.1]; got {self.spread}.")
        require(10 <= self.trials <= 10_000, f"--trials must be in 10…10000; got {self.trials}.")
        whole = self.delay / WINDOW
        require(
            5 <= whole <= 100 and whole == round(whole),
            f"--delay must be a whole multiple of {WINDOW:g} ms in 500…10000; got {self.delay}.",
        )
        bump(self.ring())

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: the model has no input files."""

    def walk(self, run: Run, inputs: None) -> None:
        """Shape of the bump → its birth → its neutral direction → memory in noise → drift of unequal populations."""
        ring = self.ring()
        theory = bump(ring)
        with run.stage("bump"):
            strengths = self.strengths(ring)
            growth = self.growth(ring)
            held = simulate(ring, theory.rates(self.cue), duration=500, dt=0.5, save_every=1000).values[-1]
            spectra = {n: shifted(self.ring(n=n)) for n in SIZES}
        noisy = self.ring(self.sigma)
        with run.stage("memory"):
            born = simulate(
                noisy, np.full((5, self.n), self.input / (1 - self.j_0)), duration=300, dt=1, key=self.key("birth")
            )
            cued = Pulse(noisy.replace(theta_cue=self.cue), ("I_cue",), 0.5, onset=0, length=CUE)
            remembered = simulate(
                cued,
                np.full((self.trials, self.n), self.input / (1 - self.j_0)),
                duration=CUE + SETTLED + self.delay,
                dt=1,
                key=self.key("memory"),
                save_every=10,
            )
        with run.stage("unequal inputs"):
            unequal = self.spread * self.input * np.asarray(jax.random.normal(self.key("unequal"), (self.n,)), float)
            starts = 360 * np.arange(STARTS) / STARTS
            moved = simulate(
                ring.replace(I=self.input + unequal),
                np.stack([theory.rates(angle) for angle in starts]),
                duration=FROZEN,
                dt=1,
                save_every=50,
            )
        found = Ring(
            theory=bump(noisy),
            held=held,
            cue=self.cue,
            strengths=strengths,
            growth=growth,
            spectra=spectra,
            eigenvalues=np.linalg.eigvals(jacobian(ring, held)),
            born=born,
            remembered=unwrapped(remembered.isel(time=slice(1, None)), self.cue),  # at first there is no bump
            released=CUE + SETTLED,
            window=WINDOW,
            unequal=unequal,
            moved=unwrapped(moved, starts),
        )
        numbers = found.numbers()
        run.summary(numbers)
        with run.stage("figures"):
            draw(run, found)
        self.report(run, found, numbers)

    def ring(self, sigma: float | None = None, n: int | None = None) -> RingAttractor:
        """Return the ring of the options, by default without noise."""
        return RingAttractor(n=n or self.n, tau=self.tau, J_0=self.j_0, J_1=self.j_1, I=self.input, sigma=sigma)

    def strengths(self, ring: RingAttractor) -> pd.DataFrame:
        """Return half-width and peak of the bump for several J₁, from its two Fourier components, beside theory."""
        start = 0.5 * self.input * (1 + np.cos(np.deg2rad(ring.angles)))
        J = np.array([each for each in STRENGTHS if each <= 2 or bump_or_none(ring.replace(J_1=each)) is not None])
        x = simulate(ring, start, duration=2000, dt=0.5, sweep={"J_1": J}, save_every=4000).values[:, -1]
        uniform, cosine = self.input + self.j_0 * x.mean(axis=1), J * population_vector(x)[1]
        half = np.rad2deg(np.arccos(np.clip(-uniform / np.maximum(cosine, 1e-12), -1, 1)))
        return pd.DataFrame({"J_1": J, "half_width": half, "peak": x.max(axis=1)})

    def growth(self, ring: RingAttractor) -> pd.DataFrame:
        """Return how fast a small cosine grows or decays on the uniform state, per ms, for J₁ around the threshold."""
        start = self.input / (1 - self.j_0) * (1 + SEEDLING * np.cos(np.deg2rad(ring.angles)))
        x = simulate(ring, start, duration=20, dt=0.1, sweep={"J_1": NEAR_THRESHOLD}, save_every=200)
        length = population_vector(x.values)[1]
        rate = np.log(length[:, 1] / length[:, 0]) / 20
        return pd.DataFrame({"J_1": NEAR_THRESHOLD, "rate": rate, "theory": (NEAR_THRESHOLD / 2 - 1) / self.tau})

    def report(self, run: Run, found: Ring, numbers: dict[str, float | int]) -> None:
        """Write the answer in words, its tables, and the methods."""
        run.table(
            "theory",
            found.beside_theory(numbers),
            title="Closed forms beside the simulated ring",
            caption="The closed forms are those of infinitely many populations.",
            shown=True,
        )
        run.table(
            "sizes",
            found.sizes(),
            title="How neutral is the neutral direction?",
            caption="Eigenvalue of a shift of the bump, over positions between two populations: its extremes. "
            "With few populations the bump prefers some places; it is neutral in the limit.",
            shown=True,
        )
        run.table("strengths", found.strengths, caption="The bump by strength of the cosine.")
        run.table("growth", found.growth, caption="Growth of a small cosine on the uniform state, per ms.")
        run.describe(
            question="How does a ring of populations remember a direction, and what makes it forget?",
            answer=f"Above J₁ = {numbers['ring.threshold']:.3f} (theory 2) activity gathers in a bump, here "
            f"{numbers['ring.half_width']:.1f}° to either side (theory {numbers['ring.half_width.theory']:.1f}°). It "
            f"can stand anywhere, so noise moves it: its variance grows by {2000 * numbers['ring.diffusion']:.0f} deg² "
            f"per second (theory {2000 * numbers['ring.diffusion.theory']:.0f}), and inputs that differ by "
            f"{100 * self.spread:g} % drag it to one of {numbers['ring.drift.places']} places.",
            notes=[
                f"The bump of {self.n} populations is only nearly neutral: see the second table. The rates of silent "
                "populations fluctuate below zero, as the noise is added to the rate and not to the input.",
            ],
            methods=[
                "τ dr(θ)/dt = −r(θ) + max(0, I + ⟨(J₀ + J₁·cos(θ − θ′))·r(θ′)⟩) + τσ·dW/dt. The bump "
                "B·max(0, cos(θ − ψ) − cos θ_c) has J₁·(θ_c − ½·sin 2θ_c) = 2π; a small cosine grows on the uniform "
                "state at (J₁/2 − 1)/τ.",
                "The direction is that of the population vector, whose weights are the left eigenvector of the "
                "neutral mode. Noise projected on it gives the diffusion D = (σ·J₁/B)²/4n, unequal inputs ΔI the drift "
                "J₁/(nBτ)·Σ ΔI·sin(θ − ψ) over the active populations.",
                f"Memory: a cue of {CUE:g} ms at {self.cue:g}° on the uniform state, {SETTLED:g} ms to settle, then "
                f"{self.delay:g} ms of delay; {self.trials} trials, Euler–Maruyama with 1 ms. Diffusion: mean square "
                f"of the moves in windows of {WINDOW:g} ms. Unequal inputs: Runge–Kutta with 1 ms from {STARTS} "
                f"directions; speed between 50 and 150 ms, places reached after {FROZEN / 1000:g} s.",
            ],
            references=["ben-yishai-1995", "burak-fiete-2012"],
            meanings=self.meanings(),
        )


def unwrapped(path: xr.DataArray, starts: np.ndarray | float) -> xr.DataArray:
    """Return the direction of the bump in degrees along each path, without jumps of 360°, first near `starts`."""
    angles = np.unwrap(population_vector(path.values)[0], period=360, axis=-1)
    angles -= 360 * np.round((angles[:, 0] - starts) / 360)[:, None]
    return xr.DataArray(angles, dims=("trial", "time"), coords={"time": path["time"].values})


def shifted(ring: RingAttractor) -> tuple[float, float]:
    """Return the extremes of the eigenvalue of a shift over places of the bump between two populations, per ms."""
    theory: Bump = bump(ring)
    places = 360 / ring.n * (np.arange(40) + 0.5) / 40
    jacobians = jacobian(ring, np.stack([theory.rates(place) for place in places]))
    away = np.deg2rad(ring.angles - places[:, None])
    # sin θ on the active populations is the neutral mode in the limit; before it, take its Rayleigh quotient
    active = np.sin(away) * (np.cos(away) > np.cos(np.deg2rad(theory.half_width)))
    quotient = np.einsum("pi,pij,pj->p", active, jacobians, active) / (active**2).sum(axis=1)
    return float(quotient.min()), float(quotient.max())
