"""What is fitted: how counts are distributed around their mean, and how the mean follows from the weighted sum."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import gammaln, xlogy

from ....errors import look_up
from ....registries import Registry


@dataclass(frozen=True)
class Link:
    """How a mean follows from the linear predictor η, the weighted sum of the features.

    Attributes
    ----------
    mean : callable
        η → mean, in JAX.
    inverse : callable
        Mean → η, in NumPy.
    loss : callable
        (η, y) → the negative log-likelihood of each entry, without what does not depend on η; in JAX, convex in η.
    equation : str
        The mean as a function of η, in a sentence.

    Examples
    --------
    >>> name, link = FAMILIES["bernoulli"].link(None)
    >>> name, link.equation, float(link.mean(0.0))
    ('logit', '1/(1 + exp(−η))', 0.5)
    """

    mean: Callable[[Any], Any]
    inverse: Callable[[Any], Any]
    loss: Callable[[Any, Any], Any]
    equation: str


@dataclass(frozen=True)
class Family:
    """How values are distributed around their mean.

    Attributes
    ----------
    label : str
    links : mapping of str to Link
        The first is the usual one.
    deviance : callable
        (y, mean) → the deviance of each entry: twice the log-likelihood that the model lacks.
    saturated : callable
        y → the log-likelihood of each entry of a model that predicts every value.
    expected : str
        What values must be, in a sentence.
    takes : callable
        y → whether they are.
    lacks : str
        What a unit cannot be fitted with, in a sentence: all values alike, at an end of the range.
    single : bool
        Whether a bin holds at most one spike. Default False.
    dispersed : bool
        Whether the variance is a parameter, which is estimated from the residuals. Default False.

    Examples
    --------
    >>> poisson = FAMILIES["poisson"]
    >>> poisson.expected, list(poisson.links)
    ('whole numbers from 0', ['exp', 'softplus'])
    >>> poisson.deviance(np.array([2.0, 0.0]), np.array([2.0, 1.5])).tolist()
    [0.0, 3.0]
    """

    label: str
    links: Mapping[str, Link]
    deviance: Callable[[np.ndarray, np.ndarray], np.ndarray]
    saturated: Callable[[np.ndarray], np.ndarray]
    expected: str
    takes: Callable[[np.ndarray], bool]
    lacks: str
    single: bool = False
    dispersed: bool = False

    def link(self, name: str | None) -> tuple[str, Link]:
        """Return a link with its name; the usual one for None.

        Raises
        ------
        InputError
            If the family has no such link.
        """
        name = next(iter(self.links)) if name is None else name
        return name, look_up(f"link of the {self.label} family", name, dict(self.links))

    def unusable(self, y: np.ndarray) -> np.ndarray:
        """Return which units, the columns of `y`, no finite weights can fit: silent, always active, or constant."""
        low, high = y.min(axis=0, initial=np.inf), y.max(axis=0, initial=-np.inf)
        return low >= high if self.dispersed else (high <= 0) | (self.single & (low >= 1))


def _log_softplus(eta: jax.Array) -> jax.Array:
    """Return log(log(1 + exp η)), which is close to η where exp η is too small for 1 + exp η."""
    small = eta < -30
    return jnp.where(small, eta, jnp.log(jax.nn.softplus(jnp.where(small, 0.0, eta))))


def _logit(mean: np.ndarray) -> np.ndarray:
    return np.log(mean) - np.log1p(-mean)


def _inverse_softplus(mean: np.ndarray) -> np.ndarray:
    return mean + np.log(-np.expm1(-mean))


def _poisson_deviance(y: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return 2 * (xlogy(y, y) - xlogy(y, mean) - y + mean)


def _bernoulli_deviance(y: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return -2 * (xlogy(y, mean) + xlogy(1 - y, 1 - mean))


FAMILIES = Registry(
    "family",
    "families",
    {
        "poisson": Family(
            "Poisson",
            {
                "exp": Link(jnp.exp, np.log, lambda eta, y: jnp.exp(eta) - y * eta, "exp(η)"),
                "softplus": Link(
                    jax.nn.softplus,
                    _inverse_softplus,
                    lambda eta, y: jax.nn.softplus(eta) - y * _log_softplus(eta),
                    "log(1 + exp(η))",
                ),
            },
            deviance=_poisson_deviance,
            saturated=lambda y: xlogy(y, y) - y - gammaln(y + 1),
            expected="whole numbers from 0",
            takes=lambda y: bool(((y >= 0) & (y == np.round(y))).all()),
            lacks="no spikes",
        ),
        "bernoulli": Family(
            "Bernoulli",
            {
                "logit": Link(jax.nn.sigmoid, _logit, lambda eta, y: jax.nn.softplus(eta) - y * eta, "1/(1 + exp(−η))"),
            },
            deviance=_bernoulli_deviance,
            saturated=np.zeros_like,
            expected="0 or 1",
            takes=lambda y: bool(((y == 0) | (y == 1)).all()),
            lacks="the same value everywhere",
            single=True,
        ),
        "gaussian": Family(
            "Gaussian",
            {"identity": Link(lambda eta: eta, lambda mean: mean, lambda eta, y: (y - eta) ** 2 / 2, "η")},
            deviance=lambda y, mean: (y - mean) ** 2,
            saturated=np.zeros_like,
            expected="finite numbers",
            takes=lambda y: True,
            lacks="the same value everywhere",
            dispersed=True,
        ),
    },
)
"""How counts are distributed; ``FAMILIES.register(name, Family(…))`` adds one."""
