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
from .recurrent import Recurrent


def record(
    model: Any,
    images: Inputs | jax.Array,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    layers: Sequence[str] | None = None,
    population: bool = True,
    key: PRNGKey | None = None,
    times: Sequence[float] | np.ndarray | None = None,
) -> dict[str, xr.DataArray]:
    """Show images or sequences to a model and label the activity of its layers.

    Parameters
    ----------
    model : model or population
        Called as ``model(image) -> {layer: activity}``, with the order of its layers in ``model.layers``.
    images : array, shape (stimulus, ...)
        What is shown: grey images of height × width, or sequences of step × channel for a recurrent model.
    stimuli : sequence, optional
        Labels of the stimuli, such as angles in degrees. Default 0, 1, 2, …
    layers : sequence of str, optional
        Which layers. Default all; layers left out are not computed.
    population : bool
        Whether `model` has a leading seed axis. Default True.
    key : key, optional
        Switches the noise of a recurrent model on, of its own for every member and stimulus. Default: no noise.
    times : sequence, length (step,), optional
        When each step of a sequence starts, in ms. Default 0, dt, 2·dt, …

    Returns
    -------
    dict of str to DataArray
        Layer → responses, in the model's order: seed × stimulus × unit, or seed × stimulus × time × unit of a recurrent
        model; without seed where there is no population.

    Raises
    ------
    InputError
        If a layer does not exist, an image is not of the size the model looks at, or a sequence has not its channels.
    """
    seeds = n_members(model) if population else None
    wanted = tuple(model.layers if layers is None else layers)
    for layer in wanted:
        if layer not in model.layers:
            raise unknown("layer", layer, model.layers)
    in_time = isinstance(model, Recurrent)
    if in_time:
        _require_sequences(images, model.arguments["n_inputs"])
    else:
        size = getattr(model, "image_size", images.shape[1:])
        require(
            tuple(size) == images.shape[1:],
            f"The model looks at images of {' × '.join(map(str, size))} pixels; got "
            f"{' × '.join(map(str, images.shape[1:]))}.",
        )
    keys = None if key is None else _keys(key, seeds, len(images))
    activity = _activity(model, jnp.asarray(images), keys, wanted, population, in_time)
    dims = ("seed", "stimulus", "unit") if population else ("stimulus", "unit")
    if in_time:
        step_times = model.dt.ravel()[0] * np.arange(images.shape[1]) if times is None else times
        coordinates = {
            "stimulus": np.arange(len(images)) if stimuli is None else np.asarray(stimuli),
            "time": np.asarray(step_times),
        }
        recorded = {
            layer: xr.DataArray(np.asarray(activity[layer]), coordinates, (*dims[:-1], "time", "unit"), name=layer)
            for layer in wanted
        }
    else:
        recorded = {
            layer: responses(np.asarray(activity[layer]), stimuli=stimuli, dims=dims, name=layer) for layer in wanted
        }
    if seeds is not None:
        recorded = {layer: array.assign_coords(seed=np.arange(seeds)) for layer, array in recorded.items()}
    return recorded


IMAGES_AT_ONCE = 100
"""Images a model looks at together: enough to fill the machine, few enough to spare its memory."""


def _require_sequences(inputs: Any, n_channels: int) -> None:
    require(
        inputs.ndim == 3 and inputs.shape[-1] == n_channels,
        f"The model takes sequences, stimulus × step × channel, of {n_channels} channels; got {inputs.shape}.",
    )


def _keys(key: PRNGKey, seeds: int | None, n: int) -> jax.Array:
    """Return a key per stimulus, of every member if there are some."""
    if seeds is None:
        return member_keys(key, n)
    return jax.vmap(lambda key: member_keys(key, n))(member_keys(key, seeds))


@eqx.filter_jit
def _activity(
    model: Any,
    images: jax.Array,
    keys: jax.Array | None,
    layers: tuple[str, ...],
    population: bool,
    in_time: bool,
) -> dict[str, jax.Array]:
    def of_member(member: Any, keys: jax.Array | None) -> dict[str, jax.Array]:
        def of_image(shown: tuple[jax.Array, jax.Array | None]) -> dict[str, jax.Array]:
            image, key = shown
            activity = member(image, key=key)
            return {layer: activity[layer] if in_time else activity[layer].ravel() for layer in layers}

        return jax.lax.map(of_image, (images, keys), batch_size=IMAGES_AT_ONCE)

    return map_members(of_member, model, keys) if population else of_member(model, keys)
