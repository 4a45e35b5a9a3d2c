"""What the intervals of similarities hold for, and what their ends are in the summary."""

from collections.abc import Mapping

from ...formats import listed
from ...report import Quantity


def hold_for(drawn: Mapping[str, str], sizes: Mapping[str, int]) -> str:
    """Return what intervals hold for, such as "new animals and new seeds"; nothing where no factor varies.

    Parameters
    ----------
    drawn : mapping of str to str
        Factor that is taken as a random sample → what a new draw of it is called.
    sizes : mapping of str to int
        Factor → number of its items; one item is no sample.

    Examples
    --------
    >>> hold_for({"subject": "new animals", "seed": "new seeds"}, {"subject": 1, "seed": 3})
    'new seeds'
    """
    return listed(name for factor, name in drawn.items() if sizes[factor] > 1)


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
