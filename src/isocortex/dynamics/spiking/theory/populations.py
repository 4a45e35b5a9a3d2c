"""Mean-field rates of networks with any number of populations of leaky integrate-and-fire neurons."""

import numpy as np
from scipy.optimize import root

from ....errors import require
from .neuron import Values
from .rate import firing_rate
from .response import rate_slopes

STEP = 0.05
STEPS = 2000
"""The rates relax in steps of 5 % of the way, which is stable for slopes down to −39; at most 100 time constants."""


def population_inputs(
    rate: np.ndarray, indegree: np.ndarray, J: np.ndarray, *, tau_m: float, mu: Values = 0.0, variance: Values = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean input μ and the noise σ, both in mV, of every population.

    A neuron of population a has K_ab inputs of J_ab mV from population b, independent Poisson processes at ν_b:

        μ_a = μ + τ_m Σ_b K_ab J_ab ν_b,   σ_a² = variance + τ_m Σ_b K_ab J_ab² ν_b

    Parameters
    ----------
    rate : array, shape (..., source)
        Hz.
    indegree, J : array, shape (population, source)
        K, inputs of a neuron, and the postsynaptic potentials in mV, negative for inhibition.
    tau_m : float
        ms.
    mu, variance : float or array, shape (population,)
        What comes from outside, in mV and mV². Default 0.

    Examples
    --------
    >>> population_inputs(np.array([10.0]), np.array([[1000]]), np.array([[0.1]]), tau_m=20.0)
    (array([20.]), array([1.41421356]))
    """
    weight = np.asarray(indegree, float) * np.asarray(J, float)
    seconds = tau_m / 1000
    return mu + seconds * (rate @ weight.T), np.sqrt(variance + seconds * (rate @ (weight * J).T))


def population_rates(
    indegree: np.ndarray,
    J: np.ndarray,
    *,
    mu: Values = 0.0,
    variance: Values = 0.0,
    start: Values = 0.0,
    tau_m: float = 10.0,
    t_ref: float = 2.0,
    V_th: float = 15.0,
    V_reset: float = 0.0,
    tau_s: float = 0.0,
) -> np.ndarray:
    """Return rates that sustain themselves in a network of several populations, in Hz.

    The equations ν_a = Φ(μ_a, σ_a), with the rate Φ of :func:`firing_rate` and the inputs of
    :func:`population_inputs`, are followed by dν/ds = Φ − ν from the start until they rest, and the state is then
    refined by Newton's method with the slopes in closed form. Model B of Brunel (2000, 10.1023/A:1008925309027) has two
    populations; Potjans & Diesmann's column (2014, 10.1093/cercor/bhs358) has eight. Other starts may lead to other
    states; for one population, :class:`BrunelMeanField` finds all of them.

    Parameters
    ----------
    indegree, J : array, shape (population, population)
        K_ab and J_ab: from population b to a.
    mu, variance : float or array, shape (population,)
        Input from outside: its mean in mV, and its share of σ² in mV². Default 0.
    start : float or array, shape (population,)
        Rates to begin with, in Hz. Default 0.
    tau_m, t_ref, V_th, V_reset, tau_s : float
        As for :func:`firing_rate`; V_th and V_reset above rest. Default 10, 2, 15, 0 and 0.

    Raises
    ------
    InputError
        If the matrices are not square and alike, an indegree or a variance is negative, the parameters are unusable as
        in :func:`firing_rate`, or no state is found from this start, since the network oscillates around it.

    Examples
    --------
    Brunel's model A as a network of two populations:

    >>> indegree, J = np.array([[1000, 250], [1000, 250]]), np.array([[0.1, -0.5], [0.1, -0.5]])
    >>> cell = dict(tau_m=20.0, t_ref=2.0, V_th=20.0, V_reset=10.0)
    >>> external = dict(mu=1000 * 0.1 * 0.02 * 20, variance=1000 * 0.1**2 * 0.02 * 20)
    >>> population_rates(indegree, J, **external, **cell).round(2)
    array([37.95, 37.95])
    """
    indegree, J = np.asarray(indegree, float), np.asarray(J, float)
    require(
        indegree.ndim == 2 and indegree.shape == J.shape == indegree.shape[::-1],
        f"indegree and J must be square matrices of one shape; got {indegree.shape} and {J.shape}.",
    )
    require(bool((indegree >= 0).all()), "indegree must not be negative; a negative J makes a synapse inhibitory.")
    require(bool((np.asarray(variance) >= 0).all()), "variance must not be negative.")
    cell = {"tau_m": tau_m, "t_ref": t_ref, "V_th": V_th, "V_reset": V_reset, "tau_s": tau_s}

    def inputs(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return population_inputs(np.maximum(rate, 0), indegree, J, tau_m=tau_m, mu=mu, variance=variance)

    def excess(rate: np.ndarray) -> np.ndarray:
        return np.asarray(firing_rate(*inputs(rate), **cell)) - rate

    def jacobian(rate: np.ndarray) -> np.ndarray:
        m, s = inputs(rate)
        by_mu, by_sigma = rate_slopes(m, s, **cell)
        by_variance = np.asarray(by_sigma) / (2 * np.where(s > 0, s, 1))
        weight = tau_m / 1000 * indegree * J
        return np.asarray(by_mu)[:, None] * weight + by_variance[:, None] * weight * J - np.eye(len(J))

    rate = np.broadcast_to(np.asarray(start, float), (len(indegree),)).copy()
    for _ in range(STEPS):
        gap = excess(rate)
        rate = rate + gap * STEP
        if np.abs(gap).max() < 1e-3:
            break
    found = root(excess, rate, jac=jacobian, tol=1e-13)
    settled = np.abs(excess(found.x)) <= 1e-8 * (1 + np.abs(found.x))
    require(
        bool(settled.all() and (found.x >= 0).all()),
        "No rates that sustain themselves were found from this start; try another start, such as the measured rates.",
    )
    return found.x
