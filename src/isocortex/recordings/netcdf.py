"""The arrays of netCDF files, by group; the axes of responses have names there, in any order."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

from ..errors import InputError, require
from ..rdms import RDMs
from .arrays import Arrays, require_file, require_memory
from .conversions import from_assembly
from .hdf5 import require_sound

ASSEMBLY = {"presentation", "neuroid"}


def load_netcdf(path: Path, names: Mapping[str, str]) -> tuple[dict[str, Arrays], list[str]]:
    """Load the arrays of every group that holds responses or RDMs; return them, and the names of all variables.

    Parameters
    ----------
    names : mapping of str to str
        What an array is, such as ``"responses"`` → its name in the file.
    """
    require_file(path, "a netCDF file")
    groups: dict[str, Arrays] = {}
    held: set[str] = set()
    try:
        with _open(path) as tree:
            for node in tree.leaves:
                dataset = node.to_dataset()
                arrays = _arrays(path, dataset, names)
                held |= set(map(str, dataset.variables))
                if arrays:
                    groups[node.path.strip("/") or path.stem] = arrays
    except InputError:
        raise
    except Exception as error:  # a damaged file raises anything from OSError to KeyError
        raise InputError(f"{path} cannot be read as netCDF ({type(error).__name__}); is the file complete?") from error
    return groups, sorted(held)


def load_variables(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Load the wanted variables of a netCDF file without groups; return them, and the names of all others.

    Those with named axes come as trial × time × unit, as far as they have these.
    """
    require_file(path, "a netCDF file")
    try:
        with _open(path) as tree:
            dataset = tree.to_dataset()
            found = {}
            for name in set(wanted) & set(map(str, dataset.variables)):
                require_memory(path, name, dataset[name].nbytes)
                order = [dim for dim in ("trial", "time", "unit") if dim in dataset[name].dims]
                array = dataset[name].transpose(*order) if len(order) == dataset[name].ndim else dataset[name]
                found[name] = _plain(array.values)
                if name == "counts" and "unit" in array.coords and "units" not in dataset:
                    found["units"] = _plain(array["unit"].values)
            return found, sorted(set(map(str, dataset.variables)) - set(found))
    except InputError:
        raise
    except Exception as error:  # a damaged file raises anything from OSError to KeyError
        raise InputError(f"{path} cannot be read as netCDF ({type(error).__name__}); is the file complete?") from error


@contextmanager
def _open(path: Path) -> Iterator[xr.DataTree]:
    """Open the groups of a netCDF-4 file, or the one of a netCDF-3 file."""
    if h5py.is_hdf5(path):
        require_sound(path)
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            yield tree
    else:
        with xr.open_dataset(path, engine="scipy") as dataset:
            yield xr.DataTree(dataset)


def save_rdms(path: Path, rdms: RDMs, categories: np.ndarray | None) -> None:
    """Write RDMs into a netCDF-4 file: ``rdms`` along ``rdm`` and ``pair``, with their labels."""
    variables = {
        "rdms": (("rdm", "pair"), rdms.dissimilarities),
        "stimuli": ("stimulus", rdms.stimuli),
        "labels": ("rdm", np.array(rdms.labels)),
        "measure": ((), np.array(rdms.measure)),
    }
    if categories is not None:
        variables["categories"] = ("stimulus", np.asarray(categories, dtype=str))
    xr.Dataset(variables).to_netcdf(path, engine="h5netcdf")


def _arrays(path: Path, dataset: xr.Dataset, names: Mapping[str, str]) -> Arrays:
    """Load the wanted arrays of one group; coordinates of `responses` stand for `stimuli` and `units`.

    Trials, and stimuli of an assembly that were presented unequally often, are averaged over those of each stimulus.
    """
    renamed = {role: name for role, name in names.items() if role != name and name in dataset.variables}
    absent = [
        role for role, name in names.items() if role != name and role not in renamed and role in dataset.variables
    ]
    dataset = dataset.drop_vars(absent).assign({role: dataset[name].variable for role, name in renamed.items()})
    held = [name for name, array in dataset.data_vars.items() if set(array.dims) == ASSEMBLY]
    if held and "responses" not in dataset:
        require_memory(path, str(held[0]), dataset.nbytes)
        found = from_assembly(dataset[held[0]].load())
        averaged = found.groupby("stimulus").mean() if "trial" in found.dims else found
        dataset = averaged.to_dataset(name="responses")
    elif "responses" in dataset and "trial" in dataset["responses"].dims and "stimulus" in dataset.coords:
        require_memory(path, "responses", dataset["responses"].nbytes)
        dataset = dataset[["responses"]].groupby("stimulus").mean()
    roles = [role for role in names if role in dataset.variables]
    for role in roles:
        require_memory(path, names[role], dataset[role].nbytes)
    arrays = {role: _plain(dataset[role].values) for role in roles}
    if "responses" in arrays and {"stimulus", "unit"} <= set(dataset["responses"].dims):
        last = [dim for dim in ("stimulus", "time", "unit") if dim in dataset["responses"].dims]
        order = [*(dim for dim in dataset["responses"].dims if dim not in last), *last]
        arrays["responses"] = dataset["responses"].transpose(*order).values
        arrays["dims"] = np.array(order)
        coordinates = {"stimuli": "stimulus", "units": "unit", "times": "time"}
        arrays |= {
            ours: _plain(dataset[theirs].values)
            for ours, theirs in coordinates.items()
            if theirs in dataset.coords and ours not in renamed
        }
    return arrays


def _plain(values: np.ndarray) -> np.ndarray:
    """Turn netCDF's strings, which come as Python objects, into text."""
    if values.dtype.kind == "O":
        require(all(isinstance(value, str) for value in values.ravel()), "A netCDF variable must be numbers or text.")
        return values.astype(str)
    return np.atleast_1d(values)
