"""What ``ring-attractor`` found: the bump beside its closed form, and how noise and unequal inputs move it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...dynamics import Bump, population_vector
from ...formats import counted, number, percent, significant
from ...report import Finding, Picture, Quantity, Result, Table
from .ring_attractor_figures import draw_birth, draw_bump, draw_memory, draw_theory, draw_unequal
from .ring_attractor_measures import ALONE, PLACES, SETTLING

if TYPE_CHECKING:
    from .ring_attractor import RingMemory

WINDOW = 100.0
"""ms between two looks at the bump that wanders."""
LOOKS = (50.0, 150.0)
"""ms between which the speed of the drift is measured."""
SAME_PLACE = 3.0
"""Degrees within which two bumps stand at one place."""
BESIDE_THEORY = {
    "ring.half_width": ("half-width θ_c (degrees)", 2),
    "ring.peak": ("highest rate", 4),
    "ring.threshold": ("threshold of J₁", 4),
    "ring.growth_per_strength": ("growth rate per J₁ (1/ms)", 4),
    "ring.eigenvalue.0": ("eigenvalue of a shift (1/ms)", 4),
    "ring.eigenvalue.1": ("slowest eigenvalue of height and width (1/ms)", 4),
    "ring.eigenvalue.last": ("fastest eigenvalue of height and width (1/ms)", 4),
    "ring.diffusion": ("diffusion constant of the direction (deg²/ms)", 4),
}
"""Key of the summary → what it is, and its decimals."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RingResult(Result):
    """Bumps on a ring: left alone, for several connections, in noise, and with unequal inputs.

    Attributes
    ----------
    options : RingMemory
    theory : Bump
        With the noise.
    held : DataArray, (variable,)
        Rates of a bump that was left alone.
    strengths, growth : DataFrame
        By J₁: half-width and peak of the bump; growth of a small cosine.
    spectra : mapping of int to (float, float)
        Populations → extremes of the eigenvalue of a shift, per ms.
    eigenvalues : array, shape (population,)
        Of the Jacobian at `held`, per ms.
    born : DataArray, (trial, time, variable)
        Rates in noise, from the uniform state.
    remembered, moved : DataArray, (trial, time)
        Directions in degrees, in noise and with unequal inputs.
    cued, released : float
        ms: when the cue ends, and when the memory begins.
    unequal : array, shape (population,)
    """

    question: ClassVar[str] = "How does a ring of populations remember a direction, and what makes it forget?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "ring.half_width": Quantity("Half-width of the bump", "degrees"),
        "ring.half_width.theory": Quantity("Half-width of the bump, by theory", "degrees"),
        "ring.peak": Quantity("Highest rate of the bump"),
        "ring.peak.theory": Quantity("Highest rate of the bump, by theory"),
        "ring.threshold": Quantity("J₁ above which a small cosine grows"),
        "ring.threshold.theory": Quantity("J₁ above which a small cosine grows, by theory"),
        "ring.growth_per_strength": Quantity("Growth rate of a small cosine per unit of J₁", "1/ms"),
        "ring.growth_per_strength.theory": Quantity("Growth rate of a small cosine per unit of J₁, by theory", "1/ms"),
        "ring.eigenvalue.<mode>.real": Quantity("Real part of an eigenvalue of the Jacobian at the bump", "1/ms"),
        "ring.eigenvalue.<mode>.theory": Quantity("Eigenvalue of the Jacobian at the bump, by theory", "1/ms"),
        "ring.diffusion": Quantity("Diffusion constant of the remembered direction", "deg²/ms"),
        "ring.diffusion.error": Quantity("Standard error of the diffusion constant", "deg²/ms"),
        "ring.diffusion.theory": Quantity("Diffusion constant of the remembered direction, by theory", "deg²/ms"),
        "ring.memory.bias": Quantity("Mean remembered direction after the delay, relative to the cue", "degrees"),
        "ring.memory.sd": Quantity("Standard deviation of the remembered direction after the delay", "degrees"),
        "ring.drift.slope": Quantity("Slope of the drift with unequal inputs against theory"),
        "ring.drift.correlation": Quantity("Correlation of the drift with unequal inputs with theory"),
        "ring.drift.speed": Quantity("Root mean square speed of the drift with unequal inputs", "deg/ms"),
        "ring.drift.places": Quantity("Number of directions at which bumps with unequal inputs end"),
        "ring.n_<populations>.shift.low": Quantity("Lowest eigenvalue of a shift with so many populations", "1/ms"),
        "ring.n_<populations>.shift.high": Quantity("Highest eigenvalue of a shift with so many populations", "1/ms"),
    }
    references: ClassVar[tuple[str, ...]] = ("ben-yishai-1995", "burak-fiete-2012")

    options: "RingMemory"
    theory: Bump
    held: xr.DataArray
    strengths: pd.DataFrame
    growth: pd.DataFrame
    spectra: Mapping[int, tuple[float, float]]
    eigenvalues: np.ndarray
    born: xr.DataArray
    remembered: xr.DataArray
    cued: float
    released: float
    unequal: np.ndarray
    moved: xr.DataArray

    @property
    def wandering(self) -> xr.DataArray:
        """Directions from the beginning of the memory on, with its time."""
        path = self.remembered.sel(time=slice(self.released, None))
        return path.assign_coords(time=path["time"] - self.released)

    @property
    def speeds(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the bumps of unequal inputs stand at first, and how fast they move, in degrees per ms."""
        early, late = (self.moved.sel(time=t).values for t in LOOKS)
        return (early + late) / 2, (late - early) / (LOOKS[1] - LOOKS[0])

    @property
    def places(self) -> int:
        """At how many places the bumps of unequal inputs end."""
        ends = np.sort(self.moved.values[:, -1] % 360)
        gaps = np.diff(ends, append=ends[0] + 360)
        return max(1, int((gaps > SAME_PLACE).sum()))

    def numbers(self) -> dict[str, float | int]:
        return self._shape() | self._modes() | self._memory()

    def _shape(self) -> dict[str, float | int]:
        theory, x = self.theory, self.held.values
        ring = theory.ring
        cosine = float(ring.J_1) * float(population_vector(x)[1])
        half = float(np.rad2deg(np.arccos(-(float(np.asarray(ring.I)) + float(ring.J_0) * x.mean()) / cosine)))
        slope, start = np.polyfit(self.growth["J_1"], self.growth["rate"], 1)
        return {
            "ring.half_width": half,
            "ring.half_width.theory": theory.half_width,
            "ring.peak": float(x.max()),
            "ring.peak.theory": float(theory.rates(self.options.cue).max()),
            "ring.threshold": float(-start / slope),
            "ring.threshold.theory": 2.0,
            "ring.growth_per_strength": float(slope),
            "ring.growth_per_strength.theory": 1 / (2 * float(ring.tau)),
        }

    def _modes(self) -> dict[str, float | int]:
        modes = np.sort(np.real(self.eigenvalues))[::-1]
        even = np.sort(np.real(self.theory.eigenvalues()[1:3]))
        found = {
            "ring.eigenvalue.0.real": float(modes[0]),
            "ring.eigenvalue.0.theory": 0.0,
            "ring.eigenvalue.1.real": float(modes[1]),
            "ring.eigenvalue.1.theory": float(even[1]),
            "ring.eigenvalue.last.real": float(modes[-1]),
            "ring.eigenvalue.last.theory": float(even[0]),
        }
        for n, pair in self.spectra.items():
            found |= {f"ring.n_{n}.shift.{end}": value for end, value in zip(("low", "high"), pair, strict=True)}
        return found

    def _memory(self) -> dict[str, float | int]:
        looks = self.wandering
        every = round(WINDOW / float(looks["time"][1] - looks["time"][0]))
        moves = np.diff(looks.values[:, ::every], axis=1)
        at, speed = self.speeds
        expected = self.theory.drift(self.unequal, at)
        return {
            "ring.diffusion": float((moves**2).mean() / (2 * WINDOW)),
            "ring.diffusion.error": float((moves**2).std(ddof=1) / np.sqrt(moves.size) / (2 * WINDOW)),
            "ring.diffusion.theory": self.theory.diffusion_constant,
            "ring.memory.bias": float(looks.values[:, -1].mean() - self.options.cue),
            "ring.memory.sd": float(looks.values[:, -1].std(ddof=1)),
            "ring.drift.slope": float((speed @ expected) / (expected @ expected)),
            "ring.drift.correlation": float(np.corrcoef(speed, expected)[0, 1]),
            "ring.drift.speed": float(np.sqrt((speed**2).mean())),
            "ring.drift.places": self.places,
        }

    @cached_property
    def beside_theory(self) -> pd.DataFrame:
        """A row per quantity: theory, and what was simulated."""
        found = self.numbers()
        rows = [
            (
                what,
                number(found[f"{key}.theory"], decimals),
                number(found[key if key in found else f"{key}.real"], decimals),
            )
            for key, (what, decimals) in BESIDE_THEORY.items()
        ]
        return pd.DataFrame(rows, columns=["quantity", "theory", "here"])

    @property
    def sizes(self) -> pd.DataFrame:
        """The extremes of the eigenvalue of a shift by the number of populations."""
        rows = [(n, *(number(1000 * end, 2) for end in pair)) for n, pair in self.spectra.items()]
        return pd.DataFrame(rows, columns=["populations", "lowest (1/s)", "highest (1/s)"])

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "memory",
            partial(draw_memory, self.remembered, self.options.cue, self.cued),
            title="The memory of a direction",
            caption="Direction of the bump in single trials. The cue is grey, and the dotted line is its direction.",
            alt="Directions of the bump against time; they wander away from the cued one after the cue ends.",
        )
        trials = self.remembered.sizes["trial"]
        yield Picture(
            "theory",
            partial(draw_theory, self.growth, self.theory, self.wandering, self.unequal, *self.speeds),
            title="Birth, diffusion and drift",
            caption="Left: a cosine on the uniform state grows at (J₁/2 − 1)/τ. Middle: mean square distance of the "
            f"remembered direction from where the cue left it, over {trials} trials (standard error "
            f"{percent(np.sqrt(2 / trials), 0)}). Right: how fast bumps move when populations get slightly different "
            "inputs; bumps settle where the speed crosses zero downwards.",
            alt="Growth rate against J₁, mean square move against time, and speed of the drift against direction.",
        )
        yield Picture(
            "unequal",
            partial(draw_unequal, self.moved),
            title="A ring with unequal inputs holds few directions",
            caption="Without noise, bumps from several directions drift to a few places, and every other direction is "
            "forgotten.",
            alt="Paths of the bump's direction with unequal inputs, which run together at a few directions.",
        )
        yield Picture(
            "bump",
            partial(draw_bump, self.theory, self.options.cue, self.held, self.strengths),
            title="The bump and its closed form",
            caption=f"Left: a bump left alone for {ALONE} ms. Middle and right: bumps for other J₁, after {SETTLING} "
            "ms; below J₁ = 2 every population has the same rate.",
            alt="A bump of activity on its closed form; its half-width and highest rate against J₁.",
        )
        yield Picture(
            "birth",
            partial(draw_birth, self.born, self.theory),
            title="A bump is born from noise",
            caption="Length of the population vector, from the uniform state on. The dotted line is that of the bump, "
            "B/J₁. Each bump stands in a different direction.",
            alt="The length of the population vector against time rises from zero to that of the bump.",
        )
        yield Table(
            "theory",
            self.beside_theory,
            "The closed forms are those of infinitely many populations.",
            title="Closed forms beside the simulated ring",
            shown=True,
        )
        yield Table(
            "sizes",
            self.sizes,
            "Lowest and highest eigenvalue of a shift of the bump, over its positions between two populations. Where "
            "it is not 0, the bump prefers some directions; with more populations it comes closer to 0.",
            title="Does the bump prefer some directions?",
            shown=True,
        )
        yield Table("strengths", self.strengths, "Half-width and highest rate of the bump, by J₁.")
        yield Table("growth", self.growth, "Growth rate of a small cosine on the uniform state in 1/ms, by J₁.")

    def answer(self) -> str:
        given, found = self.options, self.numbers()
        variance, error, theory = (number(2000 * found[f"ring.diffusion{end}"], 0) for end in ("", ".error", ".theory"))
        places = "the same direction" if self.places == 1 else f"one of {counted(self.places, 'direction')}"
        return (
            f"The ring remembers a direction by where a bump of activity stands. The bump forms above J₁ = "
            f"{number(found['ring.threshold'])} (theory {significant(found['ring.threshold.theory'])}) and here "
            f"reaches {number(found['ring.half_width'], 1)}° to either side (theory "
            f"{number(found['ring.half_width.theory'], 1)}°). Noise makes the ring forget: the variance of the "
            f"direction grows by {variance} deg² per second (standard error {error}; theory {theory}), so that it has "
            f"a standard deviation of {number(found['ring.memory.sd'], 1)}° after {significant(given.delay, 5)} ms. "
            f"Unequal inputs also make it forget: where they differ by {percent(given.spread)}, the bump "
            f"drifts to {places}."
        )

    def notes(self) -> list[str]:
        return [
            f"A bump on {self.options.n} populations prefers some directions a little, even where all populations are "
            "equal: see the table of the eigenvalue of a shift.",
            "The rates of silent populations fluctuate below zero, as the noise is added to the rate and not to the "
            "input.",
        ]

    def methods(self) -> list[str]:
        given = self.options
        strengths, growth = (found.attrs["methods"].replace("J_1", "$J_1$") for found in (self.strengths, self.growth))
        return [
            "The rates follow $\\tau\\, dr(\\theta)/dt = -r(\\theta) + \\max(0, I + \\langle (J_0 + J_1 \\cos(\\theta "
            "- \\theta')) r(\\theta') \\rangle) + \\tau \\sigma\\, dW/dt$. The bump $B \\max(0, \\cos(\\theta - "
            "\\psi) - \\cos \\theta_c)$ has $J_1 (\\theta_c - \\sin(2 \\theta_c) / 2) = 2 \\pi$, and a small cosine "
            "grows on the uniform state at $(J_1 / 2 - 1) / \\tau$.",
            "The direction is that of the population vector, whose weights are the left eigenvector of the neutral "
            "mode. Noise projected on it gives the diffusion constant $D = (\\sigma J_1 / B)^2 / (4 n)$. Unequal "
            "inputs ΔI give the drift $\\frac{J_1}{n B \\tau} \\sum \\Delta I \\sin(\\theta - \\psi)$ over the active "
            "populations.",
            f"Bump: {self.held.attrs['methods']} Other $J_1$: {strengths} Growth of a small cosine: {growth} The "
            f"eigenvalue of a shift was taken at {PLACES} positions of the bump "
            "between two populations.",
            f"Memory: the cue at {significant(given.cue)}° was on for {significant(self.cued)} ms, and the bump "
            f"settled for {significant(self.released - self.cued)} ms, before the delay of "
            f"{significant(given.delay, 5)} ms. {self.remembered.attrs['methods']} The diffusion constant is half the "
            f"mean square of the moves in windows of {significant(WINDOW)} ms, per ms.",
            f"Unequal inputs: {self.moved.attrs['methods']} The speed is that between {significant(LOOKS[0])} and "
            f"{significant(LOOKS[1])} ms. Bumps that end within {significant(SAME_PLACE)}° of each other count as one "
            "direction.",
        ]
