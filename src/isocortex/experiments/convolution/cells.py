"""Measurements on a layer's cells: orientation tuning, phase, position; simple, complex and max-pooled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import modulation, pooled_modulation, rectified_modulation, tuning_curves
from ...models import ConvolutionalLayer, OrientationEnergy, record
from ...responses import responses
from ...shapes import Images, PRNGKey
from ...stimuli import bars

TUNING_ANGLES = np.arange(-90.0, 90.0, 5.0)
ORIENTATIONS = np.arange(8) * 22.5
"""Degrees from vertical, in the order of the energy model's channels."""
PHASES = np.arange(48) * 7.5
RANDOM_PAIRS = 8
BAR_WIDTH = 2.0
"""Pixels."""
THRESHOLDS = np.linspace(-0.9, 2.0, 30)
"""Offsets before rectification, in units of the amplitude."""
ROUNDING = 9
"""Decimals kept of a modulation: the images have no more."""
CYCLES_AROUND = 1.3
"""How far around the centre cells are pooled and bars are moved, in cycles of the grating."""

CELLS = {
    "simple": "simple: half-rectified Gabor",
    "complex": "complex: quadrature energy",
    "complex_pooled": "complex, position-averaged",
    "rectified": "layer: rectified channel",
    "pooled": "layer: max-pooled channel",
    "one_phase": "control: one Gabor, both signs",
    "random_pair": "control: two random filters",
    "pixel": "control: a pixel's brightness",
}
"""Key in the summary → name of the cell."""
THEORY = {
    "simple": (float(rectified_modulation(0.0)), 2 / 3),
    "complex": (0.0, 0.0),
    "complex_pooled": (0.0, 0.0),
    "rectified": (float(rectified_modulation(0.0)), 2 / 3),
    "one_phase": (0.0, 2 / 3),
    "random_pair": (0.0, np.nan),
    "pixel": (float(rectified_modulation(1.0)), 0.0),
}
"""Closed forms of F1/F0 and F2/F0 for a sinusoidal grating."""
BAR_CELLS = ("simple", "complex", "rectified", "pooled")


def tuning_to_gratings(layer: ConvolutionalLayer, draw: Callable[..., Images]) -> dict[str, xr.DataArray]:
    """Measure each channel's mean rectified activation and its root mean square, over the positions of its map."""
    conv = record(layer, draw(TUNING_ANGLES), population=False)["conv"].values.astype(np.float64)
    maps = conv.reshape(len(TUNING_ANGLES), len(layer.kernels), -1)
    means = {"mean rectified activation": np.maximum(maps, 0).mean(axis=2), "energy": np.sqrt((maps**2).mean(axis=2))}
    return {name: responses(x, stimuli=TUNING_ANGLES, name=name) for name, x in means.items()}


def channel_tuning(curves: Mapping[str, xr.DataArray], names: Sequence[str], *, bank: bool) -> pd.DataFrame:
    """Tabulate what each channel prefers, beside what the published convention of rows and columns says."""
    rectified, energy = curves.values()
    tuning = tuning_curves(energy)
    gabors = np.linspace(0, 180, len(names) - 2, endpoint=False)
    expected = np.concatenate([[np.nan, np.nan], (180 - gabors) % 180 - 90]) if bank else np.nan
    return pd.DataFrame(
        {
            "channel": list(names),
            "expected": expected,
            "preferred": tuning.preferred,
            "selectivity": tuning.selectivity,
            "at_0": rectified.sel(stimulus=0).values,
            "at_90": rectified.sel(stimulus=-90).values,
        }
    )


@dataclass(frozen=True, eq=False)
class PhaseResponses:
    """Responses over one cycle of a sinusoidal grating's phase.

    Attributes
    ----------
    cells : dict of str to DataArray
        Key of :data:`CELLS` → phase × unit.
    drive : array, shape (phase, channel, height, width)
        Linear responses of the layer's channels around the centre, each at its own best orientation.
    orientations : array, shape (channel,)
        The best orientation of each channel, in degrees.
    """

    cells: dict[str, xr.DataArray]
    drive: np.ndarray
    orientations: np.ndarray


def phase_responses(
    kernels: np.ndarray, draw: Callable[..., Images], *, period: float, pool: int, key: PRNGKey
) -> PhaseResponses:
    """Show drifting gratings to simple, complex and pooled cells and to their controls.

    Cells of the energy model see the grating of their own orientation and wavelength. The channels of the layer
    (without biases) see every orientation, and are measured at the one that drives them most.
    """
    found: dict[str, list[np.ndarray]] = {name: [] for name in CELLS}
    drives, controls = [], jax.random.normal(key, (2 * RANDOM_PAIRS, *kernels.shape[1:]))
    for k, angle in enumerate(ORIENTATIONS):
        images = draw(np.full(len(PHASES), angle), PHASES, sinusoidal=True)
        simple, energy, pooled = energy_cells(images, period, channel=k)
        found["simple"].append(simple)
        found["complex"].append(energy)
        found["complex_pooled"].append(pooled)
        found["one_phase"].append(simple[:, :2] + simple[:, 2:])
        found["pixel"].append(0.5 + images[:, images.shape[1] // 2, images.shape[2] // 2, None])
        drives.append(linear_drive(images, kernels, period, pool))
        pair = linear_drive(images, np.asarray(controls), period, pool)
        found["random_pair"].append(np.hypot(*np.split(max_pooled(pair, 1) - max_pooled(-pair, 1), 2, axis=1)))
    drive = np.stack(drives)
    middle = max_pooled(drive, 1) - max_pooled(-drive, 1)
    amplitude = np.abs(np.einsum("p,opc->oc", np.exp(-1j * np.deg2rad(PHASES)), middle))
    best = amplitude.argmax(axis=0)
    drive = drive[best, :, np.arange(len(kernels))].swapaxes(0, 1)
    found["rectified"], found["pooled"] = [max_pooled(drive, 1)], [max_pooled(drive, pool)]
    cells = {name: responses(np.concatenate(x, axis=1), stimuli=PHASES, name=name) for name, x in found.items()}
    return PhaseResponses(cells, drive, ORIENTATIONS[best])


def energy_cells(images: Images, period: float, *, channel: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return one orientation's four simple cells, complex cell and pooled one at the centre, stimulus × cell each.

    The phases of the simple cells are 0°, 90°, 180° and 270°.
    """
    rows, columns = images.shape[1:]
    model = OrientationEnergy((rows, columns), wavelengths=(period,), n_orientations=len(ORIENTATIONS))
    activity = {name: x.values for name, x in record(model, images, population=False).items()}
    n, middle = len(images), (..., rows // 2, columns // 2)
    simple = activity["simple"].reshape(n, len(ORIENTATIONS), 4, rows, columns)[:, channel][middle]
    energy = activity["complex"].reshape(n, len(ORIENTATIONS), 1, rows, columns)[:, channel][middle]
    pooled = activity["pooled"].reshape(n, len(ORIENTATIONS), 1, model.grid, model.grid)[:, channel]
    return simple, energy, pooled[..., model.grid // 2, model.grid // 2]


def linear_drive(images: Images, kernels: np.ndarray, period: float, pool: int) -> np.ndarray:
    """Return the convolution around the centre, far enough for `pool` and for a whole cycle; stimulus first."""
    size = kernels.shape[-1]
    widest = min(images.shape[1:]) - size + 1
    width = min(widest, max(pool, int(np.ceil(CYCLES_AROUND * period))))
    rows, columns = (centred(n, width + size - 1) for n in images.shape[1:])
    layer = ConvolutionalLayer(filters=kernels, padding="valid")
    conv = record(layer, images[:, rows, columns], population=False)["conv"].values
    return conv.reshape(len(images), len(kernels), width, width).astype(np.float64)


def centred(n: int, width: int) -> slice:
    """Return `width` of `n` positions around the middle one, ``n // 2``."""
    start = n // 2 - width // 2
    return slice(start, start + width)


def max_pooled(drive: np.ndarray, width: int) -> np.ndarray:
    """Return the largest half-rectified value among width × width positions around the centre."""
    rows, columns = (centred(n, width) for n in drive.shape[-2:])
    return np.maximum(drive[..., rows, columns], 0).max(axis=(-2, -1))


def pooled_range(width: np.ndarray | int, orientation: np.ndarray, period: float) -> np.ndarray:
    """Return the range of phases under a square of width × width positions, in cycles."""
    angle = np.deg2rad(orientation)
    return (width - 1) * (np.abs(np.cos(angle)) + np.abs(np.sin(angle))) / period


def unit_modulations(phases: PhaseResponses) -> dict[str, pd.DataFrame]:
    """Return F1/F0 and F2/F0 of every unit, by kind of cell."""
    return {name: modulation(x).round(ROUNDING) for name, x in phases.cells.items()}


def modulation_table(
    phases: PhaseResponses, units: Mapping[str, pd.DataFrame], period: float, pool: int
) -> pd.DataFrame:
    """Tabulate the median F1/F0 and F2/F0 of every kind of cell beside the closed forms."""
    pooled = pooled_modulation(2 * np.pi * pooled_range(pool, phases.orientations, period))
    theory = THEORY | {"pooled": (float(np.median(pooled)), np.nan)}
    return pd.DataFrame(
        [
            {
                "key": name,
                "cell": CELLS[name],
                "units": len(found),
                "f1_f0": found["f1_f0"].median(),
                "f1_f0_lowest": found["f1_f0"].min(),
                "f1_f0_highest": found["f1_f0"].max(),
                "theory_f1_f0": theory[name][0],
                "f2_f0": found["f2_f0"].median(),
                "theory_f2_f0": theory[name][1],
            }
            for name, found in units.items()
        ]
    )


def pool_curves(phases: PhaseResponses, period: float) -> pd.DataFrame:
    """Measure every channel's F1/F0 for growing pools: ``channel``, ``width``, ``cycles``, ``f1_f0``, ``theory``."""
    rows = []
    for width in range(1, phases.drive.shape[-1] + 1):
        cycles = pooled_range(width, phases.orientations, period)
        found = modulation(responses(max_pooled(phases.drive, width), stimuli=PHASES))["f1_f0"]
        theory = pooled_modulation(2 * np.pi * cycles)
        rows.append(
            pd.DataFrame({"channel": found.index, "width": width, "cycles": cycles, "f1_f0": found, "theory": theory})
        )
    return pd.concat(rows, ignore_index=True)


def threshold_curve(phases: PhaseResponses) -> pd.DataFrame:
    """Measure F1/F0 of the last channel under growing offsets: ``offset``, ``f1_f0``, ``theory``."""
    drive = max_pooled(phases.drive[:, -1], 1) - max_pooled(-phases.drive[:, -1], 1)
    waves = drive[:, None] / np.abs(drive).max() + THRESHOLDS
    found = modulation(responses(np.maximum(waves, 0), stimuli=PHASES))["f1_f0"]
    return pd.DataFrame({"offset": THRESHOLDS, "f1_f0": found, "theory": rectified_modulation(THRESHOLDS)})


def bar_responses(
    kernels: np.ndarray, *, resolution: float, canvas: tuple[int, int], period: float, pool: int, oriented: slice
) -> dict[str, xr.DataArray]:
    """Move a vertical bar across cells that prefer vertical; position × unit for each of :data:`BAR_CELLS`.

    Of the layer, that one of the `oriented` channels is taken whose response varies most.
    """
    reach = min(int(np.ceil(CYCLES_AROUND * period)), canvas[1] // 2 - 1)
    positions = np.arange(-reach, reach + 1)
    images = bars(positions, width=BAR_WIDTH, resolution=resolution, zero_centred=True)
    simple, energy, _ = energy_cells(images, period, channel=0)
    drive = linear_drive(images, kernels[oriented], period, pool)
    channel = int(np.ptp(max_pooled(drive, 1) - max_pooled(-drive, 1), axis=0).argmax())
    chosen = drive[:, channel, None]
    found = (simple, energy, max_pooled(chosen, 1), max_pooled(chosen, pool))
    return {name: responses(x, stimuli=positions, name=name) for name, x in zip(BAR_CELLS, found, strict=True)}


def position_table(bar: Mapping[str, xr.DataArray], period: float) -> pd.DataFrame:
    """Tabulate over how many positions of the bar each cell gives at least half of its largest response."""
    rows = []
    for name, x in bar.items():
        width = float(np.median((x.values >= x.values.max(axis=0) / 2).sum(axis=0)))
        rows.append({"key": name, "cell": CELLS[name], "width": width, "cycles": width / period})
    return pd.DataFrame(rows)
