"""Read-outs of numbers and angles in closed form, for many populations at once: ridge, population vector, Bayes.

They take and give what the classifiers do (:mod:`.classifiers`). An angle is coded as its cosine and sine.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ...cores import on_cores
from .classifiers import Coded, Readout, Responses, Scores

GRID = 180
"""Angles at which a Bayesian decoder takes the likelihood, in equal steps around the circle."""
LEAST_RATE = 1e-3
"""Rate of a tuning curve at least, as a share of the unit's mean: a Poisson rate of 0 excludes an angle for good."""


def constant(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the same answer whatever the response: the most frequent class, or the mean of the numbers."""
    mean = y.mean(axis=-2, keepdims=True)
    return lambda new: np.broadcast_to(
        mean, (*np.broadcast_shapes(mean.shape[:-2], new.shape[:-2]), new.shape[-2], mean.shape[-1])
    )[None]


def ridge(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give a weighted sum of the responses, by least squares with a penalty on the squared weights.

    With fewer trials than units the trials' products are used (the dual form); both give the same weights.
    """
    centre, level = x.mean(axis=-2, keepdims=True), y.mean(axis=-2, keepdims=True)
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    rows = np.broadcast_to(x - centre, batch + x.shape[-2:]).reshape(-1, *x.shape[-2:])
    targets = np.broadcast_to(y - level, batch + y.shape[-2:]).reshape(-1, *y.shape[-2:])
    solved = on_cores(lambda i: _ridge_weights(rows[i], targets[i], penalties), range(len(rows)))
    weights = np.stack(solved, axis=1).reshape(-1, *batch, x.shape[-1], y.shape[-1])
    return lambda new: (new - centre) @ weights + level


def _ridge_weights(x: np.ndarray, y: np.ndarray, penalties: Sequence[float]) -> np.ndarray:
    """Return the weights under every penalty, shape (penalty, unit, output)."""
    n, p = x.shape
    products, right = (x @ x.T, y) if n < p else (x.T @ x, x.T @ y)
    level = np.eye(len(products))
    solved = [np.linalg.solve(products + penalty * level, right) for penalty in penalties]
    return np.array([x.T @ each for each in solved] if n < p else solved)


def population_vector(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the sum of the units' preferred directions, each weighed by its response (Georgopoulos et al. 1986)."""
    preferred = np.swapaxes(x, -1, -2) @ (y - y.mean(axis=-2, keepdims=True))
    lengths = np.linalg.norm(preferred, axis=-1, keepdims=True)
    preferred = np.divide(preferred, lengths, out=np.zeros_like(preferred), where=lengths > 0)
    return lambda new: (new @ preferred)[None]


def gaussian_tuning(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the posterior mean direction: tuning curves, and independent normal noise with each unit's variance.

    A penalty is the number of harmonics of the tuning curves. Units that never vary say nothing.
    """
    fits = _tuning(x, y, penalties)
    precise = [np.divide(1, variance, out=np.zeros_like(variance), where=variance > 0) for _, variance in fits]

    def scores(new: Responses) -> Scores:
        likelihoods = (
            new @ np.swapaxes(curves * weight, -1, -2) - 0.5 * (curves**2 * weight).sum(axis=-1)[..., None, :]
            for (curves, _), weight in zip(fits, precise, strict=True)
        )
        return np.stack([_direction(each) for each in likelihoods])

    return scores


def poisson_tuning(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the posterior mean direction: tuning curves, and independent Poisson noise; responses below 0 count as 0.

    A penalty is the number of harmonics of the tuning curves.
    """
    counts = np.maximum(x, 0)
    floor = LEAST_RATE * counts.mean(axis=-2, keepdims=True) + np.finfo(float).tiny
    fits = [np.maximum(curves, floor) for curves, _ in _tuning(counts, y, penalties)]

    def scores(new: Responses) -> Scores:
        seen = np.maximum(new, 0)
        likelihoods = (
            seen @ np.swapaxes(np.log(curves), -1, -2) - curves.sum(axis=-1)[..., None, :] for curves in fits
        )
        return np.stack([_direction(each) for each in likelihoods])

    return scores


def _tuning(x: Responses, y: Coded, harmonics: Sequence[float]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return tuning curves as Fourier series of several orders, and the variance around them.

    The basis is made orthogonal harmonic by harmonic, so that a shorter series has the first coefficients of a longer.

    Returns
    -------
    list of (curves, variance)
        Of the shapes (..., angle, unit) and (..., 1, unit).
    """
    basis = _basis(np.arctan2(y[..., 1], y[..., 0]), int(max(harmonics)))
    directions, triangle = np.linalg.qr(basis)
    weights = np.swapaxes(directions, -1, -2) @ x
    squares, found = (x**2).sum(axis=-2, keepdims=True), []
    for order in harmonics:
        n = min(2 * int(order) + 1, weights.shape[-2])
        taken = weights[..., :n, :]
        curves = _basis(_grid(), int(order))[:, :n] @ np.linalg.pinv(triangle[..., :n, :n]) @ taken
        left = np.maximum(squares - (taken**2).sum(axis=-2, keepdims=True), 0)
        found.append((curves, left / max(1, x.shape[-2] - n)))
    return found


def _basis(phase: np.ndarray, harmonics: int) -> np.ndarray:
    """Return 1, cos φ, sin φ, cos 2φ, sin 2φ, … along the last axis."""
    turns = phase[..., None] * np.arange(1, harmonics + 1)
    pairs = np.stack([np.cos(turns), np.sin(turns)], axis=-1).reshape(*phase.shape, -1)
    return np.concatenate([np.ones((*phase.shape, 1)), pairs], axis=-1)


def _grid() -> Float[np.ndarray, " angle"]:
    return 2 * np.pi * np.arange(GRID) / GRID


def _direction(log_likelihood: np.ndarray) -> np.ndarray:
    """Return the mean direction of the posterior under a flat prior, shape (..., trial, 2)."""
    posterior = np.exp(log_likelihood - log_likelihood.max(axis=-1, keepdims=True))
    posterior /= posterior.sum(axis=-1, keepdims=True)
    return posterior @ np.stack([np.cos(_grid()), np.sin(_grid())], axis=-1)
