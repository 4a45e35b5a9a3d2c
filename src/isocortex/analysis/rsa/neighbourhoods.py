"""Neighbourhoods of units: which units surround each centre, as a sparse matrix centre × unit."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from ...errors import require


def neighbourhoods(coordinates: Any, *, radius: float | int | None = None, nearest: int | None = None) -> csr_array:
    """Return the units around each unit, which is one of them, by their distance in space.

    Any other graph, such as the surface of the cortex or the layers of a network, is a sparse matrix too; see
    :func:`searchlight`.

    Parameters
    ----------
    coordinates : array, shape (unit, axis)
        Positions, such as millimetres.
    radius : float, optional
        All units at most so far away.
    nearest : int, optional
        So many units, the centre included. Give this or `radius`.

    Returns
    -------
    csr_array of bool, shape (centre, unit)

    Raises
    ------
    InputError
        Unless coordinates are a finite matrix, and one of radius and nearest is given.

    Examples
    --------
    >>> neighbourhoods([[0.0], [1.0], [3.0]], radius=1).toarray().astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 1]])
    """
    points = np.asarray(coordinates, float)
    require(
        points.ndim == 2 and len(points) > 0 and bool(np.isfinite(points).all()),
        f"Coordinates must be finite numbers, unit × axis; got the shape {points.shape}.",
    )
    require((radius is None) != (nearest is None), "Give either radius or nearest.")
    tree, n = KDTree(points), len(points)
    if radius is not None:
        require(radius > 0, f"radius must be above 0; got {radius}.")
        found = [np.sort(near) for near in tree.query_ball_point(points, radius * (1 + 1e-12))]
    else:
        assert nearest is not None
        require(2 <= nearest <= n, f"nearest must be from 2 to the number of units, {n}; got {nearest}.")
        found = list(np.sort(tree.query(points, nearest)[1], axis=1))
    ends = np.cumsum([0, *map(len, found)])
    columns = np.concatenate(found).astype(np.int64)
    return csr_array((np.ones(len(columns), bool), columns, ends), shape=(n, n))
