"""The pictures of ``wilson-cowan``."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import WilsonCowan
from .wilson_cowan_memory import HIGH, LENGTH, ONSET

AXES = ["E (share of maximum)", "I (share of maximum)"]


def draw_planes(
    main: WilsonCowan,
    rhythm: WilsonCowan,
    box: Mapping[str, tuple[float, float]],
    starts: Sequence[tuple[float, float]],
    duration: float | int,
) -> Figure:
    """Draw the phase planes of the system of the options and of the rhythm."""
    systems = {"options": main, "rhythm": rhythm}
    return plots.phase_plane(systems, box, starts=starts, duration=duration, basins=True, labels=AXES)


def draw_bifurcations(by_input: xr.Dataset, by_tau: xr.Dataset, cycles: pd.DataFrame) -> Figure:
    """Draw fixed points as the input to E and the time constant of I change, with the limit cycle."""
    moved, slowed = "options: input changes", "rhythm: inhibition slows"
    tau, lowest, highest = cycles[["tau_i", "low", "high"]].to_numpy().T
    return plots.bifurcation(
        {moved: by_input, slowed: by_tau},
        variable="E",
        x_labels=["input I_E (a.u.)", "time constant τ_I (ms)"],
        y_label=AXES[0],
        cycles={slowed: (tau, lowest, highest)},
    )


def draw_memory(memory: pd.DataFrame, sharp: xr.DataArray, seeds: xr.DataArray) -> Figure:
    """Draw the share of trials that remember the pulse by its strength."""
    strengths, shares, low, high = memory[["strength", "share", "low", "high"]].to_numpy().T
    return plots.proportions(
        {"with noise, 95 % interval": (strengths, 100 * shares, 100 * low, 100 * high)},
        theory={
            "without noise": (sharp["height"].values, 100.0 * (sharp.values > HIGH)),
            "noise of the published seeds": (seeds["height"].values, 100.0 * (seeds.values > HIGH)),
        },
        x_label="strength of the pulse (a.u.)",
        y_label="trials that remember (%)",
    )


def draw_examples(examples: xr.DataArray) -> Figure:
    """Draw E of single trials, with the pulse."""
    trials = {f"trial {i + 1}": path for i, path in enumerate(examples)}
    return plots.paths({"": trials}, y_label=AXES[0], shaded=(ONSET, ONSET + LENGTH))
