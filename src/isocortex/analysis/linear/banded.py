"""Banded ridge regression: a penalty for every feature space and target, and what each space explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from ...cores import on_cores, one_blas_thread
from ...errors import require
from ...formats import counted, listed, significant
from ...shapes import PRNGKey
from .left_out import LeftOut
from .ridge import PENALTIES, blocks_left_out, check_arrays
from .spectrum import Targets, Weights, spectrum

Share = tuple[float, ...]
"""Decades by which the mixing weight of every space is below that of the largest."""

STEPS = (2.0, 1.0, 0.5)
"""Decades between a mixing weight and the neighbours that are tried, from coarse to fine."""
LEAST = 4.0
"""Decades below the largest, beyond which a space is as good as left out."""
POPULAR = 0.01
"""Share of targets for which mixing weights must be the best for their neighbours to be tried."""


@dataclass(frozen=True, eq=False)
class BandedRidgeFit:
    """Ridge regression with a penalty for every feature space.

    Attributes
    ----------
    weights : mapping of str to array, shape (feature, target)
        Of every space.
    intercept : array, shape (target,)
    penalties : DataFrame
        A row per target, a column per space: the penalty on its squared weights.
    error : array, shape (target,)
        Mean squared error of samples when they, or their groups, are left out.
    tried : int
        Number of mixing weights that were tried.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> spaces = {"useful": rng.normal(size=(60, 5)), "useless": rng.normal(size=(60, 5))}
    >>> y = spaces["useful"] @ rng.normal(size=(5, 2)) + rng.normal(size=(60, 2))
    >>> fit = banded_ridge(spaces, y)
    >>> bool((fit.penalties["useful"] < fit.penalties["useless"]).all())
    True
    >>> fit.partition(spaces, y).round(2)
       useful  useless  total
    0    0.82     0.00   0.82
    1    0.89     0.02   0.90
    """

    weights: Mapping[str, Weights]
    intercept: Float[np.ndarray, " target"]
    penalties: pd.DataFrame
    error: Float[np.ndarray, " target"]
    tried: int
    methods: str

    def parts(self, spaces: Mapping[str, Any]) -> dict[str, Targets]:
        """Return what every space adds to the prediction, shape (sample, target)."""
        missing = [name for name in self.weights if name not in spaces]
        require(not missing, f"The spaces {', '.join(missing)} are missing.")
        found = {}
        for name, weights in self.weights.items():
            x = np.asarray(spaces[name], dtype=float)
            require(
                x.ndim == 2 and x.shape[1] == len(weights),
                f"The space {name!r} must be sample × {len(weights)} features, as in the fit; got {x.shape}.",
            )
            found[name] = x @ weights
        return found

    def predict(self, spaces: Mapping[str, Any]) -> Targets:
        """Return the predicted targets, shape (sample, target)."""
        return self.intercept + np.sum(list(self.parts(spaces).values()), axis=0)

    def partition(self, spaces: Mapping[str, Any], y: Any) -> pd.DataFrame:
        """Divide R² of held-out samples among the spaces.

        The product measure (Pratt 1987; Dupré la Tour et al. 2022): with the parts ŷ_b of the prediction ŷ, without
        their means, the share of a space is Σ ŷ_b (2y − ŷ)/Σ y². The shares sum to R² of the centred prediction; a
        space whose part makes the prediction worse has a negative one.

        Parameters
        ----------
        spaces : mapping of str to array, shape (sample, feature)
        y : array, shape (sample, target)

        Returns
        -------
        DataFrame
            A row per target, a column per space, and ``total``.
        """
        y = np.asarray(y, dtype=float)
        y = y - y.mean(axis=0)
        parts = {name: part - part.mean(axis=0) for name, part in self.parts(spaces).items()}
        predicted = np.sum(list(parts.values()), axis=0)
        power = (y**2).sum(axis=0)
        table = pd.DataFrame({name: (part * (2 * y - predicted)).sum(axis=0) / power for name, part in parts.items()})
        return table.assign(total=table.sum(axis=1))


def banded_ridge(
    spaces: Mapping[str, Any],
    y: Any,
    *,
    penalties: Sequence[float] | np.ndarray = PENALTIES,
    groups: Sequence[Any] | np.ndarray | None = None,
    n_folds: int | None = None,
    key: PRNGKey | None = None,
) -> BandedRidgeFit:
    """Regress many targets on several feature spaces, with a penalty for every space and target.

    A penalty λ/γ_b on space b is ridge regression on features times √γ_b (Dupré la Tour et al. 2022,
    10.1016/j.neuroimage.2022.119728). For one set of mixing weights γ a single decomposition serves all targets and all
    λ, as in :func:`ridge`, with the same closed-form error of samples that are left out. Mixing weights are searched
    on a lattice of powers of ten that all targets share: first equal ones and each space alone, then the neighbours of
    those that are the best for at least 1 % of the targets, 2, 1, and ½ decades away, until no new ones come up.
    Nothing is drawn.

    Parameters
    ----------
    spaces : mapping of str to array, shape (sample, feature)
        At least two. Bring them to a common scale before.
    y : array, shape (sample, target)
    penalties, groups, n_folds, key
        As in :func:`ridge`; `penalties` are the λ.

    Returns
    -------
    BandedRidgeFit

    Raises
    ------
    InputError
        As :func:`ridge`; for fewer than two spaces.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.normal(size=(2, 200, 10))
    >>> y = a @ rng.normal(size=(10, 5)) + rng.normal(size=(200, 5))
    >>> fit = banded_ridge({"a": a, "b": b}, y)
    >>> bool((fit.penalties["b"] > 10 * fit.penalties["a"]).all())
    True
    >>> fit.partition({"a": a, "b": b}, y).mean().round(1).to_dict()
    {'a': 0.9, 'b': 0.0, 'total': 0.9}
    """
    require(len(spaces) >= 2, f"Banded ridge regression needs at least 2 spaces; got {len(spaces)}. Use ridge.")
    names = list(spaces)
    xs = [np.asarray(x, dtype=float) for x in spaces.values()]
    y, penalties = np.asarray(y, dtype=float), np.asarray(penalties, dtype=float)
    for x in xs:
        check_arrays(x, y, penalties, groups)
    blocks = blocks_left_out(len(y), groups, n_folds, key)
    means, y_mean = [x.mean(axis=0) for x in xs], y.mean(axis=0)
    xs, y = [x - mean for x, mean in zip(xs, means, strict=True)], y - y_mean
    search = _Search(np.concatenate(xs, axis=1), [x.shape[1] for x in xs], y, penalties, blocks)
    with one_blas_thread():  # mixing weights are tried on all cores at once
        search.go()
    edges = np.cumsum(search.sizes)[:-1]
    return BandedRidgeFit(
        weights=dict(zip(names, np.split(search.weights, edges), strict=True)),
        intercept=y_mean - np.concatenate(means) @ search.weights,
        penalties=pd.DataFrame(search.by_space(), columns=names),
        error=search.error,
        tried=len(search.tried),
        methods=f"Banded ridge regression predicts {counted(y.shape[1], 'target')} from the feature spaces "
        f"{listed(names)} ({listed([str(x.shape[1]) for x in xs])} features) of {len(y)} samples. The penalty of every "
        f"space and target makes the squared error for samples that are left out the least (in closed form), among "
        f"{len(penalties)} penalties from {significant(penalties.min())} to {significant(penalties.max())} times "
        f"{len(search.tried)} sets of mixing weights, in steps of half a decade.",
    )


class _Search:
    """The best mixing weights of every target so far."""

    def __init__(
        self, x: np.ndarray, sizes: list[int], y: Targets, penalties: np.ndarray, blocks: list[np.ndarray]
    ) -> None:
        self.x, self.sizes, self.y, self.penalties, self.blocks = x, sizes, y, penalties, blocks
        n_targets = y.shape[1]
        self.tried: list[Share] = []
        self.error = np.full(n_targets, np.inf)
        self.best = np.zeros(n_targets, int)
        self.penalty = np.ones(n_targets)
        self.weights = np.zeros((x.shape[1], n_targets))

    def go(self) -> None:
        """Try neighbours of what is the best for many targets, from coarse to fine."""
        n = len(self.sizes)
        self._try([(0.0,) * n, *(tuple(0.0 if i == j else np.inf for i in range(n)) for j in range(n))])
        for step in STEPS:
            while new := self._neighbours(step):
                self._try(new)

    def by_space(self) -> Float[np.ndarray, "target space"]:
        """Return the penalty of every target on every space; infinite for a space that is left out."""
        return self.penalty[:, None] * 10.0 ** np.array(self.tried)[self.best]

    def _try(self, shares: list[Share]) -> None:
        """Try mixing weights; the weights of targets that got better follow while the decomposition is at hand."""

        def better(share: Share) -> tuple[np.ndarray, np.ndarray, np.ndarray, Weights]:
            scale = np.repeat(10.0 ** (-np.array(share) / 2), self.sizes)
            x = self.x * scale
            basis = spectrum(x)
            z = basis.basis.T @ self.y
            position, error = LeftOut(basis, self.y, z, self.penalties, self.blocks).least()
            some = np.flatnonzero(error < self.error)
            penalty = self.penalties[position[some]]
            return some, error[some], penalty, scale[:, None] * basis.weights(x, z[:, some], penalty)

        for share, (some, error, penalty, weights) in zip(shares, on_cores(better, shares), strict=True):
            still = error < self.error[some]
            kept = some[still]
            self.error[kept], self.penalty[kept], self.weights[:, kept] = (
                error[still],
                penalty[still],
                weights[:, still],
            )
            self.best[kept] = len(self.tried)
            self.tried.append(share)

    def _neighbours(self, step: float) -> list[Share]:
        count = np.bincount(self.best, minlength=len(self.tried))
        found: dict[Share, None] = {}
        for share in (self.tried[i] for i in np.flatnonzero(count >= POPULAR * self.y.shape[1])):
            for space, change in ((i, sign * step) for i in range(len(share)) for sign in (1, -1)):
                held = [min(decades, LEAST) for decades in share]
                held[space] += change
                moved = tuple(decades - min(held) for decades in held)
                if max(moved) < LEAST:
                    found[moved] = None
        return [share for share in found if share not in self.tried]
