"""Record the activity of every layer of a model for a set of stimuli."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..errors import require, unknown
from ..recordings import write
from ..responses import responses
from ..shapes import PRNGKey
from ..stimuli.photographs import PerChannel, Photographs, photographs
from .foreign import record_anything
from .foreign.functions import grey_without_channel
from .foreign.torch_modules import is_tensor
from .population import map_members, member_keys, n_members
from .protocol import Model


def record(
    model: Any,
    images: Any,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    layers: Sequence[str] | None = None,
    population: bool = True,
    key: PRNGKey | None = None,
    times: Sequence[float | int] | np.ndarray | None = None,
    size: int | tuple[int, int] | None = None,
    mean: PerChannel | None = None,
    std: PerChannel | None = None,
    channels: int | None = None,
    batch: int | None = None,
    memory: float | int | None = None,
    file: str | PathLike[str] | None = None,
) -> dict[str, xr.DataArray]:
    """Show images or sequences to a model and label the activity of its layers.

    Parameters
    ----------
    model : model, population, module or function
        Of a class written from :class:`isocortex.models.Model`; or a model of another package (docs/foreign.md): a
        ``torch.nn.Module``, an Equinox module, a Flax module with its variables, or a function that takes a batch of
        images and returns layer → array.
    images : array, sequence of arrays or paths, or path of a folder
        What is shown: grey images of stimulus × height × width, colour ones with a last axis of 3, or picture files. A
        tensor of PyTorch and an array of stimulus × feature are shown as they are, as are sequences of stimulus × step
        × channel for a model in time, or where `times` are given.
    stimuli : sequence, optional
        Labels of the stimuli, such as angles in degrees. Default the names of the files, else 0, 1, 2, …
    layers : sequence of str, optional
        Which layers, by their names; inside of modules with dots, such as ``"layer1.0.conv1"``. Layers left out are
        not kept. Default all; of a module the outermost ones, and "output" is what the module itself returns.
    population : bool
        Whether a model of isocortex has a leading seed axis. Default True.
    key : key, optional
        Switches the noise of a model of isocortex on; every member and stimulus has its own. Default: no noise. Of
        other models, the seed of what they draw at random.
    times : sequence, length (step,), optional
        When each step of a sequence starts, in ms. Default 0, dt, 2·dt, … of a model of isocortex. Every layer must
        have step as its first axis.
    size, mean, std, channels : optional
        How images are prepared, as of :func:`isocortex.stimuli.photographs`: `size` in pixels, `mean` and `std` of
        each channel for images of 0…1, and 1 or 3 `channels`.
    batch : int, optional
        The most images that a model of another package is shown at once. Default 32.
    memory : float, optional
        GB that recording a model of another package may take, beside the model. Activity that needs more than half of
        it is streamed to a file and read from there. Default a quarter of the machine's memory.
    file : path, optional
        The netCDF file for the activity, which ``isocortex compare`` takes too. It appears when it is complete.
        Default: only what does not fit into `memory` is in a file, which is temporary.

    Returns
    -------
    dict of str to DataArray
        Layer → responses, in the model's order: seed × stimulus × unit, or seed × stimulus × time × unit of a model in
        time; without seed where there is no population. Tuples and dictionaries that a module of another package
        returns are layers called ``name.0`` and ``name.key``, and several calls of it ``name (call 1)``. The attribute
        ``shape`` is that of such a layer before its units were put into one row.

    Raises
    ------
    InputError
        If this is no model, a layer does not exist or is never called, what is shown has not the shape that the model
        takes, images differ in size, a layer lacks the axis of the images or of time, or the activity is not finite.

    Examples
    --------
    >>> images = np.zeros((3, 8, 8))
    >>> list(record(lambda images: {"mean": images.mean(axis=(1, 2)), "all": images}, images))
    ['mean', 'all']
    """
    asked = {"size": size, "mean": mean, "std": std, "channels": channels}
    given = {name: value for name, value in asked.items() if value is not None}
    ours = isinstance(model, Model)
    shown = _shown(images, given, ready=(ours and not given) or times is not None)
    if stimuli is None and isinstance(shown, Photographs):
        stimuli = shown.labels
    if not ours:
        return record_anything(
            model,
            shown,
            stimuli=np.arange(len(shown)) if stimuli is None else np.asarray(stimuli),
            layers=layers,
            times=None if times is None else np.asarray(times),
            seed=0 if key is None else int(jax.random.bits(key, dtype=np.uint32)) // 2,
            batch=batch,
            memory=memory,
            file=None if file is None else _netcdf(file),
            attributes={name: np.asarray(value) for name, value in given.items()},
        )
    if isinstance(shown, Photographs):
        shown = grey_without_channel(shown.batch(0, len(shown)))
    require(batch is None and memory is None, "batch and memory are for models of other packages.")
    recorded = _record(model, shown, stimuli, layers, population, key, times)
    if file is not None:
        write(_netcdf(file), recorded)
    return recorded


def _netcdf(file: str | PathLike[str]) -> Path:
    require(Path(file).suffix.lower() == ".nc", f"The activity is written as netCDF, .nc; got the file {file}.")
    return Path(file)


def _shown(images: Any, given: dict[str, Any], *, ready: bool) -> Any:
    """Return pictures to be prepared, or what is shown as it is."""
    if (
        is_tensor(images)
        or getattr(images, "ndim", 0) == 2
        or (ready and not isinstance(images, str | PathLike | list | tuple))
    ):
        require(
            not given,
            f"{', '.join(given)} prepare pictures, and these images are shown as they are: tensors, sequences and "
            "stimulus × feature. Give pictures as an array of height × width × channel or as files.",
        )
        require(len(images) > 0, "There are no images to show.")
        return images
    return photographs(images, **given)


def _record(
    model: Any,
    images: Any,
    stimuli: Sequence[Any] | np.ndarray | None,
    layers: Sequence[str] | None,
    population: bool,
    key: PRNGKey | None,
    times: Sequence[float | int] | np.ndarray | None,
) -> dict[str, xr.DataArray]:
    """Record a model of isocortex."""
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
