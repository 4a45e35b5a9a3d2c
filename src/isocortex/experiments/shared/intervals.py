"""What the intervals of similarities hold for, and how they are computed, in words."""

from collections.abc import Mapping, Sequence

from ...analysis.rsa.description import T_DISTRIBUTION
from .tables import listed

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


def describe_intervals(factors: Sequence[str], sizes: Mapping[str, int], names: Mapping[str, str] | None = None) -> str:
    """Return which intervals were computed, and how; the parameters are those of :func:`hold_for`.

    Examples
    --------
    >>> describe_intervals(("subject", "seed"), {"subject": 1, "seed": 1})
    'There are no intervals: with one subject and one seed, nothing is a sample.'
    """
    new = hold_for(factors, sizes, names)
    if not new:
        return f"There are no intervals: with {listed([f'one {factor}' for factor in factors])}, nothing is a sample."
    return (
        f"The 95 % intervals hold for {new}. They come from a jackknife over these crossed factors, which counts their "
        f"interactions once (Efron & Stein 1981), and from {T_DISTRIBUTION}."
    )
