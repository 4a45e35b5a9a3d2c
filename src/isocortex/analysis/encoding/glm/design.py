"""The features of spiking neurons: what each of them did before, and stimuli, through filters in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ....errors import require
from ....memory import require_memory
from .model import GLM


@dataclass(frozen=True, eq=False)
class Design:
    """Features of binned spikes, and the counts that they predict.

    Attributes
    ----------
    x : DataArray, shape (bin, feature)
        Each feature is the past of a source, weighted by a basis function; the coordinate ``source`` says which. Bins
        at the start of a trial, whose past is not known, are left out. ``trial`` and ``time`` (ms, where the bin
        starts) are coordinates along ``bin``.
    y : DataArray, shape (bin, unit)
        The counts of the same bins.
    bases : dict of str to array, shape (lag, basis)
        Source → its basis.
    first_lag : dict of str to int
        Source → the lag of the first row of its basis: 1 for spikes, 0 for stimuli.
    bin_ms : float

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit, raised_cosines
    >>> counts = np.random.default_rng(0).poisson(0.3, (400, 2))
    >>> made = design(counts, raised_cosines(3, 10), bin_ms=5)
    >>> made.own.astype(int).tolist()  # the features that come from a unit's own past
    [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    >>> alone = fit(made.x, made.y, used=made.own)  # a model without coupling
    >>> alone.used.sum(axis=1).tolist()  # these, and the constant
    [4, 4]
    """

    x: xr.DataArray
    y: xr.DataArray
    bases: dict[str, np.ndarray]
    first_lag: dict[str, int]
    bin_ms: float

    @property
    def own(self) -> np.ndarray:
        """Which features do not come from another unit, shape (unit, feature): for a model without coupling."""
        units = self.y["unit"].values.astype(str)
        source = self.x["source"].values
        return (source == units[:, None]) | ~np.isin(source, units)

    def filters(self, model: GLM, weights_covariance: np.ndarray) -> pd.DataFrame:
        """Return what the model's filters are at every lag, with standard errors.

        Parameters
        ----------
        model : GLM
            Fitted to these features.
        weights_covariance : array, shape (unit, feature, feature)
            From :func:`covariance`.

        Returns
        -------
        DataFrame
            Columns ``source``, ``unit``, ``lag_ms``, ``value``, ``se``.
        """
        found = []
        for source, basis in self.bases.items():
            mine = np.flatnonzero(model.x["source"].values == source)
            lags = self.bin_ms * (self.first_lag[source] + np.arange(len(basis)))
            for i, unit in enumerate(self.y["unit"].values):
                value = basis @ model.weights.values[i, mine]
                variance = np.einsum("la,ab,lb->l", basis, weights_covariance[i][np.ix_(mine, mine)], basis)
                columns = {"lag_ms": lags, "value": value, "se": np.sqrt(variance)}
                found.append(pd.DataFrame({"source": source, "unit": unit, **columns}))
        return pd.concat(found, ignore_index=True)


def design(
    counts: Any,
    basis: np.ndarray | None,
    *,
    bin_ms: float | int,
    stimuli: Mapping[str, tuple[Any, np.ndarray | None]] | None = None,
) -> Design:
    """Make the features of history, coupling and stimuli from binned spikes.

    The features of a unit are the same for its own future (history) and for that of all others (coupling), so that one
    table serves all units.

    Parameters
    ----------
    counts : array or DataArray, shape (time, unit) or (trial, time, unit)
        Spikes in bins that follow each other without gaps within a trial.
    basis : array, shape (lag, basis), or None
        Of history and coupling, from :func:`raised_cosines`; its first row weighs the bin before. None: no spikes.
    bin_ms : float
        Width of a bin in ms.
    stimuli : mapping of str to (values, basis), optional
        Name → values of shape (time,) or (trial, time), and a basis whose first row weighs the bin itself; or None for
        the bin's own value alone.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        If shapes do not fit together, counts are not finite numbers, or a trial is not longer than the longest filter.

    Examples
    --------
    >>> counts = np.array([[1.0], [0.0], [2.0], [0.0]])
    >>> found = design(counts, np.eye(2), bin_ms=5)  # the counts one and two bins before
    >>> found.x.values.tolist(), found.x["time"].values.tolist()
    ([[0.0, 1.0], [2.0, 0.0]], [10.0, 15.0])
    """
    require(bool(np.isfinite(bin_ms)) and bin_ms > 0, f"bin_ms must be above 0; got {bin_ms}.")
    spikes = as_counts(counts)
    n_trials, n_times, n_units = spikes.shape
    units = [str(unit) for unit in spikes["unit"].values.tolist()]
    require(len(set(units)) == n_units, "Two units have the same name; give every unit its own.")
    parts: list[tuple[str, np.ndarray, np.ndarray, int]] = []
    if basis is not None:
        weighs = _as_basis(basis, "basis")
        parts += [(unit, spikes.values[:, :, i], weighs, 1) for i, unit in enumerate(units)]
    for name, (values, given) in (stimuli or {}).items():
        require(name not in units, f"A stimulus must not have the name of a unit; got {name!r}.")
        shown = np.asarray(values, float)
        shown = shown[None] if shown.ndim == 1 and n_trials == 1 else shown
        require(
            shown.shape == (n_trials, n_times) and bool(np.isfinite(shown).all()),
            f"The stimulus {name!r} must be finite, with a value for each of {n_trials} × {n_times} bins; its shape is "
            f"{shown.shape}.",
        )
        parts.append((name, shown, np.ones((1, 1)) if given is None else _as_basis(given, name), 0))
    require(bool(parts), "A design needs a basis for spikes, or a stimulus.")
    unknown = max(len(weighs) - 1 + lag for _, _, weighs, lag in parts)
    require(
        n_times > unknown,
        f"Trials of {n_times} bins are not longer than the longest filter, {unknown} bins; shorten the filters.",
    )
    n_features = sum(weighs.shape[1] for _, _, weighs, _ in parts)
    n_bins = n_trials * (n_times - unknown)
    require_memory(8 * n_bins * n_features, f"{n_features} features of {n_bins} bins need", "widen the bins")
    columns = [_filtered(values, weighs, lag, unknown) for _, values, weighs, lag in parts]
    source = [name for name, _, weighs, _ in parts for _ in range(weighs.shape[1])]
    names = [f"{name}[{k}]" for name, _, weighs, _ in parts for k in range(weighs.shape[1])]
    start = spikes["time"].values if "time" in spikes.coords else bin_ms * np.arange(n_times)
    along = {
        "trial": ("bin", np.repeat(spikes["trial"].values, n_times - unknown)),
        "time": ("bin", np.tile(start[unknown:].astype(float), n_trials)),
    }
    kept = spikes.values[:, unknown:].reshape(-1, n_units)
    return Design(
        xr.DataArray(
            np.concatenate(columns, axis=1),
            dims=("bin", "feature"),
            coords={**along, "feature": names, "source": ("feature", source)},
        ),
        xr.DataArray(kept, dims=("bin", "unit"), coords={**along, "unit": units}),
        {name: weighs for name, _, weighs, _ in parts},
        {name: lag for name, _, _, lag in parts},
        float(bin_ms),
    )


def as_counts(counts: Any) -> xr.DataArray:
    """Return counts as trial × time × unit, in float64.

    Raises
    ------
    InputError
        If they have other dimensions, or are not finite numbers.
    """
    if not isinstance(counts, xr.DataArray):
        values = np.asarray(counts)
        require(values.ndim in (2, 3), f"counts must be (trial ×) time × unit; the shape is {values.shape}.")
        counts = xr.DataArray(values, dims=("trial", "time", "unit")[-values.ndim :])
    if "trial" not in counts.dims:
        counts = counts.expand_dims("trial")
    require(
        set(counts.dims) == {"trial", "time", "unit"},
        f"counts must have the dimensions (trial,) time and unit; they have {', '.join(map(str, counts.dims))}.",
    )
    require(
        counts.dtype.kind in "fiub" and min(counts.shape) > 0 and bool(np.isfinite(counts.values).all()),
        f"counts must be finite numbers, of at least one bin and unit; their shape is {counts.shape}.",
    )
    labels = {dim: np.arange(counts.sizes[dim]) for dim in ("trial", "unit") if dim not in counts.coords}
    return counts.transpose("trial", "time", "unit").astype(float).assign_coords(labels)


def _as_basis(basis: Any, name: str) -> np.ndarray:
    found = np.asarray(basis, float)
    require(
        found.ndim == 2 and min(found.shape) > 0 and bool(np.isfinite(found).all()),
        f"{name} must be an array of lags × bases, of finite numbers; its shape is {found.shape}.",
    )
    return found


def _filtered(values: np.ndarray, basis: np.ndarray, first_lag: int, unknown: int) -> np.ndarray:
    """Return Σ_k basis_k values_(t − first_lag − k) of every bin whose past is known, shape (bin, basis)."""
    n_times = values.shape[1]
    past = np.lib.stride_tricks.sliding_window_view(values, len(basis), axis=1)[:, :, ::-1]
    first = unknown - first_lag - len(basis) + 1
    return (past[:, first : first + n_times - unknown] @ basis).reshape(-1, basis.shape[1])
