"""Record the activity of every layer of a model for a set of stimuli."""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..errors import require, unknown
from ..responses import responses
from ..shapes import Inputs, PRNGKey
from .population import map_members, member_keys, n_members
from .protocol import Model


def record(
    model: Any,
    images: Inputs | jax.Array,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    layers: Sequence[str] | None = None,
    population: bool = True,
    key: PRNGKey | None = None,
    times: Sequence[float | int] | np.ndarray | None = None,
) -> dict[str, xr.DataArray]:
    """Show images or sequences to a model and label the activity of its layers.

    Parameters
    ----------
    model : model or population
        Of a class written from :class:`isocortex.models.Model`.
    images : array, shape (stimulus, ...)
        What is shown: grey images of height × width, or sequences of step × channel for a model in time.
    stimuli : sequence, optional
        Labels of the stimuli, such as angles in degrees. Default 0, 1, 2, …
    layers : sequence of str, optional
        Which layers. Default all; layers left out are not computed.
    population : bool
        Whether `model` has a leading seed axis. Default True.
    key : key, optional
        Switches the noise of a model on; every member and stimulus has its own. Default: no noise.
    times : sequence, length (step,), optional
        When each step of a sequence starts, in ms. Default 0, dt, 2·dt, …

    Returns
    -------
    dict of str to DataArray
        Layer → responses, in the model's order: seed × stimulus × unit, or seed × stimulus × time × unit of a model in
        time; without seed where there is no population.

    Raises
    ------
    InputError
        If this is no model, a layer does not exist, what is shown has not the shape that the model takes, a layer
        lacks the axis of time, or the activity is not finite.

    Examples
    --------
    >>> from isocortex.models import OrientationEnergy
    >>> from isocortex.stimuli import gratings
    >>> angles = [-45.0, 0.0, 45.0]
    >>> record(OrientationEnergy((48, 64)), gratings(angles), stimuli=angles, population=False)["pooled"].dims
    ('stimulus', 'unit')
    """
    require(
        isinstance(model, Model),
        f"Expected a model, whose class is a subclass of isocortex.models.Model; got {type(model).__name__}.",
    )
    seeds = n_members(model) if population else None
    wanted = tuple(model.layers if layers is None else layers)
    for layer in wanted:
        if layer not in model.layers:
            raise unknown("layer", layer, model.layers)
    _require_shape(model, images.shape[1:])
    keys = None if key is None else _keys(key, seeds, len(images))
    shown = jnp.asarray(images)
    shapes = eqx.filter_eval_shape(_activity, model, shown, keys, wanted, population)
    dims = (*(("seed",) if population else ()), "stimulus", *(("time",) if model.in_time else ()), "unit")
    for layer, shape in shapes.items():
        steps = len(shape.shape) == len(dims) and (not model.in_time or shape.shape[-2] == images.shape[1])
        require(
            steps,
            f"The layer {layer!r} of {type(model).__name__} must have the shape step × …, because the model sets "
            "in_time = True.",
        )
    if model.in_time and times is None:
        times = np.asarray(model.dt).ravel()[0] * np.arange(images.shape[1])
    activity = _activity(model, shown, keys, wanted, population)
    recorded = {
        layer: responses(np.asarray(activity[layer]), stimuli=stimuli, times=times, dims=dims, name=layer)
        for layer in wanted
    }
    if seeds is not None:
        recorded = {layer: array.assign_coords(seed=np.arange(seeds)) for layer, array in recorded.items()}
    return recorded


IMAGES_AT_ONCE = 100
"""Images a model looks at together: enough to fill the machine, few enough to spare its memory."""


def _require_shape(model: Model, shape: tuple[int, ...]) -> None:
    """Raise unless one example has the shape that the model takes."""
    expected = model.input_shape
    if expected is None:
        return
    fits = len(expected) == len(shape) and all(n in (None, m) for n, m in zip(expected, shape, strict=True))
    axes = " × ".join("any" if n is None else str(n) for n in expected)
    got = " × ".join(map(str, shape)) or "a number"
    kind = "sequences of step × channel" if model.in_time else "inputs"
    require(fits, f"{type(model).__name__} takes {kind} of shape {axes}, one per stimulus; got {got}.")


def _keys(key: PRNGKey, seeds: int | None, n: int) -> jax.Array:
    """Return a key per stimulus, of every member if there are some."""
    if seeds is None:
        return member_keys(key, n)
    return jax.vmap(lambda key: member_keys(key, n))(member_keys(key, seeds))


@eqx.filter_jit
def _activity(
    model: Any, images: jax.Array, keys: jax.Array | None, layers: tuple[str, ...], population: bool
) -> dict[str, jax.Array]:
    def of_member(member: Any, keys: jax.Array | None) -> dict[str, jax.Array]:
        def of_image(shown: tuple[jax.Array, jax.Array | None]) -> dict[str, jax.Array]:
            image, key = shown
            activity = member(image, key=key)
            return {layer: _flat(activity[layer], model.in_time) for layer in layers}

        return jax.lax.map(of_image, (images, keys), batch_size=IMAGES_AT_ONCE)

    return map_members(of_member, model, keys) if population else of_member(model, keys)


def _flat(activity: jax.Array, in_time: bool) -> jax.Array:
    """Return a layer as a list of units, at every step where there is time."""
    if not in_time:
        return activity.ravel()
    return activity.reshape(*activity.shape[:1], -1)
