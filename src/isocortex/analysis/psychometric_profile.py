"""Intervals of psychometric curves from their profile likelihood, those of many data sets at once."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Array, Float
from scipy.stats import norm

from .psychometric_likelihood import climb_all

CLOSE = 0.01
"""How near an end is found, as a share of the half-width of the interval."""
MOST_STEPS = 25
FIRST_STEP = 0.02
"""Of the range of a parameter."""


def profile_ends(
    theta: Float[np.ndarray, "seed 4"],
    heights: Float[np.ndarray, " seed"],
    k: Float[np.ndarray, "seed strength"],
    n: Float[np.ndarray, "seed strength"],
    box: Float[np.ndarray, "2 4"],
    *model: Array,
    which: Sequence[int],
    curve: str,
    signed: bool,
) -> Float[np.ndarray, "seed parameter 2"]:
    """Return both ends of the 95 % intervals of some parameters; an end that the data do not bound is that of the box.

    An end is where the log likelihood, maximised over all other parameters, has fallen by 1.92 (Venzon & Moolgavkar
    1988, 10.2307/2347496). All ends are approached at once: steps outwards until the fall is too large, then between
    the last two points; the root of the fall is nearly linear in a parameter. Every climb begins at the estimates, at
    the last point inside, and without lapses.
    """
    seed, at, side = (each.ravel() for each in np.meshgrid(np.arange(len(theta)), which, (0, 1), indexing="ij"))
    rows, sign = np.arange(len(seed)), 2 * side - 1
    begin, last = theta[seed, at], theta[seed]
    most = np.abs(box[side, at] - begin)
    away = np.minimum(FIRST_STEP * (box[1] - box[0])[at], most)
    inner, outer = np.zeros((len(rows), 2)), np.full((len(rows), 2), np.inf)
    going = most > 0
    away[~going] = 0
    for _ in range(MOST_STEPS):
        i = np.flatnonzero(going)
        if not len(i):
            break
        starts = np.stack([theta[seed[i]], last[i], last[i]], axis=1)
        starts[:, 2, 3] = box[0, 3]
        held = np.repeat(box[None], len(i), axis=0)
        fixed = begin[i] + sign[i] * away[i]
        starts[np.arange(len(i)), :, at[i]] = fixed[:, None]
        held[np.arange(len(i)), :, at[i]] = fixed[:, None]
        row = seed[i][:, None]
        ends, found = climb_all(starts, k[row], n[row], held[:, None], *model, curve=curve, signed=signed)
        best = found.argmax(axis=1)
        fall = np.sqrt(2 * np.maximum(heights[seed[i]] - found.max(axis=1), 0)) / norm.isf(0.025)
        inside = fall < 1
        last[i[inside]] = ends[np.arange(len(i)), best][inside]
        point = np.stack([away[i], fall], axis=1)
        inner[i[inside]], outer[i[~inside]] = point[inside], point[~inside]
        between = np.isfinite(outer[i, 0])
        going[i] = (np.abs(fall - 1) >= CLOSE) & (between | (away[i] < most[i]))
        with np.errstate(invalid="ignore"):
            share = np.clip((1 - inner[i, 1]) / (outer[i, 1] - inner[i, 1]), 0.2, 0.8)
            inwards = inner[i, 0] + (outer[i, 0] - inner[i, 0]) * share
        outwards = np.minimum(most[i], away[i] * np.clip(1.05 / np.maximum(fall, 0.1), 1.05, 4.0))
        away[i] = np.where(going[i], np.where(between, inwards, outwards), away[i])
    away = np.where(going, outer[:, 0], away)  # a jump of the likelihood: the point behind it
    return (begin + sign * away).reshape(len(theta), len(which), 2)
