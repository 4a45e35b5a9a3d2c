"""Write spike trains as named arrays, to NPZ or netCDF."""

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError, unknown
from .labels import plain

SUFFIXES = (".npz", ".nc")


def write(path: str | PathLike[str], arrays: Mapping[str, Any], tables: Mapping[str, pd.DataFrame | None]) -> None:
    """Write arrays and tables of labels; an old file of this name is replaced by the whole new one, or not at all."""
    arrays, columns = dict(arrays), {}
    for kind, table in tables.items():
        if table is not None:
            arrays[f"{kind}s"] = plain(table.index, kind)
            columns |= {f"{kind}s.{name}": plain(table[name], str(name)) for name in table}
    if columns:
        arrays |= {"labels": np.array(list(columns)), **columns}
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: {unknown('kind of file to write', suffix, SUFFIXES)}")
    partial = path.with_name(f".{path.name}.partial")
    try:
        if suffix == ".npz":
            with partial.open("wb") as file:
                named = {name: np.asarray(array) for name, array in arrays.items()}
                np.savez_compressed(file, **named)  # pyright: ignore[reportArgumentType]
        else:
            variables = {name: (_dims(name, np.ndim(array)), array) for name, array in arrays.items()}
            xr.Dataset(variables).to_netcdf(partial, engine="h5netcdf")
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _dims(name: str, ndim: int) -> tuple[str, ...]:
    """Return the dimension of an array, whose name no array has."""
    dims = {"units": "row_of_units", "trials": "row_of_trials", "labels": "column"}
    return (dims.get(name.split(".")[0], "spike"),)[:ndim]
