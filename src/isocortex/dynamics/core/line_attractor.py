"""Line attractors: lines of slow points along which a network stores a number, and inputs that move it.

At a point of a line attractor one eigenvalue of the Jacobian is near zero. Its right eigenvector lies along the line;
its left eigenvector, the selection vector, says how far any small input moves the state along the line once everything
else has relaxed (Mante, Sussillo, Shenoy & Newsome 2013, 10.1038/nature12742).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float
from scipy.linalg import eig

from ...errors import require
from .eigenvalues import time_constants

Direction = Float[np.ndarray, "point variable"]


def line_attractor(found: xr.Dataset) -> xr.Dataset:
    """Order fixed or slow points along the line they form, and linearise along it.

    Parameters
    ----------
    found : Dataset
        From :func:`isocortex.dynamics.fixed_points`: the points that may form a line. Leave others out, such as those
        whose slowest mode is fast: ``found.isel(point=...)``.

    Returns
    -------
    Dataset
        Along ``point``, in order along the first principal component of the points:

        - ``x`` (point, variable), and ``position`` along that component (unit of x, 0 at their mean);
        - ``eigenvalue`` (complex, per ms), the one nearest zero, its ``time_constant``, and the ``next_time_constant``
          (ms, of the mode that is next nearest zero): a line where the first is much the longer one;
        - ``line`` (point, variable), the right eigenvector, a unit vector in the direction of rising position, and
          ``selection`` (point, variable), the left eigenvector, with selection·line = 1;
        - ``alignment``: |cos| between ``line`` and the tangent of a parabola through the points; 1 on a line attractor,
          about 1/√dimension for a random direction, NaN for one point.

        The attributes are ``straightness``, the share of the points' variance along the line (NaN for one point), and
        ``length``, from the first point to the last along the component.

    Raises
    ------
    InputError
        If there are no points.

    Examples
    --------
    >>> from isocortex.dynamics import Custom, fixed_points
    >>> u, v = np.array([0.6, 0.8, 0.0]), np.array([0.6, 0.8, 2.0])
    >>> system = Custom(lambda t, x, W: (W @ x - x) / 100.0, ("a", "b", "c"), {"W": np.outer(u, v)})
    >>> line = line_attractor(fixed_points(system, starts=[[0, 0, 1], [1, 1, 0], [0.5, 1, 0.5]]))
    >>> [(line[name].values[0].round(3) + 0.0).tolist() for name in ("line", "selection")]
    [[0.6, 0.8, 0.0], [0.6, 0.8, 2.0]]
    """
    require(found.sizes["point"] > 0, "There are no points; search with another `slow` or from other starts.")
    x = found["x"].values
    centred = x - x.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    first = axes[0] * (1 if axes[0][np.abs(axes[0]).argmax()] > 0 else -1)
    order = np.argsort(centred @ first, kind="stable")
    position = (centred @ first)[order]
    modes = [_slowest(jacobian, first) for jacobian in found["jacobian"].values[order]]
    values, following, right, left = (np.array(part) for part in zip(*modes, strict=True))
    several = len(x) > 1 and sizes[0] > 0
    degree = min(2, len(np.unique(position)) - 1)
    slopes = np.polynomial.polynomial.polyder(
        np.polynomial.polynomial.polyfit(position, centred[order], degree), axis=0
    )
    tangent = np.polynomial.polynomial.polyval(position, slopes).T if several else np.full_like(x, np.nan)
    tangent = tangent / np.linalg.norm(tangent, axis=1, keepdims=True)
    along, by = ("point",), ("point", "variable")
    return xr.Dataset(
        {
            "x": (by, x[order]),
            "position": (along, position),
            "eigenvalue": (along, values),
            "time_constant": (along, time_constants(values)[0]),
            "next_time_constant": (along, time_constants(following)[0]),
            "line": (by, right),
            "selection": (by, left),
            "alignment": (along, np.abs((tangent * right).sum(axis=1))),
            "speed": (along, found["speed"].values[order]),
        },
        coords={"point": np.arange(len(x)), "variable": found["variable"].values},
        attrs={
            "straightness": float(sizes[0] ** 2 / (sizes**2).sum()) if several else np.nan,
            "length": float(np.ptp(position)),
        },
    )


def selected_input(line: xr.Dataset, inputs: Mapping[str, Any]) -> pd.DataFrame:
    """Return how far inputs move the state along a line attractor, and how strong the inputs are.

    Parameters
    ----------
    line : Dataset
        From :func:`line_attractor`.
    inputs : mapping of str to array, shape (variable,) or (point, variable)
        Name → the change of dx/dt (unit of x per ms) by one unit of the input: ∂f/∂input. Where units have a threshold
        it differs between points.

    Returns
    -------
    DataFrame
        Index input, means over the points: ``along``, selection·input (unit of x along the line, per ms, per unit of
        input); ``strength``, |input|; ``selected``, the cosine between input and selection vector, in −1…1.

    Raises
    ------
    InputError
        If an input does not fit the line.

    Examples
    --------
    >>> from isocortex.dynamics import Custom, fixed_points
    >>> u, v = np.array([0.6, 0.8, 0.0]), np.array([0.6, 0.8, 2.0])
    >>> system = Custom(lambda t, x, W: (W @ x - x) / 100.0, ("a", "b", "c"), {"W": np.outer(u, v)})
    >>> line = line_attractor(fixed_points(system, starts=[[0, 0, 1], [1, 1, 0], [0.5, 1, 0.5]]))
    >>> selected_input(line, {"evidence": [0.0, 0.0, 1.0], "distractor": [0.8, -0.6, 0.0]}).round(2) + 0.0
                along  strength  selected
    input
    evidence      2.0       1.0      0.89
    distractor    0.0       1.0      0.00
    """
    selection = line["selection"].values
    rows = {}
    for name, values in inputs.items():
        direction = np.asarray(values, float)
        require(
            direction.shape in (selection.shape, selection.shape[1:]),
            f"The input {name!r} must have shape {selection.shape[1:]} or {selection.shape}; got {direction.shape}.",
        )
        along = (selection * direction).sum(axis=1)
        strength = np.broadcast_to(np.linalg.norm(direction, axis=-1), along.shape)
        sizes = strength * np.linalg.norm(selection, axis=1)
        cosine = np.divide(along, sizes, out=np.zeros_like(along), where=sizes > 0)
        rows[name] = {"along": along.mean(), "strength": strength.mean(), "selected": cosine.mean()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("input")


def _slowest(
    jacobian: Float[np.ndarray, "variable variable"], first: Float[np.ndarray, " variable"]
) -> tuple[complex, complex, Float[np.ndarray, " variable"], Float[np.ndarray, " variable"]]:
    """Return the eigenvalue nearest zero, the next, and the right and left eigenvectors of the former."""
    values, left, right = (np.asarray(part, complex) for part in eig(jacobian, left=True, right=True))
    near, *others = np.argsort(np.abs(values), kind="stable")
    along, across = np.real(right[:, near]), np.real(left[:, near].conj())
    along = along / np.linalg.norm(along) * (1 if along @ first >= 0 else -1)
    return complex(values[near]), complex(values[others[0]]) if others else -np.inf, along, across / (across @ along)
