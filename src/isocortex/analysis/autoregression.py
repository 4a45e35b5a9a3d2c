"""Fit autoregressive models of any order to a time series, and choose the order."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from ..errors import look_up, require

RECIPES = {"all pairs": slice(None), "published": slice(None, -1)}
"""Which pairs of a value and its past are regressed; Neuromatch Academy (W2D4) leaves the last pair out."""


@dataclass(frozen=True, eq=False)
class Autoregression:
    """x_t = constant + a₁ x_{t−1} + … + a_p x_{t−p} + σ η_t, fitted by least squares.

    Attributes
    ----------
    coefficients, errors : array, shape (p,)
        a₁ … a_p and their standard errors.
    constant : float
    step_sd : float
        σ̂, maximum likelihood.
    aic, bic : float
        Of the Gaussian likelihood given the first p values; the lower the better.

    Examples
    --------
    >>> x = np.zeros(2000)
    >>> noise = np.random.default_rng(0).normal(size=2000)
    >>> for i in range(1, 2000):
    ...     x[i] = 0.8 * x[i - 1] + noise[i]
    >>> found = fit_autoregression(x, order=1)
    >>> low, high = found.coefficients[0] + np.array([-2, 2]) * found.errors[0]
    >>> bool(low < 0.8 < high), round(found.step_sd, 1)
    (True, 1.0)
    >>> min(range(1, 4), key=lambda order: fit_autoregression(x, order, skip=3 - order).bic)
    1
    """

    coefficients: Float[np.ndarray, " lag"]
    errors: Float[np.ndarray, " lag"]
    constant: float
    step_sd: float
    aic: float
    bic: float


def fit_autoregression(
    x: np.ndarray, order: int = 1, *, intercept: bool = True, recipe: str = "all pairs", skip: int = 0
) -> Autoregression:
    """Regress a series on its own past.

    Parameters
    ----------
    x : array, shape (time,)
    order : int
        p. Default 1.
    intercept : bool
        Fit a constant. Default True.
    recipe : {"all pairs", "published"}
        The published one leaves the last pair out.
    skip : int
        Leave out this many values at the start beyond the order, so that orders are compared on the same values.

    Raises
    ------
    InputError
        If the series is too short, constant, or not finite, or the recipe is unknown.

    Examples
    --------
    >>> x = 0.5 ** np.arange(20.0) + 1e-9 * np.sin(np.arange(20))
    >>> fit_autoregression(x, intercept=False).coefficients.round(4)
    array([0.5])
    """
    x = np.asarray(x, float)
    kept = look_up("recipe", recipe, RECIPES)
    require(x.ndim == 1 and bool(np.isfinite(x).all()), f"x must be one series of finite numbers; got {x.shape}.")
    require(order >= 1 and skip >= 0, f"order must be at least 1 and skip at least 0; got {order} and {skip}.")
    fewest = 2 * order + skip + 3
    require(len(x) >= fewest, f"Order {order} needs at least {fewest} values; got {len(x)}.")
    require(float(np.ptp(x)) > 0, "The series is constant; there is nothing to regress.")
    past = np.stack([x[order - k : len(x) - k] for k in range(1, order + 1)], axis=1)[skip:][kept]
    y = x[order:][skip:][kept]
    design = np.column_stack([past, np.ones(len(y))]) if intercept else past
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    left = y - design @ solution
    n, k = design.shape
    variance = left @ left / n
    errors = np.sqrt(np.diag(np.linalg.pinv(design.T @ design)) * (left @ left) / (n - k))
    log_likelihood = -n / 2 * (np.log(2 * np.pi * max(variance, np.finfo(float).tiny)) + 1)
    return Autoregression(
        coefficients=solution[:order],
        errors=errors[:order],
        constant=float(solution[order]) if intercept else 0.0,
        step_sd=float(np.sqrt(variance)),
        aic=float(2 * (k + 1) - 2 * log_likelihood),
        bic=float(np.log(n) * (k + 1) - 2 * log_likelihood),
    )


def order_table(x: np.ndarray, highest: int = 10, *, intercept: bool = True) -> pd.DataFrame:
    """Return AIC and BIC of every order up to the highest, all on the same values.

    Returns
    -------
    DataFrame
        Index order; ``aic``, ``bic``, ``step_sd``.

    Examples
    --------
    >>> from isocortex.dynamics import autoregression
    >>> import jax
    >>> series = autoregression([0.6, 0.0, -0.4], n_steps=2000, step_sd=1.0, key=jax.random.key(0)).values[0]
    >>> int(order_table(series)["bic"].idxmin())
    3
    """
    require(highest >= 1, f"highest must be at least 1; got {highest}.")
    fits = {p: fit_autoregression(x, p, intercept=intercept, skip=highest - p) for p in range(1, highest + 1)}
    rows = [{"aic": fit.aic, "bic": fit.bic, "step_sd": fit.step_sd} for fit in fits.values()]
    return pd.DataFrame(rows, index=pd.Index(list(fits), name="order"))
