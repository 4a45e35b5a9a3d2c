"""Modules of PyTorch: every layer is heard by a forward hook, in one pass."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from .layers import WHOLE, Place, parts


def is_torch(model: Any) -> bool:
    """Return whether a model is a ``torch.nn.Module``, without importing torch: without torch there is none."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def is_tensor(value: Any) -> bool:
    """Return whether a value is a tensor of PyTorch, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


@dataclass(frozen=True)
class TorchModule:
    """A ``torch.nn.Module``, recorded on the device that it is on.

    Attributes
    ----------
    module : torch.nn.Module
    seed : int
        Of what the model draws at random even when it is not trained.
    """

    module: Any
    seed: int

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Switch to evaluation without gradients, in full precision; put every module back into its own mode after."""
        torch, training = sys.modules["torch"], {module: module.training for module in self.module.modules()}
        devices = [self._device] if self._device.type == "cuda" else []
        exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
        try:
            self.module.eval()
            with torch.no_grad(), torch.random.fork_rng(devices), exact:
                yield
        finally:
            for module, mode in training.items():
                module.training = mode

    def show(self, images: Any, put: Callable[[Place, Any], None], layers: Sequence[str] | None, start: int) -> None:
        """Run the module once, with a hook in every wanted layer, which hands the activity over before it can change.

        (A layer that works in place overwrites what the layer before it has returned.)
        """
        torch = sys.modules["torch"]
        if not is_tensor(images):
            images = torch.from_numpy(np.ascontiguousarray(channels_first(images)))
        calls: Counter[str] = Counter()

        def heard(layer: str, module: Any, received: Any, returned: Any) -> None:
            calls[layer] += 1
            for part, value in parts(returned, is_dense):
                put(Place(layer, calls[layer], part), _plain(torch, value))

        wanted = [name for name in self._modules if layers is None or name in layers]
        hooks = [self._modules[name].register_forward_hook(partial(heard, name)) for name in wanted]
        torch.manual_seed(self.seed + start)
        try:
            self.module(images.to(self._device))
        finally:
            for hook in hooks:
                hook.remove()

    def names(self) -> list[str]:
        """Return the dotted names of all modules, and "output" for the module itself."""
        return list(self._modules)

    def describe(self, shape: tuple[int, ...]) -> str:
        """Return how many channels the first layer takes, where the images have another number of them."""
        first = next((m for m in self.module.modules() if hasattr(m, "in_channels")), None)
        if first is None or len(shape) != 3 or first.in_channels == shape[-1]:
            return ""
        advice = {1: "; channels=1 makes them grey", 3: "; channels=3 repeats grey values"}
        return f": it takes {first.in_channels} channels, and they have {shape[-1]}{advice.get(first.in_channels, '')}"

    @cached_property
    def _modules(self) -> dict[str, Any]:
        named = dict(self.module.named_modules(remove_duplicate=False))
        whole = named.pop("")
        return {**named, **({} if WHOLE in named else {WHOLE: whole})}

    @cached_property
    def _device(self) -> Any:
        torch = sys.modules["torch"]
        held = next((tensor for part in (self.module.parameters(), self.module.buffers()) for tensor in part), None)
        return torch.device("cpu") if held is None else held.device


def channels_first(images: np.ndarray) -> np.ndarray:
    """Return pictures with their channels as the second axis; anything else as it is, floats in single precision."""
    images = np.moveaxis(images, -1, 1) if images.ndim == 4 else images
    return images.astype(np.float32) if images.dtype == np.float64 else images


def is_dense(value: Any) -> bool:
    """Return whether a value is a tensor that can become an array."""
    return is_tensor(value) and not value.is_sparse and not value.is_quantized


def _plain(torch: Any, value: Any) -> np.ndarray:
    """Return a tensor as an array: half precision as single, which NumPy computes with."""
    value = value.detach()
    return (value.float() if value.dtype in (torch.bfloat16, torch.float16) else value).cpu().numpy()
