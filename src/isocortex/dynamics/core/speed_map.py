"""Speed in a plane through the state space of a high-dimensional system."""

from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from .simulate import rates
from .system import System


def speed_map(system: System, origin: Any, axes: Any, extent: Any, *, n: int = 60, t: float = 0.0) -> xr.Dataset:
    """Measure the speed |dx/dt| on a grid in a plane, such as that of the first two principal components.

    Parameters
    ----------
    system : System
        Of any dimension.
    origin : array, shape (variable,)
        A state in the plane, such as the mean.
    axes : array, shape (2, variable)
        Two orthogonal unit vectors that span the plane.
    extent : ((low, high), (low, high))
        Of the grid along both axes, from the origin, in the unit of x.
    n : int
        Points each way. Default 60.
    t : float
        ms, for a system whose input changes in time. Default 0.

    Returns
    -------
    Dataset
        ``speed`` (second, first), in the unit of x per ms, of the whole dx/dt; ``u`` and ``v``, its components along
        the two axes. The coordinates ``first`` and ``second`` are distances from the origin.

    Raises
    ------
    InputError
        If origin, axes or extent do not fit the system.

    Examples
    --------
    >>> from isocortex.dynamics import Linear
    >>> system = Linear(np.diag([-0.1, -0.2, -0.3]))
    >>> speed_map(system, np.zeros(3), np.eye(3)[:2], [(0, 1), (0, 1)], n=2)["speed"].values.round(3).tolist()
    [[0.0, 0.1], [0.2, 0.224]]
    """
    centre, plane, edges = (np.asarray(each, float) for each in (origin, axes, extent))
    d = system.dimension
    require(centre.shape == (d,), f"origin must have shape ({d},); got {centre.shape}.")
    require(plane.shape == (2, d), f"axes must have shape (2, {d}); got {plane.shape}.")
    require(bool(np.allclose(plane @ plane.T, np.eye(2), atol=1e-4)), "axes must be two orthogonal unit vectors.")
    require(
        edges.shape == (2, 2) and bool((edges[:, 0] < edges[:, 1]).all()),
        f"extent must be (low, high) along both axes; got {edges.tolist()}.",
    )
    first, second = (np.linspace(low, high, n) for low, high in edges)
    states = centre + first[None, :, None] * plane[0] + second[:, None, None] * plane[1]
    rate = rates(system, states.reshape(-1, d), t=t).reshape(n, n, d)
    dims = ("second", "first")
    return xr.Dataset(
        {
            "speed": (dims, np.linalg.norm(rate, axis=-1)),
            "u": (dims, rate @ plane[0]),
            "v": (dims, rate @ plane[1]),
        },
        coords={"first": first, "second": second},
    )
