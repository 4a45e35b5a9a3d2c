"""Standard errors of weights, intervals, and tests of single weights and of whole filters."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from ....errors import require
from ....registries import Registry
from .grams import features_in_blocks, in_blocks, weighted_grams
from .model import GLM

ERRORS = Registry(
    "kind of standard errors",
    "kinds of standard errors",
    {
        "laplace": "from the curvature of the likelihood (Laplace)",
        "sandwich": "from the curvature and the scatter of the scores (sandwich), which hold for other variances too",
    },
)
"""Kinds of standard errors, and what they are in a sentence."""


def covariance(model: GLM, errors: str = "laplace", *, clusters: Any = None) -> np.ndarray:
    """Return the covariance of the weights of every unit.

    Parameters
    ----------
    model : GLM
    errors : str
        "laplace" (default): the inverse Hessian H⁻¹, times the variance of the residuals for a Gaussian; right if the
        family is. With a penalty it is the covariance of the posterior, with the penalty as the prior. Or "sandwich":
        H⁻¹ (Σ_t s_t s_tᵀ) H⁻¹ with the scores s_t, the slopes of each bin's log-likelihood (White 1982,
        10.2307/1912526; HC0), which holds for other variances of independent bins too.
    clusters : array, shape (bin,), optional
        For the sandwich: bins with the same label, such as a trial or a minute, may depend on each other; their scores
        are added before they are squared, and the number of clusters G is corrected by G/(G − 1). Their number must be
        well above that of the weights that are tested together.

    Returns
    -------
    array, shape (unit, feature, feature)
        NaN for weights that were not fitted.

    Raises
    ------
    InputError
        For another kind of errors, for clusters with Laplace's, or for fewer than two clusters.

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit
    >>> rng = np.random.default_rng(0)
    >>> found = fit(np.empty((400, 0)), rng.poisson(1.0, (400, 1)))
    >>> covariance(found).round(4).tolist()  # of the logarithm of a mean count near 1
    [[[0.0023]]]
    """
    ERRORS.named(errors)
    inverse = inverse_hessian(model)
    if errors == "laplace":
        require(clusters is None, "Laplace's standard errors know no clusters; use errors='sandwich'.")
        found = inverse * model.dispersion[:, None, None]
    else:
        slope, _ = model.derivatives()
        meat = _scatter(model.x.values, slope) if clusters is None else _clustered(model, slope, np.asarray(clusters))
        found = inverse @ meat @ inverse
    both = model.used[:, :, None] & model.used[:, None, :]
    return np.where(both, found, np.nan)


def inverse_hessian(model: GLM) -> np.ndarray:
    """Return H⁻¹ of every unit, 0 for weights that were not fitted."""
    size = np.sqrt(np.diagonal(model.hessian, axis1=1, axis2=2))
    scale = size[:, :, None] * size[:, None, :]
    inverse = np.linalg.inv(model.hessian / scale) / scale
    both = model.used[:, :, None] & model.used[:, None, :]
    return np.where(both, inverse, 0.0)


def _scatter(x: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Return Σ_t s_t s_tᵀ of every unit, with s_t = slope_t x_t."""
    with jax.enable_x64(True):
        blocks = jnp.asarray(features_in_blocks(x))
        return np.asarray(weighted_grams(blocks, jnp.asarray(in_blocks(slope**2, x.shape[1]))))


def _clustered(model: GLM, slope: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return Σ_c s_c s_cᵀ of every unit, with the sum s_c of the scores of a cluster."""
    require(
        labels.shape == (len(slope),),
        f"clusters must have a label for each of {len(slope)} bins; it has the shape {labels.shape}.",
    )
    names, which = np.unique(labels[model.kept], return_inverse=True)
    n = len(names)
    require(n >= 2, f"Standard errors of clusters need at least two of them; got {n}.")
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(n + 1))
    x, slope = model.x.values[model.kept][order], slope[model.kept][order]
    sums = np.stack([slope[a:b].T @ x[a:b] for a, b in pairwise(edges)], axis=1)
    return n / (n - 1) * sums.transpose(0, 2, 1) @ sums


def weight_table(model: GLM, weights_covariance: np.ndarray | None = None, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return every fitted weight with its standard error, interval and test against 0.

    Parameters
    ----------
    model : GLM
    weights_covariance : array, shape (unit, feature, feature), optional
        From :func:`covariance`. Default: Laplace's.
    confidence : float
        Of the intervals, from the normal distribution. Default 0.95.

    Returns
    -------
    DataFrame
        Columns ``unit``, ``feature``, ``weight``, ``se``, ``low``, ``high``, ``z``, ``p`` (two-sided).

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(2000, 2))
    >>> found = weight_table(fit(x, rng.poisson(np.exp(-1 + 0.5 * x[:, :1]))))
    >>> found[["feature", "weight", "low", "high"]].round(2)
        feature  weight   low  high
    0  constant   -1.03 -1.10 -0.95
    1         0    0.52  0.45  0.59
    2         1   -0.02 -0.09  0.05
    """
    require(0 < confidence < 1, f"confidence must be between 0 and 1; got {confidence}.")
    given = covariance(model) if weights_covariance is None else weights_covariance
    unit, feature = np.nonzero(model.used)
    weight, se = model.weights.values[unit, feature], np.sqrt(given[unit, feature, feature])
    reach = norm.ppf((1 + confidence) / 2) * se
    return pd.DataFrame(
        {
            "unit": model.weights["unit"].values[unit],
            "feature": model.weights["feature"].values[feature],
            "weight": weight,
            "se": se,
            "low": weight - reach,
            "high": weight + reach,
            "z": weight / se,
            "p": 2 * norm.sf(np.abs(weight / se)),
        }
    )


def joint_tests(model: GLM, weights_covariance: np.ndarray | None = None, *, by: Any = None) -> pd.DataFrame:
    """Test whether all weights of a source are 0 in a unit, by Wald's test: βᵀ C⁻¹ β is χ² distributed if they are.

    Parameters
    ----------
    model : GLM
    weights_covariance : array, shape (unit, feature, feature), optional
        From :func:`covariance`. Default: Laplace's.
    by : array, shape (feature,), optional
        The source of every feature, the constant first. Default: the coordinate ``source`` of the features.

    Returns
    -------
    DataFrame
        A row for every unit and source, without the constant: columns ``source``, ``unit``, ``chi2``, ``df``, ``p``;
        p is NaN where no weight was fitted.

    Raises
    ------
    InputError
        If the features have no source.

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(2000, 4))
    >>> model = fit(x, rng.poisson(np.exp(-1 + 0.3 * x[:, :1])))
    >>> found = joint_tests(model, by=["constant", "own", "own", "other", "other"])
    >>> found[["source", "df"]].values.tolist(), (found.p < 0.05).tolist()
    ([['own', 2], ['other', 2]], [True, False])
    """
    require(by is not None or "source" in model.x.coords, "The features have no coordinate 'source'; say it with by=….")
    sources = model.x["source"].values if by is None else np.asarray(by)
    require(len(sources) == model.used.shape[1], f"by must name the source of {model.used.shape[1]} features.")
    given = covariance(model) if weights_covariance is None else weights_covariance
    rows = []
    for source in dict.fromkeys(sources[1:].tolist()):
        mine = sources == source
        mine[0] = False
        for i, unit in enumerate(model.weights["unit"].values):
            chosen = mine & model.used[i]
            beta, c = model.weights.values[i, chosen], given[i][np.ix_(chosen, chosen)]
            statistic = float(beta @ np.linalg.solve(c, beta)) if len(beta) else np.nan
            p = float(chi2.sf(statistic, len(beta))) if len(beta) else np.nan
            rows.append({"source": source, "unit": unit, "chi2": statistic, "df": len(beta), "p": p})
    return pd.DataFrame(rows)
