"""Two-dimensional maps: of response patterns by t-SNE, of dissimilarities by multidimensional scaling."""

import jax
import numpy as np
import xarray as xr

from ..errors import require
from ..rdms import RDMs
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

    Examples
    --------
    >>> import jax
    >>> from isocortex import synthetic_v1
    >>> neurons = synthetic_v1(key=jax.random.key(0), n_animals=1, n_neurons=60, n_orientations=24)["animal 1"]
    >>> embed(neurons, key=jax.random.key(1)).shape
    (24, 2)
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


def mds(rdms: RDMs) -> tuple[np.ndarray, float]:
    """Place stimuli in the plane so that their distances come near the dissimilarities: metric scaling.

    SMACOF (de Leeuw 1977) from the classical solution (Torgerson 1952, 10.1007/BF02288916), so that no random number
    is drawn. The map is turned to its principal axes; left and right, up and down have no meaning.

    Parameters
    ----------
    rdms : RDMs
        The mean over rows is mapped. Negative dissimilarities, as cross-validated ones may be, count as 0.

    Returns
    -------
    points : array, shape (stimulus, 2)
        In units of the dissimilarity.
    stress : float
        Kruskal's stress-1, √(Σ(d − δ)²/Σδ²) of distances d and dissimilarities δ: 0 for a perfect map.

    Raises
    ------
    InputError
        If a pair was not measured (NaN).

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> points, stress = mds(RDMs(np.array([[3.0, 5.0, 4.0]]), np.arange(3)))
    >>> float(np.linalg.norm(points[0] - points[2]).round(3)), round(stress, 3)
    (5.0, 0.0)
    """
    from scipy.spatial.distance import pdist
    from sklearn.manifold import smacof

    rdms.require_every_pair("A map")
    square = np.maximum(rdms.square().mean(axis=0), 0)
    if not square.any():
        return np.zeros((len(square), 2)), 0.0
    centred = square**2 - (square**2).mean(axis=0)
    gram = -(centred - centred.mean(axis=1, keepdims=True)) / 2
    values, vectors = np.linalg.eigh((gram + gram.T) / 2)
    classical = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
    points = np.asarray(smacof(square, init=classical, n_init=1, eps=1e-9, max_iter=1000)[0])
    points = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    points = points @ axes.T
    points = points * np.where(points[np.abs(points).argmax(axis=0), [0, 1]] < 0, -1, 1)
    wanted = square[np.triu_indices(len(square), 1)]
    return points, float(np.sqrt(((pdist(points) - wanted) ** 2).sum() / (wanted**2).sum()))
