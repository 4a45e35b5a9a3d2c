"""Pictures of a state space: paths of averages in two and three dimensions, fixed points, speed, eigenvalues."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..dynamics.core.eigenvalues import ROUNDING
from ..formats import significant
from .canvas import figure_legend, grid, styled
from .style import BLUE, GREEN, GREY, PINK, VERMILION, plain_log

CHOICES = (BLUE, VERMILION, GREEN, PINK)
FAINTEST = 0.35
"""How much of its colour the weakest condition keeps."""
STABLE = {"marker": "o", "mfc": "black", "mec": "white"}
UNSTABLE = {"marker": "X", "mfc": "white", "mec": "black"}
SLOW = {"marker": "d", "mfc": "0.6", "mec": "black"}


@styled
def state_space(
    paths: xr.DataArray,
    *,
    choice: str = "choice",
    strength: str | None = "coherence",
    points: tuple[xr.DataArray, Sequence[str]] | None = None,
    explained: Sequence[float] | np.ndarray | None = None,
    names: Mapping[Any, str] | None = None,
    three: bool = False,
) -> Figure:
    """Draw the paths of condition averages through two or three components, coloured by choice, darker if stronger.

    Parameters
    ----------
    paths : DataArray
        From :func:`isocortex.analysis.project`: dimensions `choice`, `strength`, ``time`` and ``component``.
    choice, strength : str
        Names of the dimensions; `strength` None if there is none.
    points : (DataArray, kinds), optional
        Fixed points projected to (point, component), and the kind of each, as :func:`isocortex.dynamics.kind` says.
    explained : sequence of float, optional
        Shares of variance, for the labels of the axes.
    names : mapping of number to str, optional
        What each choice is called.
    three : bool
        Three dimensions. Default two.
    """
    size, how = ((6.4, 5.4), {"subplot_kw": {"projection": "3d"}}) if three else ((6.2, 4.9), {})
    figure, axes = grid(1, 1, size=size, **how)
    axis: Any = axes[0, 0]
    n = 3 if three else 2
    levels = [None] if strength is None else sorted(paths[strength].values.tolist(), key=abs)
    for value, colour in zip(paths[choice].values, cycle(CHOICES), strict=False):
        mine = paths.sel({choice: value})
        for i, level in enumerate(levels):
            line = mine if level is None else mine.sel({strength: level})
            xyz = line.transpose("time", "component").values[:, :n].T
            share = 1.0 if len(levels) == 1 else FAINTEST + (1 - FAINTEST) * i / (len(levels) - 1)
            label = (
                (names or {}).get(float(value), f"{choice} {significant(value, 6)}") if i == len(levels) - 1 else None
            )
            axis.plot(*xyz, color=_faint(colour, share), lw=1.7, label=label, zorder=2 + i / 100)
            if np.isfinite(xyz).any():
                ends = np.flatnonzero(np.isfinite(xyz).all(axis=0))[[0, -1]]
                axis.plot(*xyz[:, ends[:1]], "o", color="white", mec="black", ms=5, zorder=4)
                axis.plot(*xyz[:, ends[1:]], "o", color=_faint(colour, share), ms=4, zorder=4)
    axis.plot(*[[] for _ in range(n)], "o", color="white", mec="black", ms=5, label="start")
    if points is not None:
        mark_points(axis, points[0].values[:, :n], points[1])
    labels = [str(name) for name in paths["component"].values[:n]]
    if explained is not None:
        labels = [f"{name} ({100 * share:.0f} % of variance)" for name, share in zip(labels, explained, strict=False)]
    axis.set_xlabel(labels[0])
    axis.set_ylabel(labels[1])
    if three:
        axis.set_zlabel(labels[2])
        axis.tick_params(labelsize=7.5, pad=0)
        axis.set_box_aspect(None, zoom=0.9)
        for each in (axis.xaxis, axis.yaxis, axis.zaxis):
            each.pane.set_facecolor("white")
            each.set_major_locator(MaxNLocator(4))
    title = None if strength is None else f"darker: higher {strength}"
    figure_legend(
        figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=3, title=title, title_fontsize=9
    )
    return figure


@styled
def speed_picture(
    field: xr.Dataset,
    *,
    paths: xr.DataArray | None = None,
    points: tuple[xr.DataArray, Sequence[str]] | None = None,
    labels: Sequence[str] = ("PC 1", "PC 2"),
    unit: str = "a.u. per ms",
) -> Figure:
    """Draw the speed in a plane through the state space, with its flow, paths and fixed points.

    Parameters
    ----------
    field : Dataset
        From :func:`isocortex.dynamics.speed_map`.
    paths : DataArray, optional
        Paths projected onto the same plane: ``time`` and ``component``, and any other dimensions.
    points : (DataArray, kinds), optional
        Fixed points projected to (point, component), and the kind of each.
    labels : (str, str)
    unit : str
        Of the speed.
    """
    figure, axes = grid(1, 1, size=(6.4, 4.9))
    axis = axes[0, 0]
    speed = field["speed"].values
    least = max(float(speed[speed > 0].min()), float(speed.max()) * 1e-4)
    x, y = field["first"].values, field["second"].values
    picture = axis.pcolormesh(
        x,
        y,
        np.maximum(speed, least),
        cmap="viridis",
        norm=LogNorm(least, speed.max()),
        shading="auto",
        rasterized=True,
    )
    axis.streamplot(
        x, y, field["u"].values, field["v"].values, color=(1, 1, 1, 0.65), linewidth=0.6, density=0.8, arrowsize=0.8
    )
    if paths is not None:
        lines = paths.transpose(..., "time", "component").values[..., :2].reshape(-1, paths.sizes["time"], 2)
        for i, line in enumerate(lines):
            axis.plot(*line.T, color=VERMILION, lw=1.5, zorder=3, label="trajectories" if i == 0 else None)
            axis.plot(*line[:1].T, "o", color="white", mec="black", ms=5, zorder=4, label="start" if i == 0 else None)
    if points is not None:
        mark_points(axis, points[0].values[:, :2], points[1])
    axis.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=labels[0], ylabel=labels[1])
    bar = figure.colorbar(picture, ax=axis, label=f"speed |dx/dt| ({unit})")
    plain_log(bar.ax.yaxis, least, float(speed.max()))
    handles, names = axis.get_legend_handles_labels()
    if handles:
        figure_legend(figure, handles, names, loc="outside lower center", ncols=3)
    return figure


@styled
def eigenvalue_picture(
    eigenvalues: Mapping[str, np.ndarray], *, time_constants: Sequence[float] = (100.0, 1000.0), unit: str = "per s"
) -> Figure:
    """Draw eigenvalues of fixed points in the complex plane, with the line of stability.

    Parameters
    ----------
    eigenvalues : mapping of str to array, shape (mode,) or (point, mode)
        Title → λ per ms, complex: a panel each, of one fixed point or several.
    time_constants : sequence of float
        ms; a dotted line each, at Re λ = −1/τ. Default 100 and 1000.
    unit : {"per s", "per ms"}
    """
    factor = 1e3 if unit == "per s" else 1.0
    columns = 2 if len(eigenvalues) == 4 else min(len(eigenvalues), 3)
    rows = -(-len(eigenvalues) // columns)
    figure, axes = grid(rows, columns, size=(max(3.1 * columns, 4.6) + 0.4, 3.1 * rows + 0.5), sharex=True, sharey=True)
    for axis in axes.flat[len(eigenvalues) :]:
        axis.remove()
    for axis, (title, values) in zip(axes.flat, eigenvalues.items(), strict=False):
        z = factor * np.ravel(values)
        grows = np.real(z) > ROUNDING * np.abs(z).max(initial=0.0)
        axis.axvline(0, color="black", lw=1)
        axis.axhline(0, color=GREY, lw=0.5)
        for tau in time_constants:
            axis.axvline(-factor / tau, color=GREY, lw=0.9, ls=":")
            place = {"transform": axis.get_xaxis_transform(), "va": "bottom"}
            side = "right" if tau == min(time_constants) else "center"
            axis.text(-factor / tau, 1.01, f"τ {tau:g} ms", fontsize=7.5, color=GREY, ha=side, **place)
        axis.plot(np.real(z[~grows]), np.imag(z[~grows]), "o", color=BLUE, ms=4.5, alpha=0.75, mew=0, label="decays")
        axis.plot(np.real(z[grows]), np.imag(z[grows]), "X", color=VERMILION, ms=7, mec="white", mew=0.5, label="grows")
        axis.set_title(title, pad=16)
        axis.margins(0.08)
    for axis in list(axes.flat[: len(eigenvalues)])[-columns:]:  # the lowest of each column
        axis.set_xlabel(f"Re λ ({unit})")
        axis.tick_params(labelbottom=True)
    for axis in axes[:, 0]:
        axis.set_ylabel(f"Im λ ({unit})")
    figure_legend(figure, *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def mark_points(axis: Any, points: np.ndarray, kinds: Sequence[str]) -> None:
    """Mark fixed points: filled circles are stable, open crosses unstable or saddles, grey diamonds slow."""
    looks = {"stable fixed point": STABLE, "unstable fixed point": UNSTABLE, "slow or marginal point": SLOW}
    names = np.array([_stability(str(kind)) for kind in kinds])
    for name, look in looks.items():
        mine = points[names == name]
        if len(mine):
            axis.plot(*mine.T, ls="", ms=8, mew=1.2, label=name, zorder=6, **look)


def _stability(kind: str) -> str:
    if kind.startswith("stable"):
        return "stable fixed point"
    return "unstable fixed point" if kind.startswith("unstable") or kind == "saddle" else "slow or marginal point"


def _faint(colour: str, share: float) -> tuple[float, float, float]:
    """Return a colour mixed with white."""
    r, g, b = (share * part + 1 - share for part in to_rgb(colour))
    return r, g, b
