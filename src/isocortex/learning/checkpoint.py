"""Save models and the state of a training in files: a line of JSON and then arrays, without pickle."""

import hashlib
import json
import re
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..errors import InputError, require
from ..models import CTRNN, GRU, LSTM, MLP, ConvNet, DeepConvNet, Model, SpikingRNN, n_members, population
from ..runs.files import whole

MODELS: dict[str, Any] = {
    "ConvNet": ConvNet,
    "CTRNN": CTRNN,
    "DeepConvNet": DeepConvNet,
    "GRU": GRU,
    "LSTM": LSTM,
    "MLP": MLP,
    "SpikingRNN": SpikingRNN,
}
"""Name → class of the models of isocortex that can be loaded by their name."""


def save_model(path: str | PathLike[str], models: Any) -> None:
    """Write a population to a file that :func:`load_model` reads.

    The first line is JSON (class, arguments, number of seeds), the rest the arrays in NumPy's format.

    Raises
    ------
    InputError
        If the class is not written from :class:`isocortex.models.Model`, or its `arguments` are not JSON.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import jax
    >>> from isocortex import MLP, population
    >>> networks = population(lambda key: MLP((4, 3, 2), key=key), 2, key=jax.random.key(0))
    >>> path = Path(tempfile.mkdtemp()) / "networks.eqx"
    >>> save_model(path, networks)
    >>> load_model(path).weights[0].shape
    (2, 3, 4)
    """
    name = type(models).__name__
    require(
        isinstance(models, Model),
        f"Only models whose class is a subclass of isocortex.models.Model can be saved; got {name}.",
    )
    try:
        header = json.dumps({"model": name, "arguments": models.arguments, "seeds": n_members(models)}, sort_keys=True)
    except TypeError as error:
        raise InputError(f"{name}.arguments must be numbers, text, and lists or dicts of them: {error}.") from error
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(models) if eqx.is_array(leaf))
    with whole(Path(path), size) as partial, partial.open("wb") as file:
        file.write(header.encode() + b"\n")
        eqx.tree_serialise_leaves(file, models)


def load_model(path: str | PathLike[str], build: type[Model] | None = None) -> Any:
    """Load a population that was saved to a file, or the trained one of a run folder.

    Parameters
    ----------
    path : path
        A run folder, or a file written by :func:`save_model`.
    build : class, optional
        The class of the model, where it is not one of isocortex.

    Raises
    ------
    InputError
        If there is no such file, it is not a saved model, or it holds a model of another class.

    Examples
    --------
    >>> import jax, os, tempfile
    >>> from isocortex import ConvNet, population, save_model
    >>> networks = population(lambda key: ConvNet("FC", key=key), 2, key=jax.random.key(0))
    >>> file = os.path.join(tempfile.mkdtemp(), "model.eqx")
    >>> save_model(file, networks)
    >>> load_model(file).fc.weight.shape
    (2, 10, 3072)
    """
    path = Path(path)
    file_path = path / "model.eqx" if path.is_dir() else path
    require(file_path.is_file(), f"There is no saved model at {file_path}.")
    try:
        with file_path.open("rb") as file:
            header = json.loads(file.readline())
            name, arguments, seeds = header["model"], header["arguments"], header["seeds"]
            known: dict[str, Any] = MODELS if build is None else {build.__name__: build}
            require(
                name in known,
                f"{file_path} holds a model of the class {name!r}, and not of {', '.join(sorted(known))}; give its "
                "class, as load_model(path, MyModel).",
            )
            template = eqx.filter_eval_shape(
                population, lambda key: known[name](**arguments, key=key), seeds, key=jax.random.key(0)
            )
            return eqx.tree_deserialise_leaves(file, template)
    except (ValueError, KeyError, TypeError, RuntimeError, EOFError) as error:
        raise InputError(f"{file_path} is not a saved model, or was cut off while it was written.") from error


def fingerprint(*asked: Any) -> str:
    """Return a digest of what a training was asked to do: its program, numbers, every array, and what holds them."""
    lasting = partial(re.sub, r" at 0x\w+", "")  # addresses differ by process
    digest = hashlib.sha256(lasting(str(jax.tree.structure(asked))).encode())
    for leaf in jax.tree.leaves(asked):
        if eqx.is_array(leaf) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            leaf = jax.random.key_data(leaf)
        digest.update(np.asarray(leaf).tobytes() if eqx.is_array(leaf) else lasting(repr(leaf)).encode())
    return digest.hexdigest()


def write_state(path: Path, state: Any, asked: str) -> None:
    """Write the state of a training, behind its fingerprint, beside `path` and move it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(state) if eqx.is_array(leaf))
    with whole(path, size) as partial, partial.open("wb") as file:
        file.write(asked.encode() + b"\n")
        eqx.tree_serialise_leaves(file, state)


def read_state(path: Path, state: Any, asked: str) -> Any:
    """Read the state of the same training, or return `state` itself where there is no file yet."""
    if not path.exists():
        return state
    try:
        with path.open("rb") as file:
            require(
                file.readline() == asked.encode() + b"\n",
                f"{path} is the checkpoint of another training: another key, task, model, optimiser or "
                "option, or other versions of isocortex and JAX. Delete it to start anew.",
            )
            return eqx.tree_deserialise_leaves(file, state)
    except (ValueError, RuntimeError, EOFError) as error:
        raise InputError(f"{path} is damaged; delete it to start anew.") from error


def append_records(path: Path, records: np.ndarray, done: int) -> None:
    """Write what updates recorded beside the state, after those of the `done` updates before them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _records(path).open("r+b" if done else "wb") as file:
        file.seek(done * records[0].nbytes)
        file.write(np.ascontiguousarray(records).tobytes())


def read_records(path: Path, done: int, shape: tuple[int, ...]) -> np.ndarray:
    """Read what the first `done` updates recorded, float32 of shape (done, …)."""
    n = done * int(np.prod(shape))
    if n == 0:
        return np.zeros((0, *shape), np.float32)
    found = np.fromfile(_records(path), np.float32, n) if _records(path).exists() else np.zeros(0, np.float32)
    require(len(found) == n, f"{_records(path)} is damaged; delete it and {path.name} to start anew.")
    return found.reshape(done, *shape)


def _records(path: Path) -> Path:
    return path.with_suffix(".records")
