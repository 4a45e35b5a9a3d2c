"""Format numbers and labels for readers: minus signs, decimals, intervals, p values, escaped characters."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import SupportsFloat
from unicodedata import bidirectional, category

UNDEFINED = "–"
NUMBER_AS_TEXT = re.compile(rf"[−-]?\d[\d.,]*(e[−-]?\d+)?( %)?|{UNDEFINED}|")
ESCAPED = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, halves of characters, and separators of lines."""
TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Unicode's classes of characters that turn the direction of writing."""


def number(value: SupportsFloat, decimals: int = 3) -> str:
    """Return a number with fixed decimals; an undefined one as a dash.

    Examples
    --------
    >>> number(-0.5), number(-0.0001), number(float("nan")), number(12.3456, 1)
    ('−0.500', '0.000', '–', '12.3')
    """
    value = float(value)
    if math.isnan(value):
        return UNDEFINED
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def significant(value: SupportsFloat, digits: int = 3) -> str:
    """Return a number with so many significant digits and no trailing zeros.

    Examples
    --------
    >>> significant(0.0123456), significant(-2.0), significant(123456.0), significant(1e-8)
    ('0.0123', '−2', '123000', '1e−8')
    """
    value = float(value)
    if math.isnan(value):
        return UNDEFINED
    rounded = float(f"{value:.{digits}g}")
    text = f"{rounded:.0f}" if 10**digits <= abs(rounded) < 1e7 else f"{rounded:.{digits}g}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


def column(values: Iterable[object], digits: int = 3) -> list[str]:
    """Return what stands in a column of a table as text: its numbers with the same decimals, as many as they need.

    Needed are those that show so many significant digits of every number, but not more than `digits` decimals unless
    the largest number has none left then. Where such decimals would hide a number, each has its own significant digits.

    Examples
    --------
    >>> column([12.8, 50.0]), column([1.0, -0.447214]), column([0.5, 1e-9]), column([True, None]), column(["a", 2])
    (['12.8', '50.0'], ['1.000', '−0.447'], ['0.5', '1e−9'], ['yes', '–'], ['a', '2'])
    """
    cells = list(values)
    numbers = [float(cell) for cell in cells if isinstance(cell, Real) and not isinstance(cell, bool)]
    sizes = [abs(value) for value in numbers if math.isfinite(value) and value != 0]
    needed = [_decimals(size, digits) for size in sizes]
    decimals = min(max(needed, default=0), max(digits, _decimals(max(sizes, default=1.0), digits)))
    hides = any(float(f"{size:.{decimals}f}") == 0 for size in sizes)

    def text(cell: object) -> str:
        if cell is None:
            return UNDEFINED
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if not isinstance(cell, Real):
            return str(cell)
        return significant(cell, digits) if hides else number(cell, decimals)

    return [text(cell) for cell in cells]


def numeric(values: Iterable[object]) -> bool:
    """Return whether a column holds nothing but numbers, also written as text, and blanks: it is aligned to the right.

    Examples
    --------
    >>> numeric([1, None]), numeric(["−0.50", "1e−7", "–"]), numeric(["3 %"]), numeric([True]), numeric(["a", 2])
    (True, True, True, False, False)
    """
    return all(
        cell is None
        or (isinstance(cell, Real) and not isinstance(cell, bool))
        or (isinstance(cell, str) and NUMBER_AS_TEXT.fullmatch(cell) is not None)
        for cell in values
    )


def _decimals(size: float, digits: int) -> int:
    """Return how many decimals show so many significant digits of a number, without trailing zeros."""
    exponent = Decimal(f"{size:.{digits}g}").normalize().as_tuple().exponent
    return max(0, -int(exponent))


def interval(value: SupportsFloat, low: SupportsFloat, high: SupportsFloat, decimals: int = 3) -> str:
    """Return an estimate with its interval in brackets, or a dash for an interval that is unknown.

    Examples
    --------
    >>> interval(0.1234, -0.01, 0.25)
    '0.123 [−0.010, 0.250]'
    >>> interval(0.1234, float("nan"), float("nan"))
    '0.123 [–]'
    """
    if math.isnan(low) or math.isnan(high):
        return f"{number(value, decimals)} [{UNDEFINED}]"
    return f"{number(value, decimals)} [{number(low, decimals)}, {number(high, decimals)}]"


def percent(share: SupportsFloat, decimals: int = 1) -> str:
    """Return a share as a percentage.

    Examples
    --------
    >>> percent(0.8954)
    '89.5 %'
    """
    return f"{number(100 * float(share), decimals)} %"


def p_value(p: SupportsFloat) -> str:
    """Return how small a p value is.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.0002), p_value(float("nan"))
    ('p = 0.031', 'p < 0.001', 'p undefined')
    """
    p = float(p)
    if math.isnan(p):
        return "p undefined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as an enumeration.

    Examples
    --------
    >>> listed(["conv", "pool", "fc"]), listed(["conv"]), listed(["conv", "fc"], "or")
    ('conv, pool and fc', 'conv', 'conv or fc')
    """
    words = list(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def counted(n: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun, and a comma between the thousands of a number with more than four digits.

    Examples
    --------
    >>> counted(1, "network"), counted(3, "network"), counted(2, "bias", "biases"), counted(12500, "neuron")
    ('1 network', '3 networks', '2 biases', '12,500 neurons')
    """
    return f"{n:{',' if n >= 10_000 else ''}} {singular if n == 1 else plural or singular + 's'}"


def visible(text: object) -> str:
    """Return text with the characters escaped that command a terminal, or turn the direction of writing.

    Labels come from files, and "\\x1b[2J" in one would clear the screen.

    Examples
    --------
    >>> print(visible("V1\\x1b[31m, caf\\u00e9"))
    V1\\x1b[31m, café
    """
    return "".join(
        c.encode("unicode_escape").decode()
        if c != "\n" and (category(c) in ESCAPED or bidirectional(c) in TURNS)
        else c
        for c in str(text)
    )
