"""Where spike-timing-dependent plasticity takes synaptic weights: drift, diffusion and equilibrium."""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_simpson, simpson
from scipy.optimize import root_scalar

from ....errors import require

POINTS = 2001
"""Of the grid of weights. Structure of the density is as wide as √A or wider, 0.03 for changes of a thousandth."""


@dataclass(frozen=True, eq=False)
class WeightEquilibrium:
    """The equilibrium of many plastic synapses onto one neuron.

    Parameters
    ----------
    weight : array, shape (weight,)
        In units of the largest weight: 0 … 1.
    density : array, shape (weight,)
        Its integral is 1.
    mean : float
        Mean weight.
    rate_post : float
        Rate of the neuron in Hz.
    drift, diffusion : array, shape (weight,)
        Mean change and variance of the change of a weight, per s.

    Examples
    --------
    Weak synapses grow and strong ones shrink, where depression is in proportion to the weight:

    >>> found = stdp_equilibrium(rate_pre=15.0, rate_post=15.0, depression_exponent=1.0, A_minus=0.016)
    >>> bool(found.drift[0] > 0 > found.drift[-1]), round(found.mean, 2), found.peaks.round(2).tolist()
    (True, 0.5, [0.5])
    """

    weight: np.ndarray
    density: np.ndarray
    mean: float
    rate_post: float
    drift: np.ndarray
    diffusion: np.ndarray

    @property
    def peaks(self) -> np.ndarray:
        """The weights at which the density has a maximum: two if the weights part into weak and strong ones."""
        padded = np.concatenate([[-np.inf], self.density, [-np.inf]])
        return self.weight[(padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])]


def stdp_equilibrium(
    *,
    rate_pre: float,
    rate_post: float | None = None,
    efficacy: float = 0.0,
    n_inputs: int = 300,
    A_plus: float = 0.008,
    A_minus: float = 0.0088,
    tau_plus: float = 20.0,
    tau_minus: float = 20.0,
    tau_s: float = 5.0,
    potentiation_exponent: float = 0.0,
    depression_exponent: float = 0.0,
) -> WeightEquilibrium:
    """Return the equilibrium distribution of weights under pair-based STDP, for a neuron that adds up its inputs.

    A pair of a presynaptic spike and a postsynaptic one that is s ms later changes the weight w by
    f₊(w) e^(−s/τ₊), and by −f₋(w) e^(−|s|/τ₋) if it is earlier, with f₊ = A₊ (1 − w)^μ₊ and f₋ = A₋ w^μ₋. All pairs
    count. The neuron fires as a Poisson process; each presynaptic spike adds, on average, e·w spikes to it within about
    τ_s. With rates r and ν, the mean change and its variance per unit of time are

        drift = r ν n + r e w f₊ κ₁,   n = f₊τ₊ − f₋τ₋,   κₖ = τ₊/(τ₊ + k τ_s)
        diffusion = r ν (f₊²τ₊ + f₋²τ₋)/2 + r (ν n + e w (f₊ κ₁ + r n))²
        + r e w (f₊² κ₂ + 2 f₊ κ₁ r n + (r n)²) + (ν − r e w) (r n)²

    The first term of the diffusion comes from single pairs, the others from what all pairs of a presynaptic, a caused
    and another postsynaptic spike have in common. For small changes the density solves the Fokker–Planck equation with
    reflecting ends, P ∝ exp(2∫ drift/diffusion)/diffusion (van Rossum et al. 2000, 10.1523/JNEUROSCI.20-23-08812.2000;
    Rubin et al. 2001, 10.1103/PhysRevLett.86.364). Additive changes (both exponents 0) part the weights into weak and
    strong ones (Song et al. 2000, 10.1038/78829); multiplicative ones (both 1) gather them around one; exponents
    between lead from one to the other (Gütig et al. 2003, 10.1523/JNEUROSCI.23-09-03697.2003); van Rossum's rule has 0
    for potentiation and 1 for depression.

    Parameters
    ----------
    rate_pre : float
        r in Hz, above 0.
    rate_post : float, optional
        ν in Hz. By default, it is what the inputs cause in equilibrium, ν = n_inputs r e ⟨w⟩.
    efficacy : float
        e, postsynaptic spikes that a presynaptic one adds at the largest weight. Default 0.
    n_inputs : int
        Plastic synapses of the neuron. Default 300.
    A_plus, A_minus : float
        Changes for spikes at the same time, in units of the largest weight. Default 0.008 and 0.0088.
    tau_plus, tau_minus : float
        ms. Default 20.
    tau_s : float
        Time in ms within which a presynaptic spike has its effect, as an exponential. Default 5.
    potentiation_exponent, depression_exponent : float
        μ₊ and μ₋, 0 to 1. Default 0, additive.

    Raises
    ------
    InputError
        If a rate, an amplitude or a time constant is not above 0, an amplitude is above 0.5, an exponent lies outside
        0…1, the efficacy is negative, or neither rate_post nor efficacy is given.

    Examples
    --------
    >>> additive = stdp_equilibrium(rate_pre=15.0, efficacy=0.02)
    >>> multiplicative = stdp_equilibrium(
    ...     rate_pre=15.0, efficacy=0.02, potentiation_exponent=1.0, depression_exponent=1.0
    ... )
    >>> additive.peaks.round(2), multiplicative.peaks.round(2)
    (array([0., 1.]), array([0.48]))
    """
    positive = {
        "rate_pre": rate_pre,
        "A_plus": A_plus,
        "A_minus": A_minus,
        "tau_plus": tau_plus,
        "tau_minus": tau_minus,
    }
    positive |= {"n_inputs": n_inputs} | ({} if rate_post is None else {"rate_post": rate_post})
    for name, value in positive.items():
        require(bool(np.isfinite(value) and value > 0), f"{name} must be above 0; got {value}.")
    for name, value in (("A_plus", A_plus), ("A_minus", A_minus)):
        require(
            bool(value <= 0.5),
            f"{name} must be at most 0.5 of the largest weight, since changes are small; got {value}.",
        )
    for name, value in (("potentiation_exponent", potentiation_exponent), ("depression_exponent", depression_exponent)):
        require(bool(0 <= value <= 1), f"{name} must lie between 0 (additive) and 1 (multiplicative); got {value}.")
    require(bool(efficacy >= 0 and tau_s >= 0), f"efficacy and tau_s must not be negative; got {efficacy} and {tau_s}.")
    require(
        rate_post is not None or efficacy > 0,
        "Give rate_post, or an efficacy above 0 from which the postsynaptic rate follows.",
    )
    w = np.linspace(0, 1, POINTS)
    up, down = A_plus * (1 - w) ** potentiation_exponent, A_minus * w**depression_exponent
    r, t_plus, t_minus = rate_pre, tau_plus / 1000, tau_minus / 1000
    caused, once, twice = efficacy * w, tau_plus / (tau_plus + tau_s), tau_plus / (tau_plus + 2 * tau_s)
    net = up * t_plus - down * t_minus
    squares = (up**2 * t_plus + down**2 * t_minus) / 2

    def at(rate: float) -> WeightEquilibrium:
        drift = r * rate * net + r * caused * up * once
        of_pre = rate * net + caused * (up * once + r * net)
        of_caused = up**2 * twice + 2 * up * once * r * net + (r * net) ** 2
        others = np.maximum(rate - r * caused, 0) * (r * net) ** 2
        several = r * of_pre**2 + r * caused * of_caused + others
        diffusion = r * rate * squares + several
        potential = cumulative_simpson(2 * drift / diffusion, x=w, initial=0) - np.log(diffusion)
        density = np.exp(potential - potential.max())
        density /= simpson(density, x=w)
        return WeightEquilibrium(w, density, float(simpson(w * density, x=w)), float(rate), drift, diffusion)

    if rate_post is not None:
        return at(rate_post)
    largest = n_inputs * r * efficacy
    found = root_scalar(lambda rate: at(rate).mean * largest - rate, bracket=(1e-6 * largest, largest), rtol=1e-12)
    return at(found.root)
