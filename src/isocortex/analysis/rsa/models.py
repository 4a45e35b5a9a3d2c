"""Models with parameters: a fixed RDM, the best of several, their weighted sum, a point between neighbours.

A prediction is a weighted sum Σ_k θ_k x_k of the model's RDMs. For a similarity that is an inner product over norms,
its similarity with the data follows from the inner products G of the x_k and c of the x_k with the pooled data,
cᵀθ / √(θᵀGθ). The weights that make it largest are found from G and c, for all samples at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from ...errors import InputError, require
from ...rdms import RDMs
from ...shapes import Crosses, Grams, Multiplicity, Parameters, SubjectCrosses, SubjectPowers
from .similarities.linear import Linear
from .similarities.pairs import shared_pairs
from .similarities.similarity import SIMILARITIES


@dataclass(frozen=True, eq=False)
class Model(ABC):
    """RDMs, and a rule that weights them.

    Parameters
    ----------
    rdms : RDMs
        The RDMs that the prediction is made of, one per row.
    """

    rdms: RDMs

    @abstractmethod
    def weights(self, grams: Grams, crosses: Crosses) -> Crosses:
        """Return the best weights for inner products of the RDMs, and of each with the data."""

    def fit(self, data: RDMs, method: str = "pearson") -> Parameters:
        """Return the weights θ with which the prediction is most similar to the data on average, of norm 1.

        Parameters
        ----------
        data : RDMs
            One row per subject.
        method : {"pearson", "cosine", "whitened-pearson", "whitened-cosine"}

        Raises
        ------
        InputError
            For other similarities, or different stimuli.

        Examples
        --------
        >>> import numpy as np
        >>> rows = RDMs(np.array([[1.0, 0, 0], [0, 1, 0]]), np.arange(3))
        >>> Weighted(rows).fit(RDMs(np.array([[3.0, 4, 0]]), np.arange(3)), "cosine").round(3)
        array([0.6, 0.8])
        """
        once = np.ones((1, len(data.stimuli)), int)
        moments = inner_products([self], data, once, method)
        theta = self.weights(moments.grams, moments.pooled(np.ones((1, len(data)))))[0]
        length = np.linalg.norm(theta)
        return theta / length if length > 0 else theta

    def predict(self, parameters: Parameters) -> RDMs:
        """Return the weighted sum of the model's RDMs, as one row."""
        require(
            parameters.shape == (len(self.rdms),),
            f"The model has {len(self.rdms)} RDMs and needs one weight for each; got the shape {parameters.shape}.",
        )
        return RDMs(parameters[None] @ self.rdms.dissimilarities, self.rdms.stimuli, measure=self.rdms.measure)


class Fixed(Model):
    """A model without parameters: the mean of its RDMs.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Fixed(RDMs(rng.random((1, 45)), np.arange(10)))
    >>> model.predict(model.fit(RDMs(rng.random((3, 45)), np.arange(10)))).dissimilarities.shape
    (1, 45)
    """

    def weights(self, grams: Grams, crosses: Crosses) -> Crosses:
        """Return equal weights."""
        return np.full(crosses.shape, 1 / crosses.shape[1])


class Select(Model):
    """A model that selects the RDM with the highest similarity to the data, such as the best of several layers.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Select(RDMs(rng.random((4, 45)), np.arange(10)))
    >>> model.predict(model.fit(RDMs(rng.random((3, 45)), np.arange(10)))).dissimilarities.shape
    (1, 45)
    """

    def weights(self, grams: Grams, crosses: Crosses) -> Crosses:
        """Return 1 for the best and 0 for the others."""
        return np.eye(crosses.shape[1])[np.argmax(_scores(grams, crosses), axis=1)]


class Weighted(Model):
    """A sum of RDMs with non-negative weights, for features that a population represents in unknown proportions.

    The weights are the least-squares ones with θ ≥ 0, whose prediction is also the most similar.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Weighted(RDMs(rng.random((4, 45)), np.arange(10)))
    >>> bool((model.fit(RDMs(rng.random((3, 45)), np.arange(10))) >= 0).all())
    True
    """

    def weights(self, grams: Grams, crosses: Crosses) -> Crosses:
        """Return non-negative least-squares weights: the plain ones, wherever none of them is negative."""
        power, axes = np.linalg.eigh(grams)
        root = np.sqrt(np.maximum(power, 1e-12 * power[:, -1:]))
        design = root[:, :, None] * axes.swapaxes(1, 2)
        target = (axes.swapaxes(1, 2) @ crosses[:, :, None])[:, :, 0]
        target = np.divide(target, root, out=np.zeros(root.shape), where=root > 0)
        theta = (axes @ np.divide(target, root, out=np.zeros(root.shape), where=root > 0)[:, :, None])[:, :, 0]
        bound = (theta < 0).any(axis=1)
        if bound.any():
            theta[bound] = [nnls(a, b)[0] for a, b in zip(design[bound], target[bound], strict=True)]
        return theta


class Interpolated(Model):
    """An interpolation between two neighbouring RDMs, for a parameter that is known on a grid.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Interpolated(RDMs(rng.random((4, 45)), np.arange(10)))
    >>> model.predict(model.fit(RDMs(rng.random((3, 45)), np.arange(10)))).dissimilarities.shape
    (1, 45)
    """

    def weights(self, grams: Grams, crosses: Crosses) -> Crosses:
        """Return the best of the best points between neighbours: inside where least squares has both, else an end."""
        samples, k = crosses.shape
        ends = np.broadcast_to(np.eye(k), (samples, k, k))
        left, right = np.arange(k - 1), np.arange(1, k)
        g_left, g_right, both = grams[:, left, left], grams[:, right, right], grams[:, left, right]
        inside = np.zeros((samples, k - 1, k))
        inside[:, left, left] = np.maximum(g_right * crosses[:, left] - both * crosses[:, right], 0)
        inside[:, left, right] = np.maximum(g_left * crosses[:, right] - both * crosses[:, left], 0)
        total = inside.sum(axis=2, keepdims=True)
        inside = np.where(total > 0, inside / np.where(total > 0, total, 1), ends[:, :-1])
        points = np.concatenate([ends, inside], axis=1)
        norms = np.sqrt(np.maximum(np.einsum("spk,skl,spl->sp", points, grams, points), 1e-300))
        best = np.argmax(np.einsum("spk,sk->sp", points, crosses) / norms, axis=1)
        return points[np.arange(samples), best]


MODELS: dict[str, type[Model]] = {
    "fixed": Fixed,
    "select": Select,
    "weighted": Weighted,
    "interpolated": Interpolated,
}
"""Name → class of model."""


class Moments(NamedTuple):
    """Inner products in each sample: among the models' RDMs, of these with the subjects', among the subjects'."""

    grams: Grams
    crosses: SubjectCrosses
    among: Grams

    @property
    def powers(self) -> SubjectPowers:
        """Return those of each subject's RDM with itself."""
        return np.diagonal(self.among, axis1=1, axis2=2)

    def agreement(self) -> Grams:
        """Return the similarities among subjects, NaN where an RDM has no differences."""
        norms = np.sqrt(np.maximum(self.powers, 0))
        scale = norms[:, :, None] * norms[:, None, :]
        return np.divide(self.among, scale, out=np.full(scale.shape, np.nan), where=scale > 0)

    def pooled(self, subjects: SubjectPowers) -> Crosses:
        """Return the inner products with the mean of the subjects' RDMs, scaled to norm 1 and weighted."""
        norms = np.sqrt(np.maximum(self.powers, 0))
        scale = np.divide(subjects, norms, out=np.zeros(norms.shape), where=norms > 0)
        return np.einsum("skd,sd->sk", self.crosses, scale)


def inner_products(models: Sequence[Model], data: RDMs, multiplicity: Multiplicity, method: str) -> Moments:
    """Return the inner products of the models' RDMs, one model after the other, in each sample of stimuli."""
    measure = SIMILARITIES[method].compute if method in SIMILARITIES else None
    if not isinstance(measure, Linear):
        fitting = [name for name, known in SIMILARITIES.items() if isinstance(known.compute, Linear)]
        raise InputError(
            f"Models can be fitted with the similarities {', '.join(fitting)}, which are inner products; got "
            f"{method!r}."
        )
    for model in models:
        shared_pairs(model.rdms, data)
    rows = [*(model.rdms.dissimilarities for model in models), data.dissimilarities]
    everything = RDMs(np.concatenate(rows), data.stimuli)
    x, y, pairs = shared_pairs(everything, everything)
    found = measure.products(x, y, pairs, multiplicity)
    varied = found.yy > 0  # else what is left is rounding
    found, n = np.where(varied[:, :, None] & varied[:, None, :], found.xy, 0), len(everything) - len(data)
    return Moments(found[:, :n, :n], found[:, :n, n:], found[:, n:, n:])


def _scores(grams: Grams, crosses: Crosses) -> Crosses:
    """Return the similarity of each RDM alone with the pooled data, but for the norm of the data."""
    norms = np.sqrt(np.maximum(np.diagonal(grams, axis1=1, axis2=2), 0))
    return np.divide(crosses, norms, out=np.full(crosses.shape, -np.inf), where=norms > 0)
