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
from ..shapes import Inputs
from .population import map_members, n_members


def record(
    model: Any,
    images: Inputs,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    layers: Sequence[str] | None = None,
    population: bool = True,
) -> dict[str, xr.DataArray]:
    """Show images to a model and label the activity of its layers.

    Parameters
    ----------
    model : model or population
        Called as ``model(image) -> {layer: activity}``, with the order of its layers in ``model.layers``.
    images : array, shape (stimulus, ...)
        What is shown: grey images of height × width for the models here.
    stimuli : sequence, optional
        Labels of the stimuli, such as angles in degrees. Default 0, 1, 2, …
    layers : sequence of str, optional
        Which layers. Default all; layers left out are not computed.
    population : bool
        Whether `model` has a leading seed axis. Default True.

    Returns
    -------
    dict of str to DataArray
        Layer → responses (seed × stimulus × unit, or stimulus × unit), in the model's order.

    Raises
    ------
    InputError
        If a layer does not exist, or an image is not of the size the model looks at.
    """
    seeds = n_members(model) if population else None
    wanted = tuple(model.layers if layers is None else layers)
    for layer in wanted:
        if layer not in model.layers:
            raise unknown("layer", layer, model.layers)
    size = getattr(model, "image_size", images.shape[1:])
    require(
        tuple(size) == images.shape[1:],
        f"The model looks at images of {' × '.join(map(str, size))} pixels; got "
        f"{' × '.join(map(str, images.shape[1:]))}.",
    )
    activity = _activity(model, jnp.asarray(images), wanted, population)
    dims = ("seed", "stimulus", "unit") if population else ("stimulus", "unit")
    recorded = {
        layer: responses(np.asarray(activity[layer]), stimuli=stimuli, dims=dims, name=layer) for layer in wanted
    }
    if seeds is not None:
        recorded = {layer: array.assign_coords(seed=np.arange(seeds)) for layer, array in recorded.items()}
    return recorded


IMAGES_AT_ONCE = 100
"""Images a model looks at together: enough to fill the machine, few enough to spare its memory."""


@eqx.filter_jit
def _activity(model: Any, images: jax.Array, layers: tuple[str, ...], population: bool) -> dict[str, jax.Array]:
    def of_member(member: Any) -> dict[str, jax.Array]:
        def of_image(image: jax.Array) -> dict[str, jax.Array]:
            activity = member(image)
            return {layer: activity[layer].ravel() for layer in layers}

        return jax.lax.map(of_image, images, batch_size=IMAGES_AT_ONCE)

    return map_members(of_member, model) if population else of_member(model)
