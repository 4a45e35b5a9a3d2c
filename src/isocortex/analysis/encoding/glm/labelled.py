"""Features and values as labelled arrays, whatever they came as."""

from typing import Any

import numpy as np
import xarray as xr

from ....errors import require

CONSTANT = "constant"


def as_features(x: Any) -> xr.DataArray:
    """Return features as bin × feature, in float64.

    Raises
    ------
    InputError
        If they are not a table of finite numbers.
    """
    return _labelled(x, "feature", "x")


def as_values(y: Any) -> xr.DataArray:
    """Return values as bin × unit, in float64.

    Raises
    ------
    InputError
        If they are not a table of finite numbers.
    """
    found = _labelled(y, "unit", "y")
    require(min(found.shape) > 0, f"y must have at least one bin and one unit; it has the shape {found.shape}.")
    return found


def with_constant(features: xr.DataArray) -> xr.DataArray:
    """Put the constant in front of features; it comes from no source."""
    ones = np.ones((len(features), 1))
    along = {str(name): c for name, c in features.coords.items() if c.dims == ("bin",)}
    labels = {"feature": np.append(CONSTANT, features["feature"].values.astype(str))}
    if "source" in features.coords:
        labels["source"] = np.append(CONSTANT, features["source"].values.astype(str))
    return xr.DataArray(
        np.concatenate([ones, features.values], axis=1),
        dims=("bin", "feature"),
        coords={**along, **{name: ("feature", values) for name, values in labels.items()}},
    )


def _labelled(values: Any, last: str, what: str) -> xr.DataArray:
    if not isinstance(values, xr.DataArray):
        array = np.asarray(values)
        require(array.ndim == 2, f"{what} must be bin × {last}; it has the shape {array.shape}.")
        values = xr.DataArray(array, dims=("bin", last))
    require(
        set(values.dims) == {"bin", last},
        f"{what} must have the dimensions bin and {last}; it has {', '.join(map(str, values.dims))}.",
    )
    require(values.dtype.kind in "fiub", f"{what} must be numbers; it is of dtype {values.dtype}.")
    values = values.transpose("bin", last).astype(float, copy=False)
    require(bool(np.isfinite(values.values).all()), f"{what} must be finite; it has NaN or infinite values.")
    return values if last in values.coords else values.assign_coords({last: np.arange(values.sizes[last])})
