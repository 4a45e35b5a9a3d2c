"""Test whether a receptive field stays fixed to the retina or to the head when the eye moves."""

import numpy as np
from jaxtyping import Float

from ..errors import require

Eyes = Float[np.ndarray, "eye 2"]
Places = Float[np.ndarray, "place 2"]
Responses = Float[np.ndarray, "seed eye place unit"]
PerUnit = Float[np.ndarray, "seed unit"]
Maps = Float[np.ndarray, "seed eye_y eye_x y x unit"]

LARGEST = 1.5
"""Displacements are searched up to this multiple of the eye movement, both ways."""
LEAST_OVERLAP = 0.4
"""Least share of the field in which two maps are compared."""
FRAMES = ("retinal", "intermediate", "head-centred", "other")


def shift_index(eyes: Eyes, places: Places, lit: Responses) -> PerUnit:
    """Return how far each receptive field moves against the eye, per degree of eye movement.

    Maps of the response over the retina at neighbouring eye positions e and e + Δ are compared: the displacement d
    along Δ at which r(e, p) and r(e + Δ, p + d) correlate best, to a fraction of the lattice by a parabola through
    its neighbours, gives −d/Δ. The index is the mean over all neighbouring pairs: 0 for a field that is fixed on the
    retina, whatever its gain, 1 for one fixed to the head (Duhamel et al. 1997, 10.1038/39865).

    Parameters
    ----------
    eyes, places : array, shape (eye, 2), (place, 2)
        Degrees, in rising order of y, then x, each on a lattice of equal steps.
    lit : array, shape (seed, eye, place, unit)

    Returns
    -------
    array, shape (seed, unit)
        NaN where a unit does not vary over the retina.

    Raises
    ------
    InputError
        If eye positions or places are not on a lattice, or there is a single eye position.

    Examples
    --------
    A neuron whose field stays where it is on the retina, and one whose field stays where it is in the world:

    >>> x = np.arange(-40.0, 41.0, 10.0)
    >>> places = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
    >>> eyes = np.array([[-10.0, 0.0], [0.0, 0.0], [10.0, 0.0]])
    >>> head_centred = np.exp(-((places + eyes[:, None]) ** 2).sum(axis=2) / 800)
    >>> retinal = np.tile(head_centred[1], (3, 1))
    >>> shift_index(eyes, places, np.stack([retinal, head_centred], axis=-1)[None]).tolist()
    [[0.0, 1.0]]
    """
    (eye_y, eye_x), (y, x) = _axes(eyes, "eye positions"), _axes(places, "retinal places")
    maps = lit.reshape(len(lit), len(eye_y), len(eye_x), len(y), len(x), -1)
    found = []
    for axis, moves, field in ((1, eye_y, y), (2, eye_x, x)):
        if len(moves) > 1:
            require(len(field) > 2, "The shift of a receptive field needs at least 3 places along the eye's movement.")
            moved, kept = (np.take(maps, np.arange(len(moves) - 1) + i, axis=axis) for i in (1, 0))
            index = _displacement(kept, moved, axis + 2, (moves[1] - moves[0]) / (field[1] - field[0]))
            found.append(index.reshape(len(lit), -1, maps.shape[-1]))
    require(len(found) > 0, "The shift of a receptive field needs at least two eye positions.")
    return np.concatenate(found, axis=1).mean(axis=1)


def frame_of(shift: PerUnit) -> np.ndarray:
    """Name the frame of each unit by its shift index: "retinal", "intermediate", "head-centred" or "other"."""
    cases = [np.abs(shift) < 1 / 3, (shift >= 1 / 3) & (shift <= 2 / 3), (shift > 2 / 3) & (shift < 4 / 3)]
    return np.select(cases, FRAMES[:3], FRAMES[3])


def _axes(positions: Float[np.ndarray, "position 2"], what: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of y and x of a lattice."""
    x, y = (np.unique(positions[:, i]) for i in (0, 1))
    even = all(len(a) < 3 or np.allclose(np.diff(a), a[1] - a[0]) for a in (x, y))
    require(
        even and len(x) * len(y) == len(positions),
        f"The {what} must lie on a lattice of equal steps; got {len(positions)} with {len(x)} values of x and "
        f"{len(y)} of y.",
    )
    return y, x


def _displacement(kept: Maps, moved: Maps, axis: int, steps: float) -> Float[np.ndarray, "seed eye_y eye_x unit"]:
    """Return −d/Δ for maps before and after the eye moved by `steps` of the retinal lattice along `axis`."""
    n = kept.shape[axis]
    largest = min(int(LARGEST * steps), int((1 - LEAST_OVERLAP) * n))
    ds = np.arange(-largest, largest + 1)
    scores = []
    for d in ds:
        overlap = np.arange(max(0, -d), n - max(0, d))
        scores.append(_correlation(np.take(kept, overlap, axis=axis), np.take(moved, overlap + d, axis=axis)))
    score = np.stack(scores)
    silent = ~np.isfinite(score).all(axis=0)
    near = score.max(axis=0) - score < 1e-9  # of displacements that do equally well, the smallest
    best = np.where(near, -np.abs(ds).reshape(-1, *[1] * (score.ndim - 1)), -n).argmax(axis=0)
    inside = np.clip(best, 1, len(ds) - 2)
    left, middle, right = (np.take_along_axis(score, (inside + i)[None], axis=0)[0] for i in (-1, 0, 1))
    bend = left - 2 * middle + right
    part = np.divide(left - right, 2 * bend, out=np.zeros_like(bend), where=bend < -1e-12)
    d = ds[best] + np.where(inside == best, np.clip(part, -0.5, 0.5), 0.0)
    return np.where(silent, np.nan, -d / steps)


def _correlation(a: Maps, b: Maps) -> Float[np.ndarray, "seed eye_y eye_x unit"]:
    """Return the correlation of two stacks of maps over their places."""
    a, b = (m - m.mean(axis=(3, 4), keepdims=True) for m in (a, b))
    product, power = (a * b).sum(axis=(3, 4)), (a**2).sum(axis=(3, 4)) * (b**2).sum(axis=(3, 4))
    return np.divide(product, np.sqrt(power), out=np.full_like(product, np.nan), where=power > 0)
