"""State-space analysis of population activity: condition averages, principal components, task-related axes.

Activity is a DataArray with the dimensions ``trial``, ``time`` and ``unit``, as :func:`isocortex.record` gives it for
one seed. A space is a Dataset with the ``axis`` vectors, and what is taken off and divided by before projecting.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import require

Activity = Float[np.ndarray, "trial time unit"]


def condition_averages(activity: xr.DataArray, conditions: Mapping[str, Any], *, weights: Any = None) -> xr.DataArray:
    """Average trials of the same conditions, at every time.

    Parameters
    ----------
    activity : DataArray
        trial × time × unit.
    conditions : mapping of str to array, shape (trial,)
        Name → value in every trial, such as choice and coherence.
    weights : array, shape (trial, time), optional
        0 where a trial does not count, as on padded steps. Default: all count.

    Returns
    -------
    DataArray
        A dimension for each condition, with its values, then ``time`` and ``unit``; NaN where no trial counts.

    Raises
    ------
    InputError
        If the activity has other dimensions or a condition does not fit it.

    Examples
    --------
    >>> activity = xr.DataArray(np.arange(8.0).reshape(4, 1, 2), dims=("trial", "time", "unit"))
    >>> condition_averages(activity, {"choice": [0, 0, 1, 1]}).sel(choice=1).values.tolist()
    [[5.0, 6.0]]
    """
    values = _trials(activity)
    require(len(conditions) > 0, "Name at least one condition.")
    codes, kinds = _coded(conditions, len(values))
    counts = np.ones(values.shape[:2]) if weights is None else np.asarray(weights, float)
    require(
        counts.shape == values.shape[:2],
        f"weights must have shape {values.shape[:2]}, trial × time; got {counts.shape}.",
    )
    shape = tuple(len(each) for each in kinds.values())
    cell = np.ravel_multi_index(tuple(codes.values()), shape)
    member = (cell[:, None] == np.arange(np.prod(shape))).astype(float)
    n = member.T @ counts
    summed = np.einsum("tc,tsu->csu", member, values * counts[..., None], optimize=True)
    means = np.divide(summed, n[..., None], out=np.full_like(summed, np.nan), where=n[..., None] > 0)
    labels = {name: activity[name].values for name in ("time", "unit") if name in activity.coords}
    return xr.DataArray(
        means.reshape(*shape, *values.shape[1:]), dims=(*kinds, "time", "unit"), coords={**kinds, **labels}
    )


def principal_components(activity: xr.DataArray, n: int = 3) -> xr.Dataset:
    """Return the principal components of activity: of condition averages or of single trials.

    Parameters
    ----------
    activity : DataArray
        Any dimensions, one of them ``unit``; every other combination is a sample, those with NaN are left out.
    n : int
        Components. Default 3, at most the number of units and of samples.

    Returns
    -------
    Dataset
        A space: ``axis`` (component, unit), orthogonal unit vectors whose largest weight is positive; ``mean`` and
        ``scale`` (unit), the latter 1; ``explained`` (component), shares of the variance of all units.

    Raises
    ------
    InputError
        If there are too few samples or units.

    Examples
    --------
    >>> line = xr.DataArray(np.outer(np.arange(5.0), [3.0, 4.0]), dims=("time", "unit"))
    >>> space = principal_components(line, 1)
    >>> space["axis"].values.round(3).tolist(), space["explained"].values.round(3).tolist()
    ([[0.6, 0.8]], [1.0])
    """
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    samples = _samples(activity)
    n = min(n, *samples.shape)
    require(n >= 1 and len(samples) >= 2, f"Principal components need at least two samples; got {len(samples)}.")
    with threadpool_limits(1):
        found = PCA(n, svd_solver="full").fit(samples)
    axes = found.components_
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1))
    total = samples.var(axis=0, ddof=1).sum()
    explained = found.explained_variance_ / total if total > 0 else np.zeros(n)
    names = [f"PC {i + 1}" for i in range(n)]
    space = _space(axes, names, samples.mean(axis=0), np.ones(samples.shape[1]), activity)
    return space.assign(explained=("component", explained))


def project(activity: xr.DataArray, space: xr.Dataset) -> xr.DataArray:
    """Project activity onto the axes of a space.

    Parameters
    ----------
    activity : DataArray
        Any dimensions, one of them ``unit``.
    space : Dataset
        From :func:`principal_components` or :func:`targeted_axes`.

    Returns
    -------
    DataArray
        The same with ``component`` in the place of ``unit``, last.

    Raises
    ------
    InputError
        If the activity has other units than the space.

    Examples
    --------
    >>> activity = xr.DataArray(np.random.default_rng(0).normal(size=(6, 5, 4)), dims=("choice", "time", "unit"))
    >>> project(activity, principal_components(activity)).dims
    ('choice', 'time', 'component')
    """
    require(
        "unit" in activity.dims and activity.sizes["unit"] == space.sizes["unit"],
        f"The activity must have the {space.sizes['unit']} units of the space; its shape is {dict(activity.sizes)}.",
    )
    ordered = activity.transpose(..., "unit")
    values = (ordered.values - space["mean"].values) / space["scale"].values @ space["axis"].values.T
    coords = {name: each for name, each in ordered.coords.items() if "unit" not in each.dims}
    return xr.DataArray(
        values, dims=(*ordered.dims[:-1], "component"), coords={**coords, "component": space["component"].values}
    )


def variance_explained(activity: xr.DataArray, space: xr.Dataset) -> float:
    """Return the share of the variance of any activity that lies in a space, such as single trials in that of averages.

    Parameters
    ----------
    activity : DataArray
    space : Dataset
        With orthogonal axes.

    Returns
    -------
    float
        Around the activity's own mean; 0 for constant activity.

    Examples
    --------
    >>> activity = xr.DataArray(np.random.default_rng(0).normal(size=(6, 5, 3)), dims=("choice", "time", "unit"))
    >>> round(variance_explained(activity, principal_components(activity)), 3)
    1.0
    """
    samples = _samples(activity) / space["scale"].values
    total = samples.var(axis=0).sum()
    return float((samples @ space["axis"].values.T).var(axis=0).sum() / total) if total > 0 else 0.0


def variance_by_condition(averages: xr.DataArray) -> pd.DataFrame:
    """Split the variance of a population's averages between time, conditions and their interactions.

    The averages are a sum of marginal means, and their squares add up because every cell counts alike: time alone is
    what all conditions share; ``choice`` is what differs with it, at whatever time (Kobak et al. 2016,
    10.7554/eLife.10989).

    Parameters
    ----------
    averages : DataArray
        From :func:`condition_averages`, without empty cells.

    Returns
    -------
    DataFrame
        Index ``part``: "time", each condition, and each interaction as "a × b"; columns ``population``, shares of the
        summed variance of all units, which add up to 1, and a share for each ``unit`` (0 for constant ones).

    Raises
    ------
    InputError
        If some combination of conditions has no trials.

    Examples
    --------
    >>> alike = xr.DataArray(np.zeros((2, 3, 4)), dims=("choice", "time", "unit"))
    >>> averages = alike + xr.DataArray([0.0, 1.0], dims="choice")
    >>> variance_by_condition(averages)["population"].round(2).to_dict()
    {'time': 0.0, 'choice': 1.0}
    """
    factors = [name for name in averages.dims if name not in ("time", "unit")]
    ordered = averages.transpose(*factors, "time", "unit")
    empty = int(np.isnan(ordered.values).any(axis=(-2, -1)).sum())
    require(empty == 0, f"{empty} combinations of {', '.join(map(str, factors))} have no trials at some time.")
    rest = ordered - ordered.mean([*factors, "time"])
    total = (rest**2).mean([*factors, "time"]).values
    rows: dict[str, np.ndarray] = {}
    for size in range(len(factors) + 1):
        for chosen in combinations(factors, size):
            part = rest.mean([name for name in factors if name not in chosen])
            name = " × ".join(map(str, chosen)) or "time"
            rows[name] = (part**2).mean([*chosen, "time"]).values
            rest = rest - part
    shares = {name: np.divide(row, total, out=np.zeros_like(row), where=total > 0) for name, row in rows.items()}
    units = averages["unit"].values if "unit" in averages.coords else np.arange(averages.sizes["unit"])
    table = pd.DataFrame.from_dict(shares, orient="index", columns=pd.Index(units)).rename_axis("part")
    table.insert(0, "population", [row.sum() / max(total.sum(), 1e-300) for row in rows.values()])
    return table


def targeted_axes(
    activity: xr.DataArray, regressors: Mapping[str, Any], *, n_components: int = 12, weights: Any = None
) -> xr.Dataset:
    """Find one axis of the state space per task variable: targeted dimensionality reduction.

    As Mante, Sussillo, Shenoy & Newsome (2013, 10.1038/nature12742): units are z-scored over all trials and times;
    activity of each unit at each time is regressed on the variables; the coefficients, vectors over units, are denoised
    by the principal components of the condition averages; each variable takes its vector at the time where it is
    longest; and the vectors are made orthogonal in the order given.

    Parameters
    ----------
    activity : DataArray
        trial × time × unit, of single trials.
    regressors : mapping of str to array, shape (trial,)
        Name → value in every trial, such as choice −1 and 1 and signed coherence; each is divided by its largest
        size. A constant is added. Their combinations define the condition averages.
    n_components : int
        Principal components kept. Default 12.
    weights : array, shape (trial, time), optional
        0 where a trial does not count, as on padded steps.

    Returns
    -------
    Dataset
        A space: ``axis`` (component, unit), orthogonal unit vectors named after the regressors; ``mean``, ``scale``
        (unit; the standard deviation, 1 for constant units); ``raw`` (component, unit), the unit vectors before
        they were made orthogonal; ``norm`` (component, time), length of the coefficients; ``time_of_longest``
        (component).

    Raises
    ------
    InputError
        If the regressors are constant or linearly dependent, or do not fit the activity.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> choice, times = np.repeat([-1.0, 1.0], 50), {"time": np.arange(4.0)}
    >>> activity = xr.DataArray(rng.normal(size=(100, 4, 6)), times, ("trial", "time", "unit"))
    >>> targeted_axes(activity, {"choice": choice})["axis"].sizes["unit"]
    6
    """
    values = _trials(activity)
    averages = condition_averages(activity, regressors, weights=weights)
    counts = np.ones(values.shape[:2]) if weights is None else np.asarray(weights, float)
    names = list(regressors)
    columns = np.stack([np.asarray(regressors[name], float) for name in names], axis=1)
    columns = columns / np.maximum(np.abs(columns).max(axis=0), 1e-300)
    design = np.concatenate([columns, np.ones((len(columns), 1))], axis=1)
    require(
        int(np.linalg.matrix_rank(design)) == design.shape[1],
        f"The regressors {', '.join(names)} are constant or depend linearly on each other; leave some out.",
    )
    weight = counts[..., None] / counts.sum()
    mean = (values * weight).sum(axis=(0, 1))
    scale = np.sqrt(((values - mean) ** 2 * weight).sum(axis=(0, 1)))
    scale = np.where(scale > 0, scale, 1.0)
    scored = (values - mean) / scale
    coefficients = np.full((len(names), *values.shape[1:]), np.nan)
    for step in range(values.shape[1]):
        counted = counts[:, step] > 0
        rows = design[counted]
        if len(rows) and np.linalg.matrix_rank(rows) == rows.shape[1]:
            coefficients[:, step] = np.linalg.lstsq(rows, scored[counted, step], rcond=None)[0][:-1]
    require(bool(np.isfinite(coefficients).any()), "At every time there are too few trials to separate the regressors.")
    kept = principal_components((averages - mean) / scale, n_components)["axis"].values
    denoised = coefficients @ kept.T @ kept
    norm = np.linalg.norm(denoised, axis=-1)
    longest = np.nanargmax(norm, axis=1)
    raw = denoised[np.arange(len(names)), longest]
    raw = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-300)
    q, r = np.linalg.qr(raw.T)
    axes = (q * np.where(np.diag(r) < 0, -1, 1)).T
    clock = activity["time"].values if "time" in activity.coords else np.arange(values.shape[1])
    return _space(axes, names, mean, scale, activity).assign(
        raw=(("component", "unit"), raw),
        norm=(("component", "time"), norm),
        time_of_longest=("component", clock[longest]),
        time=clock,
    )


def _trials(activity: xr.DataArray) -> Activity:
    """Return activity as trial × time × unit."""
    require(
        set(activity.dims) == {"trial", "time", "unit"},
        f"The activity must have the dimensions trial, time and unit; it has {', '.join(map(str, activity.dims))}. "
        "Select one seed, and rename stimulus to trial.",
    )
    return activity.transpose("trial", "time", "unit").values.astype(float)


def _coded(conditions: Mapping[str, Any], n: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return for each condition the code of every trial, and the values that the codes stand for."""
    codes, kinds = {}, {}
    for name, values in conditions.items():
        column = np.asarray(values)
        require(column.shape == (n,), f"The condition {name!r} must have a value for {n} trials; got {column.shape}.")
        kinds[name], codes[name] = np.unique(column, return_inverse=True)
    return codes, kinds


def _samples(activity: xr.DataArray) -> Float[np.ndarray, "sample unit"]:
    require("unit" in activity.dims, f"The activity must have a dimension unit; it has {activity.dims}.")
    samples = activity.transpose(..., "unit").values.astype(float).reshape(-1, activity.sizes["unit"])
    return samples[np.isfinite(samples).all(axis=1)]


def _space(
    axes: np.ndarray, names: list[str], mean: np.ndarray, scale: np.ndarray, activity: xr.DataArray
) -> xr.Dataset:
    coords = {"component": names} | ({"unit": activity["unit"].values} if "unit" in activity.coords else {})
    return xr.Dataset(
        {"axis": (("component", "unit"), axes), "mean": ("unit", mean), "scale": ("unit", scale)}, coords=coords
    )
