"""Similarities of RDMs, for whole stacks at once and in bootstrap samples of the stimuli.

A bootstrap over stimuli gives stimulus i the multiplicity w_i, and so the pair (i, j) the weight w_i·w_j; pairs of
two copies of one stimulus do not exist. No resampled RDM is built.
"""

from dataclasses import dataclass

from ....cores import keep_freed_memory
from ....errors import require
from ....rdms import RDMs
from ....registries import Registry
from ....shapes import Bootstrapped, Multiplicity, NoiseCovariance, Similarities
from .kendall import tau_a, tau_b
from .linear import Linear
from .order import rho_a, spearman
from .pairs import in_blocks, miss_alike, shared_pairs
from .products import covariance, products
from .ranked import Ranked
from .whitened import coloured_covariance, coloured_products, whitened_covariance, whitened_products


@dataclass(frozen=True)
class Similarity:
    """How two RDMs are compared.

    Attributes
    ----------
    compute : Linear or Ranked
        Compares two stacks of dissimilarity vectors, whole and in samples of the stimuli.
    label : str
        Its name on axes.
    """

    compute: Linear | Ranked
    label: str


SIMILARITIES: Registry[Similarity] = Registry(
    "similarity",
    "similarities",
    {
        "pearson": Similarity(Linear(covariance, pooled_by=covariance), "Pearson correlation of RDMs"),
        "cosine": Similarity(Linear(products, pooled_by=products), "cosine similarity of RDMs"),
        "whitened-pearson": Similarity(
            Linear(whitened_covariance, pooled_by=covariance), "whitened correlation of RDMs"
        ),
        "whitened-cosine": Similarity(
            Linear(whitened_products, pooled_by=products), "whitened cosine similarity of RDMs"
        ),
        "spearman": Similarity(Ranked(spearman, by_products=True), "Spearman correlation of RDMs"),
        "rho-a": Similarity(Ranked(rho_a, by_products=True), "rank correlation ρ-a of RDMs"),
        "tau-a": Similarity(Ranked(tau_a, by_products=False), "Kendall's τ-a of RDMs"),
        "tau-b": Similarity(Ranked(tau_b, by_products=False), "Kendall's τ-b of RDMs"),
    },
)

COLOURED = {"whitened-pearson": coloured_covariance, "whitened-cosine": coloured_products}
"""Name → inner products under a covariance of the noise that is not the identity."""


def similarity(
    a: RDMs, b: RDMs, method: str = "pearson", *, noise_covariance: NoiseCovariance | None = None
) -> Similarities:
    """Return the similarity of every RDM of `a` with every RDM of `b`.

    Parameters
    ----------
    a, b : RDMs
        Over the same stimuli in the same order. Every two RDMs are compared on the pairs that both have: a pair that is
        missing (NaN) in one of them is left out.
    method : {"pearson", "cosine", "whitened-pearson", "whitened-cosine", "spearman", "rho-a", "tau-a", "tau-b"}
        Default Pearson. ρ-a and τ-a take no account of ties, and so do not favour a model that predicts them (Nili et
        al. 2014, 10.1371/journal.pcbi.1003553); the whitened ones allow for the covariance of dissimilarities that
        share a stimulus (Diedrichsen et al. 2021, arXiv 2007.02789).
    noise_covariance : array, shape (stimulus, stimulus), optional
        For the whitened similarities: the covariance across stimuli of the noise of the response patterns. Default
        the identity.

    Returns
    -------
    array, shape (row of a, row of b)
        NaN where an RDM has no differences but for rounding; for cosines, where it is zero.

    Raises
    ------
    InputError
        For an unknown method, different stimuli, two RDMs without a pair in common, or a covariance that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> a = RDMs(np.array([[1.0, 2.0, 3.0]]), np.arange(3))
    >>> similarity(a, RDMs(np.array([[2.0, 4.0, 6.0], [3.0, 2.0, 1.0]]), np.arange(3)))
    array([[ 1., -1.]])
    """
    keep_freed_memory()
    measure = SIMILARITIES.named(method).compute
    if not miss_alike(a, b):
        return in_blocks(a, b, lambda x, y: similarity(x, y, method, noise_covariance=noise_covariance))
    x, y, pairs = shared_pairs(a, b)
    if noise_covariance is None:
        return measure.similarities(x, y, pairs)
    require(
        method in COLOURED,
        f"Only the similarities {' and '.join(COLOURED)} take a covariance of the noise; {method} does not.",
    )
    return COLOURED[method](x, y, pairs, noise_covariance).similarities()[0]


def bootstrap_similarity(a: RDMs, b: RDMs, multiplicity: Multiplicity, method: str = "pearson") -> Bootstrapped:
    """Return the similarities of :func:`similarity` for each bootstrap sample of the stimuli.

    Parameters
    ----------
    multiplicity : array of int, shape (sample, stimulus)
        How often each stimulus was drawn.

    Returns
    -------
    array, shape (sample, row of a, row of b)
        As if the resampled RDMs had been built, with the pairs of two copies of one stimulus left out. NaN where fewer
        than two different pairs were drawn, or all drawn dissimilarities are equal.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses, rsa
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(12, 30))
    >>> a, b = rsa.rdm(responses(x)), rsa.rdm(responses(x + rng.normal(size=(12, 30))))
    >>> drawn = rng.multinomial(12, np.full(12, 1 / 12), size=500)
    >>> found = bootstrap_similarity(a, b, drawn)
    >>> found.shape, float(np.nanstd(found).round(2))  # 500 samples, and their standard deviation
    ((500, 1, 1), 0.18)
    """
    keep_freed_memory()
    measure = SIMILARITIES.named(method).compute
    if not miss_alike(a, b):
        return in_blocks(a, b, lambda x, y: bootstrap_similarity(x, y, multiplicity, method))
    x, y, pairs = shared_pairs(a, b)
    require_multiplicity(multiplicity, len(a.stimuli), "stimuli")
    return measure.bootstrap(x, y, pairs, multiplicity)


def require_multiplicity(multiplicity: Multiplicity, n: int, items: str) -> None:
    """Raise an :class:`InputError` unless there is a count per item."""
    require(
        multiplicity.shape[1] == n and bool((multiplicity >= 0).all()),
        f"Give how often each of the {n} {items} was drawn, as counts of shape (sample, {n}); "
        f"got the shape {multiplicity.shape}, from {multiplicity.min(initial=0)} to {multiplicity.max(initial=0)}.",
    )
