"""Simulate any continuous system, deterministic or noisy."""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Bool, Float

from ...errors import require
from ...shapes import PRNGKey
from .methods import simulation_in_words
from .solvers import SOLVERS
from .stability import linearised, over_parameters, warn_if_unstable
from .steps import whole_steps
from .system import State, System, in_float64, states

Path = Float[Array, "time dimension"]
MOST_ADAPTIVE_STEPS = 2**20


def simulate(
    system: System,
    x0: Any,
    *,
    duration: float | int,
    dt: float | int,
    solver: str | None = None,
    key: PRNGKey | None = None,
    noise: Any = None,
    sweep: Mapping[str, Any] | None = None,
    save_every: int | float = 1,
    tolerance: float = 1e-8,
) -> xr.DataArray:
    """Simulate a system from one or many initial states, in float64.

    Parameters
    ----------
    system : System
    x0 : array, shape (dimension,) or (trial, dimension)
        Initial states. Repeat a state to give it several paths of noise.
    duration, dt : float
        ms. The duration is a whole number of steps. With an adaptive solver dt only says when to save.
    solver : {"euler", "heun", "rk4", "tsit5", "kvaerno5", "euler-maruyama", "stochastic-heun", "exact"}, optional
        Default ``"rk4"``, for a system with noise ``"euler-maruyama"``. ``"tsit5"`` and, for stiff systems, the
        implicit ``"kvaerno5"`` are Diffrax's, with adaptive steps. ``"stochastic-heun"`` reads the equation in
        the sense of Stratonovich, which matters only if the diffusion depends on the state. ``"exact"`` steps without
        error, where a process has such a law: :class:`isocortex.dynamics.OrnsteinUhlenbeck`.
    key : key, optional
        For the noise. Trial i uses ``fold_in(key, i)``, its step n ``fold_in`` of that and n, so that neither the
        number of trials nor the duration changes what is drawn, and paths agree to rounding.
    noise : array, shape (step, dimension) or (trial, step, dimension), optional
        Standard normal numbers in place of the key: step n moves x by diffusion·√dt·noise[n] in addition to the drift.
        With it, published paths can be replayed.
    sweep : mapping of str to array, shape (value, ...), optional
        Parameter → its values, each a new dimension of the result. All share the noise.
    save_every : int
        Steps of dt between saved states, not ms. Default 1.
    tolerance : float
        Relative and absolute error per step of the adaptive solvers. Default 1e-8.

    Returns
    -------
    DataArray
        (swept parameters …, [trial,] time, variable), with the ``time`` in ms, the initial state first.
        ``attrs["methods"]`` says what was done, as a paragraph for a report.

    Warns
    -----
    RuntimeWarning
        If dt is beyond where the scheme is stable for the linearisation at x0; if an adaptive solver runs out of steps;
        or if a state stops being finite.

    Raises
    ------
    InputError
        For an unknown solver or parameter, a duration or dt that is not positive, a save_every that is no whole number
        of steps, noise of the wrong shape, a noisy
        system with a deterministic solver or without a source of noise, and the other way round.

    Examples
    --------
    >>> from isocortex.dynamics import Custom, simulate
    >>> decay = Custom(lambda t, x, a: a * x, ("x",), {"a": -0.5})
    >>> x = simulate(decay, [1.0], duration=2, dt=0.5, sweep={"a": [-0.5, 0.0]})
    >>> x.sel(time=2).values.ravel().round(3).tolist()
    [0.368, 1.0]
    """
    start = states(system, x0)
    noisy = system.noisy
    name = solver or ("euler-maruyama" if noisy else "rk4")
    scheme = SOLVERS.named(name)
    require(math.isfinite(dt) and dt > 0, f"dt must be above 0 ms; got {dt}.")
    n_steps = whole_steps(duration, dt)
    require(
        float(save_every).is_integer() and save_every >= 1,
        f"save_every must be a whole number of steps of dt, at least 1; got {save_every}.",
    )
    save_every = int(save_every)
    require(
        n_steps % save_every == 0,
        f"The {n_steps} steps of {dt:g} ms cannot be saved every {save_every}; choose a divisor.",
    )
    require(tolerance > 0, f"tolerance must be above 0; got {tolerance}.")
    draws = _draws(system, name, noisy, key, noise, start, n_steps)
    swept = {parameter: np.asarray(values, float) for parameter, values in (sweep or {}).items()}
    for parameter, values in swept.items():
        system.replace(**{parameter: 0.0})
        require(values.ndim >= 1 and len(values) > 0, f"The sweep of {parameter} needs values along a first axis.")
    trials = start.ndim == 2 or (draws is not None and draws.ndim == 3)
    with jax.enable_x64(True):
        exact = in_float64(system)
        batch = jnp.asarray(np.atleast_2d(start))
        if draws is not None and draws.ndim == 3:
            batch = jnp.broadcast_to(batch, (len(draws), system.dimension))
        if scheme.step is not None:
            warn_if_unstable(exact, swept, batch, dt, name)
        grid = {"dt": jnp.asarray(dt, float), "tolerance": jnp.asarray(tolerance, float)}
        plan = (name, n_steps // save_every, save_every)
        paths, exhausted = (np.asarray(x) for x in _simulate(exact, swept, batch, key, draws, grid, plan))
    values = paths if trials else paths[..., 0, :, :]
    if exhausted.any():
        advice = "Raise the tolerance." if name == "kvaerno5" else "The system is stiff: use solver='kvaerno5'."
        text = f"{name} did not reach the end in {MOST_ADAPTIVE_STEPS} steps; what it did not reach is inf. {advice}"
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    elif not np.isfinite(values).all():
        first = int(np.argmin(np.isfinite(values).all(axis=-1).reshape(-1, values.shape[-2]).all(axis=0)))
        text = f"The state is no longer finite from {first * dt * save_every:g} ms on: does the system diverge?"
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    methods = simulation_in_words(
        scheme,
        duration=duration,
        dt=dt,
        tolerance=tolerance,
        starts=len(np.unique(np.atleast_2d(start), axis=0)),
        paths=paths.shape[-3],
        noise="" if not noisy else "random numbers" if noise is None else "the numbers that were given",
        swept=[(parameter, len(of)) for parameter, of in swept.items()],
    )
    labels = {p: v for p, v in swept.items() if v.ndim == 1}
    labels |= {"time": np.arange(n_steps // save_every + 1) * save_every * dt, "variable": list(system.variables)}
    path = xr.DataArray(
        values,
        dims=(*swept, *(["trial"] if trials else []), "time", "variable"),
        coords=labels,
        name=type(system).__name__,
        attrs={"solver": name, "dt": dt, "methods": methods},
    )
    path["time"].attrs["units"] = "ms"
    return path


def rates(system: System, x: Any, *, t: float = 0.0) -> Float[np.ndarray, "*trial dimension"]:
    """Evaluate dx/dt of one or many states, in float64.

    Parameters
    ----------
    system : System
    x : array, shape (dimension,) or (trial, dimension)
    t : float
        ms. Default 0.

    Returns
    -------
    array, of the shape of `x`
        In the unit of x per ms.

    Examples
    --------
    >>> from isocortex.dynamics import Linear
    >>> rates(Linear([[-2.0]]), [[1.0], [3.0]]).tolist()
    [[-2.0], [-6.0]]
    """
    points = states(system, x, "x")
    with jax.enable_x64(True):
        values = np.asarray(_rates(in_float64(system), jnp.asarray(t, float), jnp.asarray(np.atleast_2d(points))))
    return values.reshape(points.shape)


def jacobian(system: System, x: Any, *, t: float = 0.0) -> Float[np.ndarray, "*trial dimension dimension"]:
    """Evaluate the Jacobian of dx/dt at one or many states, by automatic differentiation in float64.

    Parameters
    ----------
    system : System
    x : array, shape (dimension,) or (trial, dimension)
    t : float
        ms. Default 0.

    Returns
    -------
    array, shape (dimension, dimension) or (trial, dimension, dimension)
        ∂(dx_i/dt)/∂x_j, per ms.

    Examples
    --------
    >>> from isocortex.dynamics import Linear
    >>> jacobian(Linear([[1.0, 2.0], [3.0, 4.0]]), [0.0, 0.0]).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    points = states(system, x, "x")
    with jax.enable_x64(True):
        start, batch = jnp.asarray(t, float), jnp.asarray(np.atleast_2d(points))
        values = np.asarray(linearised(in_float64(system), {}, batch, start))
    return values.reshape(*points.shape, system.dimension)


def integrate(
    system: System,
    x0: State,
    *,
    dt: Float[Array, ""] | float,
    n_saves: int,
    save_every: int = 1,
    solver: str = "rk4",
    key: PRNGKey | None = None,
    noise: Float[Array, "step dimension"] | None = None,
    tolerance: Float[Array, ""] | float = 1e-8,
) -> Path:
    """Integrate one path; pure, to be jitted, mapped and differentiated. See :func:`simulate` for the parameters.

    Returns
    -------
    array, shape (n_saves + 1, dimension)
        The initial state first.

    Examples
    --------
    >>> from isocortex.dynamics import RatePopulation
    >>> path = integrate(RatePopulation(), jnp.array([0.2]), dt=0.1, n_saves=3)
    >>> path.shape
    (4, 1)
    """
    scheme = SOLVERS.named(solver)
    if scheme.step is None:
        return _adaptive(system, x0, dt * save_every * jnp.arange(n_saves + 1), scheme.diffrax, tolerance)[0]
    step, root = scheme.step, jnp.sqrt(jnp.asarray(dt, x0.dtype))

    def advance(x: State, n: Array) -> tuple[State, None]:
        if noise is not None:
            drawn = noise[n]
        elif key is not None:
            drawn = jax.random.normal(jax.random.fold_in(key, n), x.shape, x.dtype)
        else:
            drawn = jnp.zeros_like(x)
        return step(system, n * dt, x, jnp.asarray(dt, x.dtype), root * drawn), None

    def save(x: State, first: Array) -> tuple[State, State]:
        x, _ = jax.lax.scan(advance, x, first + jnp.arange(save_every))
        return x, x

    _, saved = jax.lax.scan(save, x0, save_every * jnp.arange(n_saves))
    return jnp.concatenate([x0[None], saved])


def _adaptive(
    system: System, x0: State, times: Float[Array, " time"], solver: str, tolerance: Float[Array, ""] | float
) -> tuple[Path, Bool[Array, ""]]:
    """Integrate with steps that Diffrax chooses; return the path and whether the steps ran out."""
    import diffrax

    scheme, controller = getattr(diffrax, solver)(), diffrax.PIDController(rtol=tolerance, atol=tolerance)
    if isinstance(scheme, diffrax.AbstractImplicitSolver):  # between its long steps a stiff path can't be interpolated
        controller = diffrax.ClipStepSizeController(controller, step_ts=times)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, x, s: s.f(t, x)),
        scheme,
        times[0],
        times[-1],
        None,
        x0,
        args=system,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=controller,
        max_steps=MOST_ADAPTIVE_STEPS,
        throw=False,
    )
    path: Any = solution.ys
    return path, jnp.asarray(solution.result == diffrax.RESULTS.max_steps_reached)


@eqx.filter_jit
def _simulate(
    system: System,
    swept: Mapping[str, Array | np.ndarray],
    x0: Float[Array, "trial dimension"],
    key: PRNGKey | None,
    noise: Array | np.ndarray | None,
    grid: Mapping[str, Array],
    how: tuple[str, int, int],
) -> tuple[Float[Array, "*sweep trial time dimension"], Bool[Array, "*sweep trial"]]:
    """Return the paths, and for which the steps of an adaptive solver ran out."""
    solver, n_saves, save_every = how
    plan = {"solver": solver, "n_saves": n_saves, "save_every": save_every, **grid}

    def one(system: System, x: State, trial: Array, drawn: Array | None) -> tuple[Path, Bool[Array, ""]]:
        if SOLVERS[solver].step is None:
            times = grid["dt"] * save_every * jnp.arange(n_saves + 1)
            return _adaptive(system, x, times, SOLVERS[solver].diffrax, grid["tolerance"])
        mine = None if key is None else jax.random.fold_in(key, trial)
        return integrate(system, x, key=mine, noise=drawn, **plan), jnp.array(False)

    def all_trials(system: System) -> tuple[Array, Array]:
        axes = (0, 0, 0 if noise is not None and noise.ndim == 3 else None)
        return jax.vmap(lambda x, i, drawn: one(system, x, i, drawn), axes)(x0, jnp.arange(len(x0)), noise)

    return over_parameters(all_trials, system, swept)


@eqx.filter_jit
def _rates(system: System, t: Array, x: Float[Array, "trial dimension"]) -> Float[Array, "trial dimension"]:
    return jax.vmap(lambda x: system.f(t, x))(x)


def _draws(
    system: System, solver: str, noisy: bool, key: PRNGKey | None, noise: Any, x0: np.ndarray, n_steps: int
) -> np.ndarray | None:
    """Return explicit noise as float64, having checked that system, solver and source of noise belong together."""
    kind = type(system).__name__
    if solver == "exact":
        zeros = jnp.zeros(system.dimension)
        require(
            jax.eval_shape(system.exact_step, zeros, 1.0, zeros) is not None,
            f"{kind} has no exact step; use 'euler-maruyama', or 'tsit5' without noise.",
        )
    if not noisy:
        require(not SOLVERS[solver].noisy, f"{kind} has no noise, so take 'euler' or 'heun', not {solver!r}.")
        require(key is None and noise is None, f"{kind} has no noise, and needs neither key nor noise.")
        return None
    require(
        SOLVERS[solver].noisy,
        f"{kind} has noise, which {solver!r} cannot simulate; use 'euler-maruyama' or 'stochastic-heun'.",
    )
    require((key is None) != (noise is None), f"{kind} has noise: give either a key or explicit noise.")
    if noise is None:
        return None
    drawn = np.asarray(noise, float)
    shape = (n_steps, system.dimension)
    require(
        drawn.shape[-2:] == shape
        and drawn.ndim in (2, 3)
        and (x0.ndim == 1 or drawn.ndim == 2 or len(drawn) == len(x0)),
        f"noise must have shape (step, variable) = {shape}, or a trial axis before it as long as that of x0; "
        f"got {drawn.shape}.",
    )
    require(bool(np.isfinite(drawn).all()), "noise holds NaN or infinite values.")
    return drawn
