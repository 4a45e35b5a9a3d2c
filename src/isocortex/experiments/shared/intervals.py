"""What the intervals of similarities hold for, and what their ends are in the summary."""

from collections.abc import Mapping, Sequence

from ...formats import listed
from ...report import Quantity

NEW = {"stimulus": "new stimuli", "subject": "new subjects", "seed": "new seeds"}


def hold_for(factors: Sequence[str], sizes: Mapping[str, int], names: Mapping[str, str] | None = None) -> str:
    """Return what intervals hold for, such as "new subjects and new seeds"; nothing where no factor varies.

    Parameters
    ----------
    factors : sequence of str
        What is taken as a random sample, as for :func:`isocortex.rsa.compare`.
    sizes : mapping of str to int
        Factor → number of its items; one item is no sample.
    names : mapping of str to str, optional
        Factor → what a new draw of it is called. Default :data:`NEW`.
    """
    called = {**NEW, **(names or {})}
    return listed([called[factor] for factor in factors if sizes[factor] > 1])


def interval_quantities(key: str, meaning: str, *, p: bool = False) -> dict[str, Quantity]:
    """Return what the numbers ``<key>.mean``, ``.low`` and ``.high`` are, and ``.p`` where there is a test.

    Examples
    --------
    >>> interval_quantities("rsa.fc", "Similarity with V1")["rsa.fc.low"].meaning
    'Similarity with V1: lower end of the 95 % interval'
    """
    ends = {"low": "lower", "high": "upper"}
    found = {f"{key}.mean": Quantity(meaning)}
    found |= {f"{key}.{end}": Quantity(f"{meaning}: {side} end of the 95 % interval") for end, side in ends.items()}
    return found | ({f"{key}.p": Quantity(f"{meaning}: two-sided p value")} if p else {})
