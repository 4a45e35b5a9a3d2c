"""Fit generalised linear models of many units on the same features, all of them in one compiled program."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from ....errors import require
from ....formats import listed
from ....memory import require_memory
from .families import FAMILIES, Link
from .grams import features_in_blocks, in_blocks, plain_gram
from .identified import constant_features, dependent_features, separable_units
from .labelled import as_features, as_values, with_constant
from .model import GLM
from .newton import minimise

FEW_STEPS, MOST_STEPS = 10, 60
"""Steps for all units together, and then for those alone that need more."""
TOLERANCE = 1e-14
"""Of the Newton decrement in nats: weights end within 1e-7 standard errors of the optimum."""
ENTRIES = 2**26
"""Of the Hessians of the units that are fitted together: 0.5 GB."""
MOST_NAMED = 8
"""Units or features that a sentence names."""


def fit(
    x: Any,
    y: Any,
    *,
    family: str = "poisson",
    link: str | None = None,
    penalty: Any = 0.0,
    used: Any = None,
    kept: Any = None,
    start: GLM | None = None,
) -> GLM:
    """Fit a generalised linear model to every unit.

    Parameters
    ----------
    x : array or DataArray, shape (bin, feature)
        Features, the same for all units, without a constant, which is added; :func:`design` makes them.
    y : array or DataArray, shape (bin, unit)
        Spike counts, or other values.
    family : str
        A key of :data:`FAMILIES`: "poisson" (default), "bernoulli" for bins with at most one spike, or "gaussian".
    link : str, optional
        How the mean follows from the weighted sum: "exp" (default) or "softplus" for Poisson, "logit" for Bernoulli,
        "identity" for Gaussian.
    penalty : float or array, shape (unit,)
        Ridge penalty λ: λ/2 times the sum of squared weights, without that of the constant, is added to the negative
        log-likelihood (for a Gaussian, to half the sum of squared residuals). Default 0: maximum likelihood. It is the
        number of bins times scikit-learn's ``alpha`` of PoissonRegressor, and 1/``C`` of LogisticRegression.
    used : array of bool, shape (unit, feature), optional
        Which features a unit uses, such as its own history alone. Default: all.
    kept : array of bool, shape (bin,), optional
        Which bins are fitted, such as those of the training folds. Default: all.
    start : GLM, optional
        A model of the same features and units to begin the search from, which only saves time: there is one optimum.

    Returns
    -------
    GLM
        Its ``problems`` name units that were not fitted because they have no spikes, units without convergence or that
        are separable (no finite weights maximise the likelihood), and features that others determine.

    Raises
    ------
    InputError
        If shapes do not fit together, or values are not finite or not what the family takes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(5000, 1))
    >>> found = fit(x, rng.poisson(np.exp(-1 + 0.5 * x)))
    >>> found.weights.values.round(1).tolist()
    [[-1.0, 0.5]]
    """
    model = FAMILIES.named(family)
    link, how = model.link(link)
    features, values = with_constant(as_features(x)), as_values(y)
    n_bins, n_features = features.shape
    n_units = values.sizes["unit"]
    require(len(values) == n_bins, f"x has {n_bins} bins and y has {len(values)}; they must be the same bins.")
    require(model.takes(values.values), f"The {model.label} family takes {model.expected}; y has other values.")
    ridge = _of_each(penalty, n_units)
    inside = np.ones(n_bins, bool) if kept is None else np.asarray(kept, bool)
    require(
        inside.shape == (n_bins,) and bool(inside.any()),
        f"kept must say of each of {n_bins} bins whether it is fitted; it has the shape {inside.shape}, and "
        f"{inside.sum()} bins are kept.",
    )
    require_memory(8 * n_units * n_features**2, f"The Hessians of {n_units} units need", "use fewer features")
    wanted = np.ones((n_units, n_features), bool)
    if used is not None:
        chosen, shape = np.asarray(used, bool), (n_units, n_features - 1)
        require(chosen.shape == shape, f"used must be unit × feature, of shape {shape}; got {chosen.shape}.")
        wanted[:, 1:] = chosen
    unusable = model.unusable(values.values[inside])
    with jax.enable_x64(True):
        inner = in_blocks(inside[:, None], n_features) > 0
        gram = np.asarray(plain_gram(features_in_blocks(features.values), inner))
    dependent = np.where((ridge > 0)[:, None], constant_features(gram), dependent_features(gram, wanted)) & wanted
    mask = wanted & ~dependent & ~unusable[:, None]
    constant = np.zeros(n_units)
    constant[~unusable] = how.inverse(values.values[inside][:, ~unusable].mean(axis=0))
    begin = np.zeros((n_units, n_features))
    begin[:, 0] = constant
    if start is not None:
        require(start.used.shape == mask.shape, "start must be a model of the same features and units.")
        begin = np.where(mask & start.used, start.weights.values, begin)
    weights, hessian, decrement, steps = _search(how, features.values, values.values, inside, begin, ridge, mask)
    unknown = dependent | unusable[:, None]
    free = mask & (ridge == 0)[:, None] & (not model.dispersed)
    separable = separable_units(how.loss, constant, values.values[inside], gram, hessian, free)
    late = mask.any(axis=1) & ~(decrement <= TOLERANCE) & ~separable
    lost = np.asarray((dependent & ~unusable[:, None]).any(axis=0))
    told = [
        _named("unit", values["unit"], unusable, f"{{have}} {model.lacks} in these bins, and got no model."),
        _named("feature", features["feature"], lost, "{are} constant, or a sum of other features, and got no weight."),
        _named("unit", values["unit"], late, f"{{have}} not converged after {FEW_STEPS + MOST_STEPS} steps."),
        _named(
            "unit",
            values["unit"],
            separable,
            "{are} separable: no finite weights maximise the likelihood, as when a unit never fires after another. "
            "Some weights would grow for ever, and their standard errors mean nothing; a penalty keeps them finite.",
        ),
    ]
    labels = {"unit": values["unit"].values}
    labels |= {str(name): c for name, c in features.coords.items() if c.dims == ("feature",)}
    return GLM(
        family=family,
        link=link,
        weights=xr.DataArray(np.where(unknown, np.nan, weights), dims=("unit", "feature"), coords=labels),
        hessian=hessian,
        used=mask,
        penalty=ridge,
        x=features,
        y=values,
        kept=inside,
        steps=steps,
        problems=tuple(sentence for sentence in told if sentence),
    )


def _search(
    how: Link,
    x: Float[np.ndarray, "bin feature"],
    y: Float[np.ndarray, "bin unit"],
    kept: Bool[np.ndarray, " bin"],
    begin: Float[np.ndarray, "unit feature"],
    ridge: Float[np.ndarray, " unit"],
    mask: Bool[np.ndarray, "unit feature"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return weights, Hessians, Newton decrements and steps of every unit.

    Units that use the same features are searched for together, as many as the memory takes; those that need more steps
    than most go on alone.
    """
    n_units, n_features = mask.shape
    weights = np.zeros((n_units, n_features))
    hessian = np.tile(np.eye(n_features), (n_units, 1, 1))
    decrement, steps = np.zeros(n_units), np.zeros(n_units, int)
    fitted = np.flatnonzero(mask.any(axis=1))
    kinds, which = np.unique(mask[fitted], axis=0, return_inverse=True)
    for kind, uses in enumerate(kinds):
        columns = np.flatnonzero(uses)
        blocks = features_in_blocks(x[:, columns])
        inside = in_blocks(kept[:, None], len(columns)) > 0
        mine, together = fitted[which.reshape(-1) == kind], max(1, ENTRIES // len(columns) ** 2)
        for units in (mine[first : first + together] for first in range(0, len(mine), together)):
            values = in_blocks(y[:, units], len(columns))
            own = np.ix_(units, columns)
            end = _minimised(how, blocks, values, inside, begin[own].T, np.outer(columns > 0, ridge[units]))
            weights[own], hessian[np.ix_(units, columns, columns)] = end[0].T, end[1]
            decrement[units], steps[units] = end[2:]
    return weights, hessian, decrement, steps


def _minimised(
    how: Link, x: np.ndarray, y: np.ndarray, kept: np.ndarray, start: np.ndarray, ridge: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return weights, Hessians, decrements and steps; units that need more steps than most go on without the others."""
    with jax.enable_x64(True):
        x_blocks, inside, tolerance = jnp.asarray(x), jnp.asarray(kept), jnp.asarray(TOLERANCE)
        end = minimise(how.loss, x_blocks, y, inside, start, ridge, tolerance, FEW_STEPS)
        weights, hessian, decrement = (np.array(each) for each in end[:3])
        steps = np.full(len(decrement), int(end.steps))
        late = np.flatnonzero(~(decrement <= TOLERANCE))
        if len(late):
            end = minimise(
                how.loss, x_blocks, y[:, :, late], inside, weights[:, late], ridge[:, late], tolerance, MOST_STEPS
            )
            weights[:, late], hessian[late], decrement[late] = end[:3]
            steps[late] += int(end.steps)
    return weights, hessian, decrement, steps


def _of_each(penalty: Any, n_units: int) -> np.ndarray:
    """Return the penalty of every unit."""
    given = np.asarray(penalty, float)
    require(
        given.ndim <= 1 and given.size in (1, n_units) and bool((np.isfinite(given) & (given >= 0)).all()),
        f"penalty must be one number, or one for each of {n_units} units, finite and at least 0; got {penalty}.",
    )
    return np.broadcast_to(given, (n_units,)).copy()


def _named(kind: str, labels: xr.DataArray, which: np.ndarray, sentence: str) -> str:
    """Return a sentence about some units or features, which names the first few; nothing where there are none."""
    names = labels.values[which].astype(str).tolist()
    if not names:
        return ""
    shown = names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} others"]
    verbs = {"have": "has", "are": "is"} if len(names) == 1 else {"have": "have", "are": "are"}
    return f"{kind.capitalize()}{'s' * (len(names) > 1)} {listed(shown)} {sentence.format(**verbs)}"
