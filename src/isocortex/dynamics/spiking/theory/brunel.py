"""Mean-field theory of Brunel's network of excitatory and inhibitory neurons: which rates sustain themselves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from ....errors import require
from .intervals import interval_cv
from .neuron import Values, neuron
from .rate import firing_rate
from .response import rate_slopes

GRID = np.linspace(-40.0, 25.0, 1300)
"""log(ν/(ν_max − ν)) of the rates that are tried, from 1e−15 of the largest rate ν_max = 1/t_ref up to it."""
HALVINGS = 50


@dataclass(frozen=True)
class BrunelMeanField:
    """Theory of model A of Brunel (2000, 10.1023/A:1008925309027): excitatory and inhibitory neurons are alike.

    Every neuron has C_E excitatory inputs of J mV, γC_E inhibitory inputs of −gJ, and C_E external inputs of J that are
    Poisson processes at ν_ext = η ν_thr, where ν_thr = V_th/(C_E J τ_m) just reaches the threshold without noise. In a
    sparse network the inputs are independent, and the neuron is that of :func:`firing_rate` with

        μ = C_E J τ_m (ν_ext + ν(1 − gγ)),   σ² = C_E J² τ_m (ν_ext + ν(1 + g²γ))

    Voltages are measured from the resting potential.

    Parameters
    ----------
    C_E : int
        Excitatory inputs of a neuron. Default 1000.
    gamma : float
        γ, inhibitory inputs for each excitatory one. Default 0.25; inhibition balances excitation at g = 1/γ.
    J : float
        Excitatory postsynaptic potential in mV. Default 0.1.
    delay : float
        D in ms, of all synapses. Default 1.5.
    tau_m, t_ref : float
        ms. Default 20 and 2.
    V_th, V_reset : float
        mV above rest. Default 20 and 10.

    Raises
    ------
    InputError
        If a parameter is not above 0 (the delay may be 0, the reset of any sign), or V_reset is not below V_th.

    Examples
    --------
    The three points of Brunel's figure 8 with irregular activity:

    >>> network = BrunelMeanField()
    >>> [network.rates(g, eta).round(2).tolist() for g, eta in [(6.0, 4.0), (5.0, 2.0), (4.5, 0.9)]]
    [[55.84], [37.95], [6.52]]
    """

    C_E: int = 1000
    gamma: float = 0.25
    J: float = 0.1
    delay: float = 1.5
    tau_m: float = 20.0
    t_ref: float = 2.0
    V_th: float = 20.0
    V_reset: float = 10.0

    def __post_init__(self) -> None:
        for name in ("C_E", "gamma", "J", "tau_m", "t_ref", "V_th"):
            value = getattr(self, name)
            require(bool(np.isfinite(value) and value > 0), f"{name} must be above 0 and finite; got {value}.")
        require(bool(np.isfinite(self.delay) and self.delay >= 0), f"delay must not be negative; got {self.delay} ms.")
        neuron(0.0, 0.0, self.tau_m, self.t_ref, self.V_th, self.V_reset)

    @property
    def threshold_rate(self) -> float:
        """ν_thr in Hz, the external rate whose mean input reaches the threshold."""
        return 1000 * self.V_th / (self.C_E * self.J * self.tau_m)

    @property
    def cell(self) -> dict[str, float]:
        """The parameters of the neuron, as :func:`firing_rate` takes them."""
        return {"tau_m": self.tau_m, "t_ref": self.t_ref, "V_th": self.V_th, "V_reset": self.V_reset}

    def inputs(self, rate: Values, g: Values, eta: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return μ and σ in mV where all neurons fire at `rate` Hz."""
        counts = self.C_E * self.tau_m / 1000
        rate, g, external = np.asarray(rate, float), np.asarray(g, float), np.asarray(eta, float) * self.threshold_rate
        mu = counts * self.J * (external + rate * (1 - g * self.gamma))
        variance = counts * self.J**2 * (external + rate * (1 + g**2 * self.gamma))
        return np.asarray(mu), np.asarray(np.sqrt(variance))

    def response(self, rate: Values, g: Values, eta: Values) -> Values:
        """Return the rate in Hz at which a neuron fires where all others fire at `rate` Hz."""
        return firing_rate(*self.inputs(rate, g, eta), **self.cell)

    def rates(self, g: float, eta: float) -> np.ndarray:
        """Return all rates in Hz that sustain themselves, ascending.

        Candidates are changes of sign on a grid of 1300 rates, from 1e−15 of the largest possible rate up to it, which
        are then refined to rounding error. A pair of solutions within one step of the grid (5 %) is not seen.

        Parameters
        ----------
        g : float
            Inhibition relative to excitation.
        eta : float
            External rate relative to the threshold rate.

        Raises
        ------
        InputError
            If g or eta is negative.
        """
        _check(g=g, eta=eta)
        grid = self.at_logit(GRID)
        excess = np.asarray(self.response(grid, g, eta)) - grid
        change = np.flatnonzero((excess[:-1] > 0) != (excess[1:] > 0))
        found = [
            brentq(lambda rate: self.response(rate, g, eta) - rate, grid[k], grid[k + 1], xtol=1e-300) for k in change
        ]
        quiet = [] if excess[0] > 0 else [float(self.response(grid[0], g, eta))]
        return np.array(quiet + found)

    def external(self, rate: Values, g: Values) -> np.ndarray:
        """Return the η at which `rate` Hz sustains itself; NaN where it would be negative.

        The rate rises with η, so that there is one. This is the quick way to all states: rates and g are given, and
        no equation has several solutions.

        Examples
        --------
        >>> BrunelMeanField().external(np.array([6.5167, 30.0]), 4.5).round(3)
        array([0.9  , 1.366])
        """
        rate, g = np.broadcast_arrays(np.asarray(rate, float), np.asarray(g, float))
        _check(rate=rate, g=g)
        require(bool((rate < 1000 / self.t_ref).all()), f"rate must be below 1/t_ref = {1000 / self.t_ref:g} Hz.")
        low, high = np.zeros(rate.shape), np.ones(rate.shape)
        negative = self.response(rate, g, low) > rate
        while (short := (self.response(rate, g, high) < rate)).any():
            low, high = np.where(short, high, low), np.where(short, 2 * high, high)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            short = self.response(rate, g, middle) < rate
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.where(negative, np.nan, (low + high) / 2)

    def folds(self, g: float) -> pd.DataFrame:
        """Return where states appear or vanish in pairs as η grows, for one g: a row per fold, with `eta` and `rate`.

        Between two folds, a quiet and a lively state exist beside each other, with an unstable one between them.

        Examples
        --------
        >>> BrunelMeanField().folds(3.0).round(3).to_dict("list")
        {'eta': [0.836], 'rate': [0.345]}
        """
        _check(g=g)
        logit = np.linspace(-25, 8, 250)
        eta = self.external(self.at_logit(logit), g)
        step = np.diff(eta)
        rows = []
        for k in np.flatnonzero(step[:-1] * step[1:] < 0):
            sign = 1 if step[k] < 0 else -1
            bracket = {"bounds": (logit[k], logit[k + 2]), "method": "bounded", "options": {"xatol": 1e-7}}
            rate = self.at_logit(
                minimize_scalar(lambda at, sign: sign * self.external(self.at_logit(at), g), args=(sign,), **bracket).x
            )
            rows.append({"eta": float(self.external(rate, g)), "rate": float(rate)})
        return pd.DataFrame(rows, columns=["eta", "rate"])

    def slope(self, rate: Values, g: Values, eta: Values) -> Values:
        """Return by how much a neuron's rate rises per Hz of all other rates; above 1, a state is unstable."""
        mu, sigma = self.inputs(rate, g, eta)
        by_mu, by_sigma = rate_slopes(mu, sigma, **self.cell)
        counts, g = self.C_E * self.tau_m / 1000, np.asarray(g, float)
        by_variance = by_sigma / (2 * sigma)
        return counts * (by_mu * self.J * (1 - g * self.gamma) + by_variance * self.J**2 * (1 + g**2 * self.gamma))

    def at_logit(self, logit: Values) -> np.ndarray:
        """Return the rate in Hz whose log(ν/(ν_max − ν)) is given."""
        return np.asarray(1000 / self.t_ref / (1 + np.exp(-np.asarray(logit, float))))

    def cv(self, rate: Values, g: Values, eta: Values) -> Values:
        """Return the coefficient of variation of the intervals where all neurons fire at `rate` Hz."""
        return interval_cv(*self.inputs(rate, g, eta), **self.cell)


def _check(**values: Values) -> None:
    for name, value in values.items():
        array = np.asarray(value, float)
        require(bool(np.isfinite(array).all() and (array >= 0).all()), f"{name} must not be negative; got {value}.")
