"""Classifiers in closed form, for many populations at once: maximum correlation, linear discriminants, naive Bayes.

Each takes responses x of shape (..., trial, unit) and classes y of shape (..., trial, class), one column per class with
1 for its trials, and gives a function of new responses that returns scores, shape (penalty, ..., trial, class). The
dimensions in front are broadcast, so that many relabelled y share one x.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from ...cores import on_cores

Responses = Float[np.ndarray, "*batch trial unit"]
Coded = Float[np.ndarray, "*labels trial output"]
Scores = Float[np.ndarray, "penalty *populations trial output"]
Readout = Callable[[Responses], Scores]
FLOOR = 1e-9
"""Share of the largest variance that is added to every variance of naive Bayes, as in scikit-learn."""
PRIOR_COUNT = 0.5
"""Spikes that are added to those of every class and unit, so that no rate is 0 (Jeffreys' prior)."""


def maximum_correlation(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the class whose mean response correlates best with a response, across units (Meyers et al. 2008)."""
    means = _centred(_class_means(x, y))
    means /= _norms(means)

    def scores(new: Responses) -> Scores:
        centred = _centred(new)
        return ((centred / _norms(centred)) @ _turned(means))[None]

    return scores


def gaussian_bayes(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the class under which a response is most likely: independent units, normal noise with its own variance."""
    means = _class_means(x, y)
    floor = FLOOR * x.var(axis=-2).max(axis=-1)[..., None, None]
    variances = np.maximum(_class_means(x**2, y) - means**2, 0) + floor + np.finfo(float).tiny
    constant = _log_priors(y) - 0.5 * (np.log(variances) + means**2 / variances).sum(axis=-1)[..., None, :]

    def scores(new: Responses) -> Scores:
        linear = new @ _turned(means / variances) - 0.5 * new**2 @ _turned(1 / variances)
        return (linear + constant)[None]

    return scores


def poisson_bayes(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the class under which spike counts are most likely: independent units, Poisson noise."""
    rates = (_turned(y) @ x + PRIOR_COUNT) / y.sum(axis=-2)[..., None]
    constant = _log_priors(y) - rates.sum(axis=-1)[..., None, :]
    return lambda new: (new @ _turned(np.log(rates)) + constant)[None]


def linear_discriminant(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the class that is most likely if all have normal noise of the same covariance (Fisher's discriminant).

    The covariance within classes S is shrunk towards equal variances, (1 − γ)S + γ·tr(S)/p. The penalties are the γ;
    without any, γ is the one of Ledoit & Wolf (2004, 10.1016/S0047-259X(03)00096-4) for S.
    """
    means = _class_means(x, y)
    inside = x - y @ means
    directions = _shrunk_inverse(inside, means, penalties)
    constant = _log_priors(y) - 0.5 * (directions * means).sum(axis=-1)[..., None, :]
    return lambda new: new @ _turned(directions) + constant


def _shrunk_inverse(inside: np.ndarray, means: np.ndarray, penalties: Sequence[float]) -> np.ndarray:
    """Return the shrunk covariances' inverses times the class means, shape (penalty, ..., class, unit)."""
    batch = np.broadcast_shapes(inside.shape[:-2], means.shape[:-2])
    residuals = np.broadcast_to(inside, batch + inside.shape[-2:]).reshape(-1, *inside.shape[-2:])
    centres = np.broadcast_to(means, batch + means.shape[-2:]).reshape(-1, *means.shape[-2:])
    solved = on_cores(lambda i: _solve(residuals[i], centres[i], penalties), range(len(residuals)))
    return np.stack(solved, axis=1).reshape(-1, *batch, *means.shape[-2:])


def _solve(residuals: np.ndarray, means: np.ndarray, penalties: Sequence[float]) -> np.ndarray:
    """Return the inverse of one shrunk covariance for each penalty, times the class means.

    With fewer trials n than units p, the n × n products of trials do (the identity of Woodbury): the inverse of
    R'R·a + b is (1 − R'(RR' + b/a)⁻¹R)/b.
    """
    n, p = residuals.shape
    few = n < p
    products = residuals @ residuals.T if few else residuals.T @ residuals
    level = np.trace(products) / (n * p)
    if level <= 0:
        return np.broadcast_to(means, (max(len(penalties), 1), *means.shape))
    shrinkages = penalties or [ledoit_wolf(residuals, float((products**2).sum()), level)]
    found = []
    for shrinkage in shrinkages:
        kept, added = (1 - shrinkage) / n, max(shrinkage, 1e-12) * level
        if kept == 0:
            found.append(means / added)
        elif few:
            inner = np.linalg.solve(products + np.eye(n) * (added / kept), residuals @ means.T)
            found.append((means - inner.T @ residuals) / added)
        else:
            found.append(np.linalg.solve(kept * products + np.eye(p) * added, means.T).T)
    return np.array(found)


def ledoit_wolf(residuals: Float[np.ndarray, "trial unit"], squares: float, level: float) -> float:
    """Return the shrinkage towards equal variances that minimises the expected error of a covariance.

    Parameters
    ----------
    residuals : array, shape (trial, unit)
    squares : float
        Sum of the squares of their products, R'R.
    level : float
        Mean variance.
    """
    n, p = residuals.shape
    spread = squares / n**2 - p * level**2
    noise = (float(((residuals**2).sum(axis=1) ** 2).sum()) / n - squares / n**2) / n
    return min(noise, spread) / spread if spread > 0 else 1.0


def _class_means(x: Responses, y: Coded) -> np.ndarray:
    """Return the mean response to every class; many relabelled y share one product with each x."""
    counts = y.sum(axis=-2)[..., None]
    labels, rest = y.shape[:1], y.shape[1:-2]
    if y.ndim != x.ndim + 1 or rest != (1,) * len(rest):
        return _turned(y) @ x / counts
    sums = _turned(y).reshape(-1, y.shape[-2]) @ x
    return np.moveaxis(sums.reshape(*x.shape[:-2], *labels, y.shape[-1], x.shape[-1]), -3, 0) / counts


def _log_priors(y: Coded) -> np.ndarray:
    counts = y.sum(axis=-2, keepdims=True)
    return np.log(counts / counts.sum(axis=-1, keepdims=True))


def _turned(matrix: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrix, -1, -2)


def _centred(patterns: np.ndarray) -> np.ndarray:
    return patterns - patterns.mean(axis=-1, keepdims=True)


def _norms(patterns: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(patterns, axis=-1, keepdims=True)
    return np.where(norms > 0, norms, 1)
