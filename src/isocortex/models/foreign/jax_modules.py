"""Modules of Equinox and Flax: their layers are heard while the function of the whole model is traced."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from functools import cached_property
from inspect import signature
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ...errors import InputError
from .functions import is_array
from .layers import WHOLE, Place, parts
from .torch_modules import channels_first


class Listener:
    """A layer of Equinox that passes on what it returns, and is like the layer in everything else."""

    def __init__(self, layer: Any, name: str, hear: Callable[[str, Any], None]) -> None:
        self._layer, self._name, self._hear = layer, name, hear

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        returned = self._layer(*arguments, **named)
        self._hear(self._name, returned)
        return returned

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self.__dict__["_layer"], attribute)


@dataclass(frozen=True)
class EquinoxModule:
    """A module of Equinox that takes one example: images as channel × height × width, or anything else as it is."""

    module: Any
    seed: int

    def undisturbed(self) -> AbstractContextManager[None]:
        """Return an empty context: modules of Equinox do not change."""
        return nullcontext()

    def show(self, images: Any, put: Callable[[Place, Any], None], layers: Sequence[str] | None, start: int) -> None:
        """Run the module for a batch; a layer inside of a loop of JAX cannot be heard."""
        shown = jnp.asarray(channels_first(np.asarray(images)))
        keys = jax.random.split(jax.random.fold_in(jax.random.key(self.seed), start), len(shown))
        wanted = tuple(name for name in self.names() if layers is None or name in layers)
        try:
            places, activity = self._compiled(self.module, shown, keys, wanted)
        except (jax.errors.UnexpectedTracerError, jax.errors.TracerArrayConversionError) as error:
            raise InputError(
                f"A layer of {type(self.module).__name__} is called inside of a loop of JAX (scan, map or jit), where "
                "it cannot be recorded. Name others with layers=…, or record a function that returns its activity."
            ) from error
        for place, values in zip(places, activity, strict=True):
            put(place, np.asarray(values))

    def names(self) -> list[str]:
        """Return the dotted names of all modules that can be called, and "output" for the module itself."""
        found = list(_callables(self.module))
        return found if WHOLE in found else [*found, WHOLE]

    def describe(self, shape: tuple[int, ...]) -> str:
        """Return what a module of Equinox must be called with."""
        return "; a module is called with one example of channel × height × width, and nothing else but a key"

    @cached_property
    def _compiled(self) -> Callable[..., tuple[tuple[Place, ...], tuple[jax.Array, ...]]]:
        takes_key = "key" in signature(self.module.__call__).parameters

        @eqx.filter_jit
        def activity(
            module: Any, images: jax.Array, keys: jax.Array, wanted: tuple[str, ...]
        ) -> tuple[tuple[Place, ...], tuple[jax.Array, ...]]:
            module, places = eqx.nn.inference_mode(module), []

            def of_one(image: jax.Array, key: jax.Array) -> tuple[jax.Array, ...]:
                heard: dict[Place, jax.Array] = {}
                calls: Counter[str] = Counter()

                def hear(name: str, returned: Any) -> None:
                    calls[name] += 1
                    heard.update({Place(name, calls[name], part): x for part, x in parts(returned, is_array)})

                returned = _listening(module, wanted, hear)(image, **({"key": key} if takes_key else {}))
                if WHOLE in wanted and WHOLE not in calls:
                    hear(WHOLE, returned)
                places[:] = heard
                return tuple(heard.values())

            found = jax.vmap(of_one, axis_name="batch")(images, keys)
            return tuple(places), found

        return activity


def _children(node: Any) -> dict[str, Any]:
    """Return what a module, a list or a dictionary holds, by name."""
    if isinstance(node, eqx.Module):
        return {f.name: getattr(node, f.name) for f in fields(node) if hasattr(node, f.name)}  # pyright: ignore
    if isinstance(node, Mapping):
        return {str(name): item for name, item in node.items()}
    if isinstance(node, tuple | list):
        return {str(i): item for i, item in enumerate(node)}
    return {}


def _callables(node: Any, place: str = "") -> dict[str, Any]:
    """Return the modules inside of a module that can be called, by their dotted names."""
    found = {}
    for name, child in _children(node).items():
        path = f"{place}.{name}" if place else name
        found |= {path: child} if isinstance(child, eqx.Module) and callable(child) else {}
        found |= _callables(child, path)
    return found


def _listening(node: Any, wanted: Sequence[str], hear: Callable[[str, Any], None], place: str = "") -> Any:
    """Return a copy of a module in which the wanted layers are heard."""
    children = {
        name: _listening(child, wanted, hear, f"{place}.{name}" if place else name)
        for name, child in _children(node).items()
    }
    if isinstance(node, eqx.Module):
        copy = object.__new__(type(node))
        for name, child in children.items():
            object.__setattr__(copy, name, child)
    elif isinstance(node, Mapping):
        copy = dict(zip(node, children.values(), strict=True))
    elif isinstance(node, tuple | list) and not hasattr(node, "_fields"):
        copy = type(node)(children.values())
    else:
        return node
    return Listener(copy, place, hear) if place in wanted and place else copy


@dataclass(frozen=True)
class BoundFlax:
    """A module of Flax with its variables, ``module.bind(variables)``; images are height × width × channel."""

    module: Any

    def undisturbed(self) -> AbstractContextManager[None]:
        """Return an empty context: modules of Flax do not change."""
        return nullcontext()

    def show(self, images: Any, put: Callable[[Place, Any], None], layers: Sequence[str] | None, start: int) -> None:
        """Apply the module, and collect what its modules return."""
        module, variables = self.module.unbind()
        kinds = {"capture_intermediates": True, "mutable": ["intermediates"]}
        _, state = module.apply(variables, jnp.asarray(images), **kinds)
        for name, calls in _returned(state["intermediates"]):
            for call, returned in enumerate(calls, 1):
                for part, value in parts(returned, is_array):
                    put(Place(name, call, part), np.asarray(value))

    def names(self) -> list[str]:
        """Return nothing: modules of Flax are known when they are applied."""
        return []

    def describe(self, shape: tuple[int, ...]) -> str:
        """Return what a module of Flax is called with."""
        return "; a Flax module is called with images of height × width × channel, and nothing else"


def _returned(tree: Any, place: str = "") -> list[tuple[str, Any]]:
    """Return what every module returned, by its dotted name."""
    found = []
    for name, item in tree.items():
        if name == "__call__":
            found.append((place or WHOLE, item))
        elif isinstance(item, Mapping):
            found += _returned(item, f"{place}.{name}" if place else name)
    return found
