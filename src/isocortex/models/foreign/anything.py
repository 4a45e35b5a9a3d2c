"""Show images to a model of any package, batch by batch, and keep the activity of its layers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import equinox as eqx
import numpy as np
import xarray as xr

from ...errors import InputError, require
from ...memory import LARGEST_SHARE, physical_memory
from ...responses import nfc
from ...stimuli.photographs import Photographs
from .functions import Function
from .jax_modules import BoundFlax, EquinoxModule
from .layers import Place, Returned, chosen
from .store import Store, checked_names, plan, temporary_file
from .torch_modules import TorchModule, is_torch

BATCH = 32
"""Images that are shown at once by default."""
FIRST = 5
"""Images that are shown first, to learn which layers there are, and whether their first axis is that of the images."""
Put = Callable[[Place, Any], None]
Shown = Photographs | np.ndarray | Any
"""Pictures to prepare, or an array or tensor whose first axis is the stimulus."""


@runtime_checkable
class Foreign(Protocol):
    """A model of another package."""

    def undisturbed(self) -> AbstractContextManager[Any]:
        """Return a context in which the model repeats itself, and after which it is as it was."""
        ...

    def show(self, images: Any, put: Put, layers: Sequence[str] | None, start: int) -> None:
        """Hand the activity of some layers, by default of all, to `put` as arrays with a first axis of images."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names of all layers, as far as they are known before anything is shown."""
        ...

    def describe(self, shape: tuple[int, ...]) -> str:
        """Return why the model may not take images of this shape, as far as it can be seen."""
        ...


def foreign(model: Any, seed: int) -> Foreign:
    """Return a model of another package in the form in which it is recorded.

    Raises
    ------
    InputError
        If it is no model.
    """
    if is_torch(model):
        return TorchModule(model, seed)
    if isinstance(model, eqx.Module):
        return EquinoxModule(model, seed)
    if hasattr(model, "unbind") and hasattr(model, "apply"):
        return BoundFlax(model)
    require(
        callable(model) and not isinstance(model, type),
        "Expected a model: one of isocortex, a torch.nn.Module, an Equinox module, a Flax module with its variables "
        f"(module.bind(variables)), or a function images → {{layer: array}}; got {_kind(model)}.",
    )
    return Function(model)


def record_anything(
    model: Any,
    shown: Shown,
    *,
    stimuli: np.ndarray,
    layers: Sequence[str] | None = None,
    times: np.ndarray | None = None,
    seed: int = 0,
    batch: int | None = None,
    memory: float | int | None = None,
    file: str | PathLike[str] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, xr.DataArray]:
    """Record a model of another package; :func:`isocortex.record` explains the parameters.

    A few images are shown alone first, to learn which layers return what. Then all images are shown once, and every
    layer is kept in the same pass.

    Examples
    --------
    >>> def edges(images):
    ...     return {"edges": np.abs(np.diff(images, axis=2))}
    >>> images = np.random.default_rng(0).random((4, 8, 8))
    >>> layers = record_anything(edges, images, stimuli=np.array(["face", "hand", "tree", "house"]))
    >>> layers["edges"].dims, layers["edges"].shape
    (('stimulus', 'unit'), (4, 56))
    """
    module, name, n = foreign(model, seed), _kind(model), len(shown)
    limit = LARGEST_SHARE * physical_memory() if memory is None else 1e9 * memory
    require(limit > 0, f"memory must be above 0 GB; got {memory}.")
    require(batch is None or batch >= 1, f"batch must be at least 1 image; got {batch}.")
    stimuli = nfc(np.asarray(stimuli))
    require(stimuli.shape == (n,), f"There are {n} images, but the stimuli have the shape {stimuli.shape}.")
    with module.undisturbed():
        returned = _first(module, shown, name)
        wanted = chosen(layers, returned, module.names(), name)
        kept = {layer: returned[place].of_one(layer) for place, layer in wanted.items()}
        checked_names(list(kept))
        _require_steps(kept, times)
        largest = max(each.bytes for each in returned.values())
        fits, most = plan(kept, largest, n, limit, batch or BATCH)
        in_file = temporary_file() if file is None and not fits else nullcontext(None if file is None else Path(file))
        with in_file as path:
            store = Store(kept, stimuli, times, path, attributes or {})
            try:
                for start in range(0, n, most):
                    _pass(module, shown, start, min(start + most, n), wanted, store, name)
                return store.finish()
            finally:
                store.discard()


def _first(module: Foreign, shown: Shown, name: str) -> dict[Place, Returned]:
    """Return what every layer returns for the first images, or say why the model does not take them."""
    images, returned = _batch(shown, 0, min(FIRST, len(shown))), {}

    def put(place: Place, values: np.ndarray) -> None:
        returned[place] = Returned(values.shape, values.dtype, len(images))

    try:
        module.show(images, put, None, 0)
    except InputError:
        raise
    except Exception as error:  # whatever the model raises
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
        hint = module.describe(tuple(images.shape[1:]))
        raise InputError(
            f"{name} does not take these images of the shape {' × '.join(map(str, images.shape[1:]))}{hint} ({why})."
        ) from error
    return returned


def _pass(
    module: Foreign, shown: Shown, start: int, stop: int, wanted: Mapping[Place, str], store: Store, model: str
) -> None:
    """Show one batch, and keep what the wanted layers return."""
    came = set()

    def put(place: Place, values: np.ndarray) -> None:
        if place in wanted:
            require(
                len(values) == stop - start,
                f"The layer {wanted[place]!r} returned {len(values)} rows for {stop - start} images.",
            )
            store.put(wanted[place], start, values)
            came.add(place)

    module.show(_batch(shown, start, stop), put, list(dict.fromkeys(place.layer for place in wanted)), start)
    missing = [layer for place, layer in wanted.items() if place not in came]
    require(
        not missing,
        f"The layer {missing[0] if missing else ''!r} of {model} returned nothing for images {start} to {stop - 1}; it "
        "must be called for every image.",
    )


def _batch(shown: Shown, start: int, stop: int) -> Any:
    return shown.batch(start, stop) if isinstance(shown, Photographs) else shown[start:stop]


def _require_steps(layers: Mapping[str, Any], times: np.ndarray | None) -> None:
    """Raise unless every layer has a value for each of the times, where there are any."""
    if times is None:
        return
    for name, layer in layers.items():
        require(
            len(layer.shape) > 0 and layer.shape[0] == len(times),
            f"The layer {name!r} must be step × unit with {len(times)} steps, one for each of the times; for one "
            f"stimulus it has the shape {' × '.join(map(str, layer.shape))}.",
        )


def _kind(model: Any) -> str:
    return str(getattr(model, "__name__", type(model).__name__))
