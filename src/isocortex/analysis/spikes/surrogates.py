"""What would be found by chance: jittered spikes, and bands in which statistics of surrogates lie."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from ...errors import require
from ...keys import generator
from ...memory import require_memory
from ...shapes import PRNGKey
from ...spike_trains import SpikeTrains
from .blocks import pair_coordinates
from .correlograms import binned, coincidences


def jitter_test(
    trains: SpikeTrains,
    *,
    jitter: float | int,
    key: PRNGKey,
    width: float | int = 1.0,
    reach: float | int = 50.0,
    n_surrogates: int = 1000,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Test whether correlograms have structure on a time scale finer than that of the rates.

    In every surrogate, each spike of every unit is moved to a random bin of the interval of length `jitter` in which it
    lies. Surrogates have the spike counts of all units in all intervals, and so what rates that vary on a longer time
    scale do to a correlogram, and nothing finer (interval jitter; Amarasingham et al. 2012, 10.1152/jn.00633.2011).

    Parameters
    ----------
    trains : SpikeTrains
    jitter : float
        The length of the intervals in ms, a multiple of `width`: structure that is finer is tested.
    key : key
        Draws the surrogates.
    width, reach : float
        As for :func:`.correlograms`.
    n_surrogates : int
        Default 1000.
    confidence : float
        Of the acceptance bands. Default 0.95.

    Returns
    -------
    Dataset, shape (unit, other, lag)
        ``observed``, how often each lag occurs; ``expected``, its mean over surrogates; ``excess``, the difference: the
        jitter-corrected correlogram. ``low`` and ``high`` bound what surrogates have at a single lag (pointwise), and
        ``low_all`` and ``high_all`` at all lags at once (simultaneous). ``p`` of every pair tests all lags at once.

    Raises
    ------
    InputError
        If the jitter is not a multiple of the width or shorter than two bins; as :func:`.correlograms`.

    Examples
    --------
    >>> import jax
    >>> rng = np.random.default_rng(0)
    >>> first = np.sort(rng.uniform(5, 9990, 300))
    >>> trains = SpikeTrains.from_lists([first, np.sort(first + 3)], duration=10000)
    >>> found = jitter_test(trains, jitter=20, reach=10, key=jax.random.key(0), n_surrogates=99)
    >>> found["excess"].sel(unit=0, other=1).idxmax().item(), found["p"].sel(unit=0, other=1).item()
    (3.0, 0.01)
    """
    place, n_bins, n_lags = binned(trains, width, reach)
    span = round(jitter / width)
    require(
        bool(span >= 2 and abs(span - jitter / width) < 1e-8),
        f"The jitter must be at least two bins of {width:g} ms, and a multiple of that; got {jitter:g} ms.",
    )
    rng = generator(key)
    first = place // span * span
    room = np.minimum(span, np.maximum(n_bins, place + 1) - first)
    none = np.zeros_like(trains.trial)

    def count(place: np.ndarray) -> np.ndarray:
        return coincidences(place, trains.trial, trains.unit, trains.n_units, n_bins, n_lags, none, 1)[0]

    observed = count(place)
    require_memory(3 * 8 * (n_surrogates + 1) * observed.size, "Surrogates of all pairs need", "select fewer units")
    surrogates = np.stack([count(first + rng.integers(room)) for _ in range(n_surrogates)])
    coords = pair_coordinates(trains) | {"lag": width * np.arange(-n_lags, n_lags + 1)}
    return bands(observed, surrogates, confidence, coords, ("unit", "other", "lag"), along=("lag",))


def bands(
    observed: Float[np.ndarray, "*shape"],
    surrogates: Float[np.ndarray, "surrogate *shape"],
    confidence: float,
    coords: dict,
    dims: tuple[str, ...],
    *,
    along: tuple[str, ...],
) -> xr.Dataset:
    """Return what was observed beside the bands of surrogates, pointwise and simultaneous along some dimensions.

    The simultaneous band is that of the largest deviation, in standard deviations at its point. Mean and standard
    deviation include the observed data, so that under the null hypothesis the data are exchangeable with the surrogates
    and p, the share of deviations that are as large, is exact (Amarasingham et al. 2012).
    """
    require(0 < confidence < 1, f"confidence must be between 0 and 1; got {confidence}.")
    require(len(surrogates) >= 19, f"Bands need at least 19 surrogates; got {len(surrogates)}.")
    axes = tuple(dims.index(dim) + 1 for dim in along)
    everything = np.concatenate([observed[None], surrogates])
    mean, sd = everything.mean(axis=0), everything.std(axis=0)
    away = np.divide(np.abs(everything - mean), sd, out=np.zeros_like(everything), where=sd > 0)
    largest = away.max(axis=axes, keepdims=True)
    limit = np.quantile(largest, confidence, axis=0)
    outer = (1 - confidence) / 2
    low, high = np.quantile(surrogates, [outer, 1 - outer], axis=0)
    expected = surrogates.mean(axis=0)
    p = (largest >= largest[0] * (1 - 1e-12)).mean(axis=0).squeeze(tuple(axis - 1 for axis in axes))
    found = {
        "observed": observed,
        "expected": expected,
        "excess": observed - expected,
        "low": low,
        "high": high,
        "low_all": mean - limit * sd,
        "high_all": mean + limit * sd,
    }
    variables = {name: (dims, values) for name, values in found.items()}
    return xr.Dataset({**variables, "p": ([dim for dim in dims if dim not in along], p)}, coords)
