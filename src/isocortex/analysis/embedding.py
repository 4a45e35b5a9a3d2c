"""Two-dimensional maps of response patterns."""

import jax
import numpy as np
import xarray as xr

from ..errors import require
from ..responses import check
from ..shapes import PRNGKey

PCA_DIMENSIONS = 20
PERPLEXITY = 30.0


def embed(responses: xr.DataArray, *, key: PRNGKey) -> np.ndarray:
    """Map stimuli to the plane: PCA to at most 20 dimensions, then t-SNE to two.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit, averaged over ``repeat``.
    key : key
        Seeds t-SNE.

    Returns
    -------
    array, shape (stimulus, 2)
        Distances within it have no unit and global distances no meaning: only neighbourhoods do. Responses that do
        not differ between stimuli are one point: zeros.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    check(responses)
    averaged = responses.mean("repeat") if "repeat" in responses.dims else responses
    require("seed" not in averaged.dims, "Select one seed first: responses.sel(seed=0).")
    values = averaged.transpose("stimulus", "unit").values.astype(float)
    if not np.ptp(values, axis=0).any():
        return np.zeros((len(values), 2))
    state = int(jax.random.randint(key, (), 0, np.iinfo(np.int32).max))
    kept = min(PCA_DIMENSIONS, *values.shape)
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    init = "pca" if kept >= 2 else "random"
    with threadpool_limits(1):  # a few hundred points gain nothing from threads, and wait for them on a busy machine
        reduced = PCA(kept, svd_solver="full").fit_transform(values)
        return TSNE(2, perplexity=perplexity, init=init, random_state=state).fit_transform(reduced)
