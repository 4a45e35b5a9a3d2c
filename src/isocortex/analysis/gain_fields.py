"""Gain fields: how the eye position changes the response of a unit to positions on the retina."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import require
from ..formats import percent
from ..responses import check
from .receptive_shift import frame_of, shift_index

Positions = Float[np.ndarray, "stimulus 2"]
Eyes = Float[np.ndarray, "eye 2"]
Places = Float[np.ndarray, "place 2"]
Responses = Float[np.ndarray, "seed eye place unit"]
Dark = Float[np.ndarray, "seed eye unit"]
AtEyes = Float[np.ndarray, "seed eye unit"]
PerUnit = Float[np.ndarray, "seed unit"]

VARIES = 0.1
"""A part of the response varies with the eye where its range exceeds this share of the largest response."""
CLASSES = ("visual alone", "background alone", "parallel", "opposed", "constant")
METHODS = (
    "A unit's gain depth is (max − min)/max of its responses at all eye positions to its best retinal place, which is "
    "the one with the largest mean response. The shares of variance come from a two-way analysis of variance: the "
    "interaction is what the sum of an effect of place and an effect of eye position leaves unexplained. A plane in "
    "eye position is fitted to the responses to the best place. The class of a unit says whether its evoked response, "
    f"its background or both vary by more than {percent(VARIES, 0)} of the largest response, and whether the planes of "
    "both rise to the same side. The shift of a receptive field is the displacement at which the maps at neighbouring "
    "eye positions correlate best, per degree of eye movement."
)


class Crossed(NamedTuple):
    """Responses to every retinal place at every eye position, and in the dark.

    Attributes
    ----------
    eyes, places : arrays, shape (eye, 2) and (place, 2)
        Degrees, in rising order of y, then x.
    lit : array, shape (seed, eye, place, unit)
    dark : array, shape (seed, eye, unit), or None
    """

    eyes: Eyes
    places: Places
    lit: Responses
    dark: Dark | None


def crossed(responses: xr.DataArray, retinal: Positions, eye: Positions) -> Crossed:
    """Arrange responses by eye position and retinal place.

    Parameters
    ----------
    responses : DataArray
        (seed ×) stimulus × unit.
    retinal, eye : array, shape (stimulus, 2)
        Degrees. Every retinal place is shown at every eye position once. NaN for a retinal position means that
        nothing was shown: the background at that eye position.

    Raises
    ------
    InputError
        If the positions are not as many as the stimuli, or not crossed.

    Examples
    --------
    >>> from isocortex import responses
    >>> p, e = (x.ravel() for x in np.meshgrid([-10.0, 0.0, 10.0], [-20.0, 0.0, 20.0]))
    >>> positions, eyes = np.stack([p, 0 * p], 1), np.stack([e, 0 * e], 1)
    >>> type(crossed(responses(np.random.default_rng(0).random((9, 2))), retinal=positions, eye=eyes)).__name__
    'Crossed'
    """
    check(responses)
    extra = set(responses.dims) - {"seed", "stimulus", "unit"}
    require(not extra, f"Average or select {', '.join(sorted(map(str, extra)))} first.")
    n = responses.sizes["stimulus"]
    for name, positions in {"retinal": retinal, "eye": eye}.items():
        require(positions.shape == (n, 2), f"{name} must be {n} positions (x, y); got shape {positions.shape}.")
    with_seed = responses if "seed" in responses.dims else responses.expand_dims("seed")
    values = with_seed.transpose("seed", "stimulus", "unit").values.astype(np.float64)
    shown = ~np.isnan(retinal).any(axis=1)
    eyes, which_eye = np.unique(eye[:, ::-1], axis=0, return_inverse=True)
    places, which_place = np.unique(retinal[shown][:, ::-1], axis=0, return_inverse=True)
    n_lit, n_dark = int(shown.sum()), n - int(shown.sum())
    order = np.lexsort((which_place, which_eye[shown]))
    pairs = which_eye[shown][order] * len(places) + which_place[order]
    require(
        len(places) > 0 and np.array_equal(pairs, np.arange(len(eyes) * len(places))),
        f"{len(eyes)} eye positions and {len(places)} retinal places make {len(eyes) * len(places)} combinations, each "
        f"to be shown once; got {n_lit} stimuli.",
    )
    lit = values[:, shown][:, order].reshape(len(values), len(eyes), len(places), -1)
    dark_eyes = which_eye[~shown]
    require(
        n_dark == 0 or np.array_equal(np.sort(dark_eyes), np.arange(len(eyes))),
        f"The background must be measured once at each of the {len(eyes)} eye positions, or not at all; "
        f"got {n_dark} stimuli without a retinal position.",
    )
    dark = values[:, ~shown][:, np.argsort(dark_eyes)] if n_dark else None
    return Crossed(eyes[:, ::-1], places[:, ::-1], lit, dark)


def gain_fields(responses: xr.DataArray, *, retinal: Positions, eye: Positions) -> pd.DataFrame:
    """Measure the gain field of every unit.

    With r(e, p) the response at eye position e to retinal place p, and p* the place with the largest mean response:

    - ``depth``, (max − min)/max of r(e, p*) over eye positions: 0 if the eye does not matter;
    - ``retinal_share``, ``eye_share``, ``interaction``, shares of the variance of r over all e and p that two-way
      analysis of variance gives to place, eye position, and what is not their sum. A product f(p)·g(e) has an
      interaction, a sum none;
    - ``planar_r2``, share of the variance of r(e, p*) that a plane in e explains. It says little alone: a unit that
      is nearly linear is planar too;
    - ``shift``, how far the receptive field moves against the eye, per degree of eye movement: 0 for a field fixed
      on the retina, 1 for one fixed to the head; ``frame`` names it (see :func:`isocortex.analysis.shift_index`);
    - ``class``, where the background was measured: which parts of r(e, p*) vary with the eye by more than a tenth of
      the largest response. "visual alone" is the evoked response, total − background; "parallel" is both, with planes
      that rise to the same side; "opposed" both, to opposite sides (Zipser & Andersen 1988, 10.1038/331679a0).

    Parameters
    ----------
    responses : DataArray
        (seed ×) stimulus × unit, at least 0.
    retinal, eye : array, shape (stimulus, 2)
        Degrees, (x, y). Every retinal place at every eye position once; NaN where nothing was shown. The shift needs
        places and eye positions on lattices.

    Returns
    -------
    DataFrame
        A row per seed and unit. NaN where a unit does not respond, or does not vary. ``attrs["methods"]`` says in
        words what was measured.

    Raises
    ------
    InputError
        If places and eye positions are not crossed.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> axis = np.arange(-40.0, 41, 10)
    >>> e, p = (x.ravel() for x in np.meshgrid([-20.0, 0.0, 20.0], axis, indexing="ij"))
    >>> unit = np.exp(-((p - 10) ** 2) / 800) * (1 + e / 40)
    >>> table = gain_fields(responses(unit[:, None]), retinal=np.c_[p, 0 * p], eye=np.c_[e, 0 * e])
    >>> f"{table['depth'][0]:.3f} {table['planar_r2'][0]:.3f} {abs(table['shift'][0]):.3f} {table['frame'][0]}"
    '0.667 1.000 0.000 retinal'
    """
    shown = crossed(responses, np.asarray(retinal, np.float64), np.asarray(eye, np.float64))
    lit = shown.lit
    best = lit.mean(axis=1).argmax(axis=1)
    total = np.take_along_axis(lit, best[:, None, None, :], axis=2)[:, :, 0]
    highest = total.max(axis=1)
    shift = shift_index(shown.eyes, shown.places, lit)
    table = {
        "depth": _ratio(np.ptp(total, axis=1), highest),
        **_shares(lit),
        "planar_r2": plane(shown.eyes, total)[1],
        "shift": shift,
        "frame": frame_of(shift),
    }
    if shown.dark is not None:
        table["class"] = _classes(shown.eyes, total - shown.dark, shown.dark, highest)
    n_seeds, n_units = lit.shape[0], lit.shape[3]
    seeds = responses["seed"].values if "seed" in responses.coords and responses["seed"].ndim else np.arange(n_seeds)
    labels = {"seed": np.repeat(seeds, n_units), "unit": np.tile(np.arange(n_units), n_seeds)}
    found = pd.DataFrame(labels | {name: column.ravel() for name, column in table.items()})
    found.attrs["methods"] = METHODS
    return found


def plane(eyes: Eyes, values: AtEyes) -> tuple[Float[np.ndarray, "seed unit 2"], PerUnit]:
    """Fit a plane in the eye position; return its gradient per degree, and the share of variance it explains."""
    design = np.column_stack([np.ones(len(eyes)), eyes])
    n_seeds, n_eyes, n_units = values.shape
    flat = values.transpose(1, 0, 2).reshape(n_eyes, -1)
    coefficients = np.linalg.lstsq(design, flat, rcond=None)[0]
    residual = ((flat - design @ coefficients) ** 2).sum(axis=0)
    whole = ((flat - flat.mean(axis=0)) ** 2).sum(axis=0)
    gradient = coefficients[1:].T.reshape(n_seeds, n_units, 2)
    return gradient, 1 - _ratio(residual, whole).reshape(n_seeds, n_units)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a/b, NaN where b is not above 0."""
    return np.divide(a, b, out=np.full_like(b, np.nan), where=b > 0)


def _shares(lit: Responses) -> dict[str, PerUnit]:
    """Return what place, eye position and their interaction explain of each unit's variance."""
    grand = lit.mean(axis=(1, 2), keepdims=True)
    by_place, by_eye = lit.mean(axis=1, keepdims=True) - grand, lit.mean(axis=2, keepdims=True) - grand
    rest = lit - grand - by_place - by_eye
    whole = ((lit - grand) ** 2).mean(axis=(1, 2))
    parts = {"retinal_share": by_place, "eye_share": by_eye, "interaction": rest}
    return {name: _ratio((part**2).mean(axis=(1, 2)), whole) for name, part in parts.items()}


def _classes(eyes: Eyes, visual: AtEyes, background: AtEyes, highest: PerUnit) -> np.ndarray:
    """Return the class of every unit, shape (seed, unit)."""
    seen, ground = (np.ptp(part, axis=1) > VARIES * highest for part in (visual, background))
    along = (plane(eyes, visual)[0] * plane(eyes, background)[0]).sum(axis=-1) > 0
    cases = [seen & ~ground, ground & ~seen, seen & ground & along, seen & ground & ~along]
    return np.select(cases, CLASSES[:4], CLASSES[4])
