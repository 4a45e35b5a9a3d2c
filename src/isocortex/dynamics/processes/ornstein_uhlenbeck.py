"""The Ornstein–Uhlenbeck process, and conversions between the measures of its noise."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ...errors import require
from ..core.system import Parameter, State, System, Time, require_positive


class OrnsteinUhlenbeck(System):
    """τ dx = (μ − x) dt + σ√(2τ) dW: a mean, a stationary standard deviation, and a time to forget.

    The same noise has four names, and confusing them is a known trap:

    - ``sd`` σ: stationary standard deviation, in the unit of x;
    - :meth:`diffusion`: σ√(2/τ), the standard deviation per √ms over a short step;
    - :attr:`diffusion_constant` D = σ²/τ: half the variance per ms over a short step;
    - :meth:`step_sd`: σ√(1 − exp(−2dt/τ)), the standard deviation that an exact step of dt adds.

    ``simulate(process, x0, solver="exact", …)`` makes no error of the step; Euler–Maruyama has :meth:`euler_sd`.

    Parameters
    ----------
    mean : float
        μ. Default 0.
    sd : float
        σ. Default 1.
    tau : float
        τ in ms. Default 10.

    Raises
    ------
    InputError
        If sd or tau is not above 0.

    Examples
    --------
    >>> process = OrnsteinUhlenbeck(sd=2.0, tau=5.0)
    >>> round(float(process.step_sd(1.0)), 4), float(process.diffusion_constant)
    (1.1484, 0.8)
    """

    mean: Parameter = 0.0
    sd: Parameter = 1.0
    tau: Parameter = 10.0
    variables: tuple[str, ...] = eqx.field(static=True, default=("x",))

    def __check_init__(self) -> None:
        require_positive(sd=self.sd, tau=self.tau)

    def f(self, t: Time, x: State) -> State:
        """Return (μ − x)/τ, per ms."""
        return (jnp.asarray(self.mean) - x) / jnp.asarray(self.tau)

    def diffusion(self, t: Time, x: State) -> State:
        """Return σ√(2/τ), per √ms."""
        return jnp.asarray(self.sd) * jnp.sqrt(2 / jnp.asarray(self.tau)) * jnp.ones_like(x)

    def exact_step(self, x: State, dt: Time, eta: State) -> State:
        """Return μ + λ(x − μ) + σ√(1 − λ²) η with λ = exp(−dt/τ)."""
        mean, decay = jnp.asarray(self.mean), -dt / jnp.asarray(self.tau)
        return mean + jnp.exp(decay) * (x - mean) + jnp.asarray(self.sd) * jnp.sqrt(-jnp.expm1(2 * decay)) * eta

    @property
    def diffusion_constant(self) -> Parameter:
        """D = σ²/τ: over a short time the variance grows by 2D per ms."""
        return self.sd**2 / self.tau

    def retention(self, dt: float) -> Float[Array | np.ndarray, ""] | float:
        """Return λ = exp(−dt/τ), what is left of a deviation after dt ms."""
        return np.exp(-dt / self.tau)

    def step_sd(self, dt: float) -> Float[Array | np.ndarray, ""] | float:
        """Return the standard deviation that an exact step of dt ms adds."""
        return self.sd * np.sqrt(1 - np.exp(-2 * dt / self.tau))

    def euler_sd(self, dt: float) -> Float[Array | np.ndarray, ""] | float:
        """Return σ/√(1 − dt/2τ), the stationary standard deviation that Euler–Maruyama gives with steps of dt ms."""
        require(bool(0 < dt < 2 * float(self.tau)), f"Euler–Maruyama is stable only for dt below 2τ; got {dt} ms.")
        return self.sd / np.sqrt(1 - dt / (2 * self.tau))

    @classmethod
    def from_diffusion(cls, diffusion: float, *, tau: float, mean: float = 0.0) -> "OrnsteinUhlenbeck":
        """Build the process whose noise is given per √ms: dx = (μ − x)/τ dt + `diffusion` dW."""
        return cls(mean=mean, sd=float(diffusion * np.sqrt(tau / 2)), tau=tau)

    @classmethod
    def from_steps(cls, retention: float, step_sd: float, *, dt: float, mean: float = 0.0) -> "OrnsteinUhlenbeck":
        """Build the process that x' = μ + λ(x − μ) + σ η samples every dt ms."""
        require(bool(0 < retention < 1), f"retention must lie between 0 and 1; got {retention}.")
        return cls(mean=mean, sd=float(step_sd / np.sqrt(1 - retention**2)), tau=float(-dt / np.log(retention)))
