"""What ``ring-attractor`` found, as numbers and figures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...dynamics import Bump, RingAttractor, bump, population_vector
from ...errors import InputError
from ...runs import Run

SAME_PLACE = 3.0
"""Degrees within which two bumps stand at one place."""
SHOWN = 6
"""Paths in a picture."""


@dataclass(frozen=True, eq=False)
class Ring:
    """Everything the walk found.

    Attributes
    ----------
    theory : Bump
        With the noise.
    held : array, shape (population,)
        Rates of a bump that was left alone.
    cue : float
        Direction, in degrees.
    strengths, growth : DataFrame
    spectra : mapping of int to (float, float)
        Populations → extremes of the eigenvalue of a shift, per ms.
    eigenvalues : array, shape (population,)
        Of the Jacobian at `held`, per ms.
    born : DataArray, (trial, time, variable)
    remembered, moved : DataArray, (trial, time)
        Directions in degrees, in noise and with unequal inputs.
    released, window : float
        ms: when the memory begins, and between two looks at it.
    unequal : array, shape (population,)
    """

    theory: Bump
    held: np.ndarray
    cue: float
    strengths: pd.DataFrame
    growth: pd.DataFrame
    spectra: Mapping[int, tuple[float, float]]
    eigenvalues: np.ndarray
    born: xr.DataArray
    remembered: xr.DataArray
    released: float
    window: float
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
        early, late = (self.moved.sel(time=t).values for t in (50.0, 150.0))
        return (early + late) / 2, (late - early) / 100

    def numbers(self) -> dict[str, float | int]:
        """Return the summary."""
        theory, looks = self.theory, self.wandering
        every = round(self.window / float(looks["time"][1] - looks["time"][0]))
        moves = np.diff(looks.values[:, ::every], axis=1)
        ring, x = theory.ring, self.held
        cosine = float(ring.J_1) * float(population_vector(x)[1])
        half = float(np.rad2deg(np.arccos(-(float(np.asarray(ring.I)) + float(ring.J_0) * x.mean()) / cosine)))
        slope, start = np.polyfit(self.growth["J_1"], self.growth["rate"], 1)
        at, speed = self.speeds
        expected = theory.drift(self.unequal, at)
        modes = np.sort(np.real(self.eigenvalues))[::-1]
        even = np.sort(np.real(theory.eigenvalues()[1:3]))
        return {
            "ring.half_width": half,
            "ring.half_width.theory": theory.half_width,
            "ring.peak": float(x.max()),
            "ring.peak.theory": float(theory.rates(self.cue).max()),
            "ring.threshold": float(-start / slope),
            "ring.threshold.theory": 2.0,
            "ring.growth_per_strength": float(slope),
            "ring.growth_per_strength.theory": 1 / (2 * float(ring.tau)),
            "ring.eigenvalue.0.real": float(modes[0]),
            "ring.eigenvalue.0.theory": 0.0,
            "ring.eigenvalue.1.real": float(modes[1]),
            "ring.eigenvalue.1.theory": float(even[1]),
            "ring.eigenvalue.last.real": float(modes[-1]),
            "ring.eigenvalue.last.theory": float(even[0]),
            "ring.diffusion": float((moves**2).mean() / (2 * self.window)),
            "ring.diffusion.error": float((moves**2).std(ddof=1) / np.sqrt(moves.size) / (2 * self.window)),
            "ring.diffusion.theory": theory.diffusion_constant,
            "ring.memory.bias": float(self.wandering.values[:, -1].mean() - self.cue),
            "ring.memory.sd": float(self.wandering.values[:, -1].std(ddof=1)),
            "ring.drift.slope": float((speed @ expected) / (expected @ expected)),
            "ring.drift.correlation": float(np.corrcoef(speed, expected)[0, 1]),
            "ring.drift.speed": float(np.sqrt((speed**2).mean())),
            "ring.drift.places": self.places(),
        } | {f"ring.n_{n}.shift.{end}": value for n, pair in self.spectra.items()
             for end, value in zip(("low", "high"), pair, strict=True)}  # fmt: skip

    def places(self) -> int:
        """Return at how many places the bumps of unequal inputs end."""
        ends = np.sort(self.moved.values[:, -1] % 360)
        gaps = np.diff(ends, append=ends[0] + 360)
        return max(1, int((gaps > SAME_PLACE).sum()))

    def beside_theory(self, numbers: Mapping[str, float | int]) -> pd.DataFrame:
        """Return a row per quantity: theory, and what was simulated."""
        rows = {
            "half-width θ_c (°)": ("ring.half_width", ".2f"),
            "highest rate": ("ring.peak", ".4f"),
            "threshold of J₁": ("ring.threshold", ".4f"),
            "growth rate per J₁ (1/ms)": ("ring.growth_per_strength", ".4f"),
            "eigenvalue of a shift (1/ms)": ("ring.eigenvalue.0", ".4f"),
            "slowest eigenvalue of height and width (1/ms)": ("ring.eigenvalue.1", ".4f"),
            "fastest eigenvalue of height and width (1/ms)": ("ring.eigenvalue.last", ".4f"),
            "diffusion constant of the direction (deg²/ms)": ("ring.diffusion", ".4f"),
        }
        ours = {key: numbers.get(f"{key}.real", numbers.get(key)) for key, _ in rows.values()}
        return pd.DataFrame(
            [
                {
                    "quantity": what,
                    "theory": f"{numbers[f'{key}.theory']:{digits}}".replace("-", "−"),
                    "here": f"{ours[key]:{digits}}".replace("-", "−"),
                }
                for what, (key, digits) in rows.items()
            ]
        )

    def sizes(self) -> pd.DataFrame:
        """Return the extremes of the eigenvalue of a shift by the number of populations."""
        return pd.DataFrame(
            [
                {"populations": n, "lowest (1/s)": 1000 * low, "highest (1/s)": 1000 * high}
                for n, (low, high) in self.spectra.items()
            ]
        )


def draw(run: Run, found: Ring) -> None:
    """Draw every figure of the report."""
    theory, ring = found.theory, found.theory.ring
    J = found.strengths["J_1"].to_numpy()
    fine = np.linspace(2.001, J.max(), 300)
    curve = [(each, b) for each in fine if (b := bump_or_none(ring.replace(J_1=each))) is not None]
    strong = np.array([each for each, _ in curve])
    below = np.array([J.min(), 2.0])
    uniform = float(np.asarray(ring.I)) / (1 - float(ring.J_0))
    run.figure(
        "bump",
        plots.profiles(
            {
                "the bump": {"simulated": (ring.angles, found.held), "theory": (ring.angles, theory.rates(found.cue))},
                "its half-width": {
                    "simulated": (J, found.strengths["half_width"].to_numpy()),
                    "theory": (np.append(below, strong), np.append([180, 180], [b.half_width for _, b in curve])),
                },
                "its highest rate": {
                    "simulated": (J, found.strengths["peak"].to_numpy()),
                    "theory": (np.append(below, strong), np.append([uniform] * 2, [b.peak for _, b in curve])),
                },
            },
            x_label=["direction of the population (°)", "strength of the cosine J₁", "strength of the cosine J₁"],
            y_label=["rate (a.u.)", "half-width θ_c (°)", "rate (a.u.)"],
        ),
        title="The bump and its closed form",
        caption="Left: a bump left alone for 500 ms. Middle and right: bumps for other J₁, after 2 s; below J₁ = 2 "
        "every population has the same rate.",
        alt="A bump of activity around 90 degrees on its closed form; half-width and highest rate against J₁.",
    )
    times = found.wandering["time"].values
    msd = ((found.wandering - found.wandering.isel(time=0)) ** 2).mean("trial").values
    few = slice(None, None, max(1, len(times) // 20))
    at, speed = found.speeds
    circle = np.arange(0.0, 360.5, 1.0)
    order = np.argsort(at % 360)
    run.figure(
        "theory",
        plots.profiles(
            {
                "growth of a small cosine": {
                    "simulated": (found.growth["J_1"].to_numpy(), 1000 * found.growth["rate"].to_numpy()),
                    "theory": (found.growth["J_1"].to_numpy(), 1000 * found.growth["theory"].to_numpy()),
                },
                "diffusion in noise": {
                    "simulated": (times[few], msd[few]),
                    "theory": (times, 2 * theory.diffusion_constant * times),
                },
                "drift by unequal inputs": {
                    "simulated": ((at % 360)[order], 1000 * speed[order]),
                    "theory": (circle, 1000 * theory.drift(found.unequal, circle)),
                },
            },
            x_label=["strength of the cosine J₁", "time (ms)", "direction of the bump (°)"],
            y_label=["growth rate (1/s)", "mean square move (deg²)", "speed (°/s)"],
            level=0.0,
        ),
        title="Birth, diffusion and drift",
        caption="Left: a cosine on the uniform state grows at (J₁/2 − 1)/τ. Middle: mean square distance of the "
        f"remembered direction from where the cue left it, over {found.remembered.sizes['trial']} trials (standard "
        f"error {100 * np.sqrt(2 / found.remembered.sizes['trial']):.0f} %). Right: how "
        "fast bumps move when populations get slightly different inputs; they settle where the speed crosses zero "
        "downwards.",
        alt="Growth rate crosses zero at two; mean square move grows linearly; drift speed against direction.",
    )
    length = xr.DataArray(population_vector(found.born.values)[1], dims=("trial", "time"))
    length = length.assign_coords(time=found.born["time"].values)
    run.figure(
        "birth",
        plots.paths(
            {"": {f"trial {i + 1}": path for i, path in enumerate(length)}},
            y_label="population vector",
            level=[theory.amplitude / float(ring.J_1)],
        ),
        title="A bump is born from noise",
        caption="Length of the population vector from the uniform state on. Dotted: that of the bump, B/J₁. Each bump "
        "stands somewhere else.",
        alt="The length of the population vector rises from zero to that of the bump within 100 ms.",
    )
    run.figure(
        "memory",
        plots.paths(
            {
                "": {f"trial {i + 1}": path for i, path in enumerate(found.remembered[:SHOWN])},
            },
            y_label="direction (°)",
            shaded=(0, found.released - 100),
            level=[found.cue],
        ),
        title="The memory of a direction",
        caption="Single trials; the cue is grey, its direction dotted.",
        alt="Directions of the bump wander away from the cued one after the cue ends.",
    )
    run.figure(
        "unequal",
        plots.paths(
            {"": {f"from {round(float(path[0])) % 360}°": path for path in found.moved[::6]}},
            y_label="direction (°)",
        ),
        title="Unequal populations hold few directions",
        caption="Without noise, bumps from several directions drift to a few places, and every other memory is lost.",
        alt="Paths of the bump's direction over 20 seconds run together at a few directions.",
    )  # fmt: skip


def bump_or_none(ring: RingAttractor) -> Bump | None:
    """Return the bump, or None where it grows without bound."""
    try:
        return bump(ring)
    except InputError:
        return None
