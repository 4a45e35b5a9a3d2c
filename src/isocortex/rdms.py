"""Representational dissimilarity matrices, as a labelled stack of condensed vectors. They compute nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from .errors import InputError, require
from .responses import FEWEST_OF_A_PAIR, nfc
from .shapes import CondensedRDM, SquareRDM
from .summaries import Described, brief


@dataclass(frozen=True, eq=False, repr=False)
class RDMs(Described):
    """A stack of dissimilarity vectors over the same stimuli.

    Parameters
    ----------
    dissimilarities : array, shape (row, pair)
        The upper triangle of each matrix in row-major order: pairs (0, 1), (0, 2), … (n−2, n−1). NaN where a pair was
        not measured.
    stimuli : array, shape (stimulus,)
        Labels of the stimuli.
    labels : tuple of str
        One label per row: a subject, a seed, a layer.
    measure : str
        What the numbers are, for axes and captions.

    Raises
    ------
    InputError
        If the sizes do not fit together, there are fewer than two stimuli, a value is infinite, or a row is all NaN.
    """

    dissimilarities: CondensedRDM
    stimuli: np.ndarray
    labels: tuple[str, ...] = field(default=())
    measure: str = "dissimilarity"

    def __post_init__(self) -> None:
        if not np.issubdtype(self.dissimilarities.dtype, np.floating):  # integers are codes where ranks are compared
            object.__setattr__(self, "dissimilarities", self.dissimilarities.astype(float))
        object.__setattr__(self, "stimuli", nfc(self.stimuli))
        rows, pairs = self.dissimilarities.shape
        n = len(self.stimuli)
        require(
            n >= FEWEST_OF_A_PAIR,
            f"An RDM needs at least two stimuli; got {n}.",
        )
        require(
            pairs == n * (n - 1) // 2,
            f"{n} stimuli make {n * (n - 1) // 2} pairs, but the dissimilarities have {pairs}.",
        )
        if not self.labels:
            object.__setattr__(self, "labels", tuple(str(i) for i in range(rows)))
        require(len(self.labels) == rows, f"{rows} RDMs need the same number of labels; got {len(self.labels)}.")
        infinite = np.isinf(self.dissimilarities).any(axis=1)
        if infinite.any():
            raise InputError(f"The RDM {self.labels[int(np.argmax(infinite))]!r} has infinite dissimilarities.")
        empty = ~np.isfinite(self.dissimilarities).any(axis=1)
        if empty.any():
            raise InputError(f"The RDM {self.labels[int(np.argmax(empty))]!r} holds only NaN.")

    def __len__(self) -> int:
        return len(self.dissimilarities)

    def described(self) -> dict[str, str]:
        """Return how many RDMs there are over how many stimuli, and of what."""
        return {
            "rows": str(len(self)),
            "labels": brief(self.labels),
            "stimuli": str(len(self.stimuli)),
            "measure": brief(self.measure),
        }

    def take(self, places: Sequence[int] | np.ndarray) -> "RDMs":
        """Return the RDMs of some stimuli alone, in the order of their places (0, 1, …) in `stimuli`."""
        chosen = np.asarray(places)
        first, second = np.triu_indices(len(chosen), 1)
        vectors = self.square()[:, chosen[first], chosen[second]]
        return RDMs(vectors, self.stimuli[chosen], self.labels, self.measure)

    def rows(self, labels: Collection[str]) -> "RDMs":
        """Return the RDMs with these labels alone, in the order of the stack."""
        kept = [i for i, label in enumerate(self.labels) if label in labels]
        return RDMs(self.dissimilarities[kept], self.stimuli, tuple(self.labels[i] for i in kept), self.measure)

    def mean(self) -> "RDMs":
        """Return the mean RDM; of each pair over the RDMs that have it.

        Examples
        --------
        >>> holed = RDMs(np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan], [5.0, 4.0, 7.0]]), np.arange(3))
        >>> holed.mean().dissimilarities
        array([[3., 3., 7.]])
        """
        measured = ~np.isnan(self.dissimilarities)
        total, n = np.where(measured, self.dissimilarities, 0).sum(axis=0), measured.sum(axis=0)
        mean = np.divide(total, n, out=np.full(len(total), np.nan), where=n > 0)
        return RDMs(mean[None], self.stimuli, ("mean",), self.measure)

    @property
    def complete(self) -> bool:
        """Whether every pair was measured."""
        return not np.isnan(self.dissimilarities).any()

    def require_every_pair(self, what: str) -> None:
        """Raise an :class:`InputError` that names the first pair that was not measured, which `what` needs."""
        if self.complete:
            return
        row, pair = np.argwhere(np.isnan(self.dissimilarities))[0]
        i, j = (self.stimuli[places[pair]].item() for places in np.triu_indices(len(self.stimuli), 1))
        raise InputError(
            f"{what} needs every pair, and {i!r} with {j!r} is missing (NaN) in the RDM {self.labels[row]!r}; "
            "select the stimuli without missing pairs with take()."
        )

    def square(self) -> SquareRDM:
        """Return the full symmetric matrices, shape (row, stimulus, stimulus), zero on the diagonal."""
        n = len(self.stimuli)
        first, second = np.triu_indices(n, 1)
        full = np.zeros((len(self), n, n))
        full[:, first, second] = full[:, second, first] = self.dissimilarities
        return full


def from_square(
    matrices: np.ndarray,
    *,
    stimuli: Sequence[object] | np.ndarray | None = None,
    labels: Sequence[str] = (),
    measure: str = "dissimilarity",
) -> RDMs:
    """Build :class:`RDMs` from square matrices.

    Parameters
    ----------
    matrices : array, shape (row, stimulus, stimulus) or (stimulus, stimulus)
        Symmetric matrices, NaN where a pair was not measured; the diagonal is not read.

    Raises
    ------
    InputError
        If a matrix is not square or not symmetric.

    Examples
    --------
    >>> import numpy as np
    >>> from_square(np.ones((3, 3)) - np.eye(3)).dissimilarities
    array([[1., 1., 1.]])
    """
    stack = np.asarray(matrices, dtype=float)
    stack = stack[None] if stack.ndim == 2 else stack
    require(
        stack.ndim == 3 and stack.shape[1] == stack.shape[2],
        f"RDMs must be square, n × n or rows × n × n; got the shape {np.shape(matrices)}.",
    )
    scale = np.nanmax(np.abs(stack), initial=0.0)
    require(
        bool(np.allclose(stack, stack.swapaxes(1, 2), rtol=0, atol=1e-6 * scale, equal_nan=True)),
        "The RDMs are not symmetric; average them with their transpose if that is what you mean.",
    )
    n = stack.shape[1]
    return RDMs(
        stack[:, *np.triu_indices(n, 1)],
        np.arange(n) if stimuli is None else np.asarray(stimuli),
        tuple(labels),
        measure,
    )
