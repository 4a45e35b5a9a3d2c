"""Markov chains in continuous time, such as ion channels: exact simulation, and simulation in time steps."""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.linalg import expm, null_space

from ...errors import require
from ...shapes import PRNGKey

SPARE = 10


@dataclass(frozen=True, eq=False)
class Jumps:
    """Exact paths of a Markov chain: state k of a trial lasts from ``times[trial, k]`` to the next time.

    Attributes
    ----------
    times : array, shape (trial, jump)
        ms; the first is 0, and those after the duration are infinite.
    states : array of int, shape (trial, jump)
    duration : float
        ms.
    """

    times: Float[np.ndarray, "trial jump"]
    states: Int[np.ndarray, "trial jump"]
    duration: float

    def dwell_times(self, state: int) -> Float[np.ndarray, " visit"]:
        """Return how long every finished visit to a state lasted, in ms, the first one of each trial left out.

        A window cuts long visits off more often than short ones: over n mean dwell times the mean errs by about 1/n.
        """
        done = np.isfinite(self.times[:, 1:]) & (self.states[:, :-1] == state)
        done[:, 0] = False
        return (np.where(done, self.times[:, 1:], 0) - np.where(done, self.times[:, :-1], 0))[done]

    def occupancy(self, n_states: int) -> Float[np.ndarray, "trial state"]:
        """Return the share of time each trial spent in each state."""
        ends = np.minimum(np.concatenate([self.times[:, 1:], np.full((len(self.times), 1), np.inf)], 1), self.duration)
        lengths = ends - np.minimum(self.times, self.duration)
        return np.stack([(lengths * (self.states == k)).sum(axis=1) for k in range(n_states)], axis=1) / self.duration

    def at(self, times: np.ndarray) -> Int[np.ndarray, "trial time"]:
        """Return the state of every trial at some times in ms."""
        return np.stack(
            [s[np.searchsorted(t, times, "right") - 1] for t, s in zip(self.times, self.states, strict=True)]
        )


@dataclass(frozen=True, eq=False)
class MarkovChain:
    """A Markov chain in continuous time, from its rates.

    Parameters
    ----------
    rates : array, shape (state, state)
        From the row's state to the column's, per ms; the diagonal is not read.
    names : tuple of str
        Of the states. Default 0, 1, …

    Raises
    ------
    InputError
        If the rates are not a square of finite numbers at least 0.

    Examples
    --------
    >>> channel = MarkovChain(np.array([[0, 0.02], [0.1, 0]]), ("closed", "open"))
    >>> channel.equilibrium().round(4), channel.dwell_times()
    (array([0.8333, 0.1667]), array([50., 10.]))
    """

    rates: Float[np.ndarray, "..."]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(
            self.rates.ndim == 2 and self.rates.shape[0] == self.rates.shape[1],
            f"rates must be a square matrix, from the row's state to the column's; got shape {self.rates.shape}.",
        )
        off = self.rates[~np.eye(len(self.rates), dtype=bool)]
        require(len(self.rates) >= 2, "A chain needs at least two states.")
        require(bool((np.isfinite(off) & (off >= 0)).all()), "Rates must be finite and at least 0 per ms.")
        if not self.names:
            object.__setattr__(self, "names", tuple(str(i) for i in range(len(self.rates))))
        require(
            len(self.names) == len(self.rates),
            f"{len(self.rates)} states need the same number of names; got {len(self.names)}.",
        )

    @property
    def generator(self) -> Float[np.ndarray, "state state"]:
        """Q: rates, with what makes every row sum to zero on the diagonal; per ms."""
        off = np.where(np.eye(len(self.rates), dtype=bool), 0, self.rates)
        return off - np.diag(off.sum(axis=1))

    def equilibrium(self) -> Float[np.ndarray, " state"]:
        """Return π with πQ = 0.

        Raises
        ------
        InputError
            If it is not unique, because some states never reach each other.
        """
        found = null_space(self.generator.T)
        require(
            found.shape[1] == 1,
            "The chain has several parts without transitions between them, so that its equilibrium is not unique.",
        )
        return found[:, 0] / found[:, 0].sum()

    def dwell_times(self) -> Float[np.ndarray, " state"]:
        """Return the mean duration of a visit to each state, −1/Q_ii, in ms."""
        with np.errstate(divide="ignore"):
            return -1 / np.diag(self.generator)

    def is_reversible(self, tolerance: float = 1e-9) -> bool:
        """Return whether detailed balance holds, π_i Q_ij = π_j Q_ji: no net current round any loop."""
        flux = self.equilibrium()[:, None] * self.generator
        return bool(np.abs(flux - flux.T).max() <= tolerance * np.abs(flux).max())

    def step_matrix(self, dt: float | int, *, exact: bool = False) -> Float[np.ndarray, "state state"]:
        """Return the probabilities of the next state (column) given this one (row), after dt ms.

        I + Q dt, as published for the telegraph process (there transposed), or exp(Q dt).

        Raises
        ------
        InputError
            If dt is so long that I + Q dt holds a negative probability.
        """
        if exact:
            return expm(self.generator * dt)
        A = np.eye(len(self.rates)) + self.generator * dt
        require(
            bool((A >= 0).all()), f"A step of {dt:g} ms is too long; use one below {self.dwell_times().min():g} ms."
        )
        return A

    def simulate(self, duration: float | int, *, key: PRNGKey, n_trials: int = 1, start: int = 0) -> Jumps:
        """Simulate exactly: an exponential wait, then a jump (Gillespie 1977, 10.1021/j100540a008); trials at once.

        Parameters
        ----------
        duration : float
            ms.
        key : key
            Trial i uses ``fold_in(key, i)``.
        n_trials : int
            Default 1.
        start : int
            The first state. Default 0.
        """
        require(
            duration > 0 and n_trials >= 1,
            f"duration must be above 0 ms and n_trials at least 1; got {duration} and {n_trials}.",
        )
        require(0 <= start < len(self.rates), f"start must be a state, 0…{len(self.rates) - 1}; got {start}.")
        Q = self.generator
        most = float(-np.diag(Q).min()) * duration
        n_jumps = int(np.ceil(most + SPARE * np.sqrt(most) + SPARE))
        with jax.enable_x64(True):
            trials = jnp.arange(n_trials)
            keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(trials)
            times, states = _gillespie(jnp.asarray(Q), keys, jnp.asarray(start), n_jumps)
        times, states = np.asarray(times), np.asarray(states)
        return Jumps(np.where(times < duration, times, np.inf), states, float(duration))

    def simulate_steps(
        self,
        n_steps: int,
        *,
        dt: float | int,
        key: PRNGKey | None = None,
        uniforms: Float[np.ndarray, "..."] | None = None,
        n_trials: int = 1,
        start: int = 0,
    ) -> Int[np.ndarray, "trial time"]:
        """Simulate in steps of dt ms with the probabilities I + Q dt; returns n_steps + 1 states, the start first.

        Parameters
        ----------
        key : key, optional
            Step n uses ``fold_in(key, n)``.
        uniforms : array, shape (trial, step), optional
            In place of the key and `n_trials`: the next state is the first whose cumulative probability exceeds it.
        """
        require((key is None) != (uniforms is None), "Give either a key or uniform numbers, and not both.")
        if uniforms is not None:
            fits = uniforms.ndim == 2 and uniforms.shape[1] == n_steps
            require(fits, f"uniforms must have shape (trial, {n_steps}); got {uniforms.shape}.")
        require(n_steps >= 1 and n_trials >= 1, f"n_steps and n_trials must be at least 1; got {n_steps}, {n_trials}.")
        require(0 <= start < len(self.rates), f"start must be a state, 0…{len(self.rates) - 1}; got {start}.")
        edges = np.cumsum(self.step_matrix(dt), axis=1)
        n_trials = n_trials if uniforms is None else len(uniforms)
        with jax.enable_x64(True):
            given = None if uniforms is None else jnp.asarray(uniforms.T)
            first = jnp.full(n_trials, start, jnp.int16)
            path = np.asarray(_discrete(jnp.asarray(edges), first, key, jnp.arange(n_steps), given))
        return np.concatenate([np.full((n_trials, 1), start, np.int16), path.T], axis=1)


def telegraph(opening: float, closing: float) -> MarkovChain:
    """Return the two-state chain of an ion channel: closed (0) → open (1) and back, rates per ms.

    Examples
    --------
    >>> telegraph(0.02, 0.1).equilibrium().round(4)
    array([0.8333, 0.1667])
    """
    return MarkovChain(np.array([[0.0, opening], [closing, 0.0]]), ("closed", "open"))


@partial(jax.jit, static_argnames="n_jumps")
def _gillespie(Q: Array, keys: Array, start: Array, n_jumps: int) -> tuple[Array, Array]:
    leave = -jnp.diag(Q)
    edges = jnp.cumsum(jnp.where(jnp.eye(len(Q), dtype=bool), 0, Q), axis=1)

    def one(key: Array) -> tuple[Array, Array]:
        waits = jax.random.exponential(jax.random.fold_in(key, 0), (n_jumps,), float)
        picks = jax.random.uniform(jax.random.fold_in(key, 1), (n_jumps,), float)

        def jump(state: tuple[Array, Array], drawn: tuple[Array, Array]) -> tuple[tuple[Array, Array], tuple]:
            t, s = state
            rate = leave[s]
            after = t + jnp.where(rate > 0, drawn[0] / rate, jnp.inf)
            following = jnp.argmax(edges[s] > drawn[1] * rate)
            return (after, following), (after, following)

        _, (times, states) = jax.lax.scan(jump, (jnp.zeros(()), start), (waits, picks))
        return jnp.concatenate([jnp.zeros(1), times]), jnp.concatenate([start[None], states])

    return jax.vmap(one)(keys)


@jax.jit
def _discrete(edges: Array, first: Array, key: PRNGKey | None, steps: Array, uniforms: Array | None) -> Array:
    def step(state: Array, n: Array) -> tuple[Array, Array]:
        u = jnp.zeros(state.shape) if uniforms is None else uniforms[n]
        if key is not None:
            u = jax.random.uniform(jax.random.fold_in(key, n), state.shape, float)
        state = (u[:, None] >= edges[state]).sum(axis=1).clip(0, len(edges) - 1).astype(jnp.int16)
        return state, state

    return jax.lax.scan(step, first, steps)[1]
