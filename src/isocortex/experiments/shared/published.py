"""Published numbers beside ours, for experiments that repeat a source."""

from collections.abc import Mapping, Sequence

import pandas as pd

from ...formats import UNDEFINED, number
from ...report import Quantity


def beside_published(
    numbers: Mapping[str, float | int],
    published: Mapping[str, tuple[str, float | int, str]],
    source: str = "published",
) -> pd.DataFrame:
    """Return a table of published numbers, or of those of another source, with ours beside them.

    Parameters
    ----------
    numbers : mapping of str to float
        The summary.
    published : mapping of str to (what, number, digits)
        Key of the summary → what it is, the published number, and its decimals as a format: ``".3f"`` for three.
    source : str
        The name of their column. Default "published".

    Returns
    -------
    DataFrame
        ``quantity``, the source, ``here``: strings. What was not found is "–".
    """

    def text(value: float | int, digits: str) -> str:
        return number(value, int(digits.strip(".f")))

    rows = [
        {
            "quantity": what,
            source: text(value, digits),
            "here": text(numbers[key], digits) if key in numbers else UNDEFINED,
        }
        for key, (what, value, digits) in published.items()
    ]
    return pd.DataFrame(rows)


def point_numbers(table: pd.DataFrame, prefix: str = "fixed_point") -> dict[str, float | int]:
    """Return fixed points as flat numbers: ``fixed_point.0.E``, ``.eigenvalue.real``, ``.eigenvalue_2.real``, ….

    Parameters
    ----------
    table : DataFrame
        From :func:`isocortex.dynamics.fixed_point_table`.
    """
    found: dict[str, float | int] = {f"{prefix}.n": len(table)}
    for i, row in enumerate(table.to_dict("records")):
        for column, value in row.items():
            if column == "kind":
                continue
            if str(column).startswith("eigenvalue"):
                order = str(column).split()[1]
                name = "eigenvalue" if order == "1" else f"eigenvalue_{order}"
                found[f"{prefix}.{i}.{name}.real"] = float(complex(value).real)
                found[f"{prefix}.{i}.{name}.imag"] = float(complex(value).imag)
            else:
                found[f"{prefix}.{i}.{column}"] = float(value)
    return found


def point_quantities(variables: Sequence[str], prefix: str = "fixed_point", of: str = "") -> dict[str, Quantity]:
    """Return what the numbers of :func:`point_numbers` are.

    Parameters
    ----------
    variables : sequence of str
        The system's.
    prefix : str
    of : str
        Which system's, as in ``" of the rhythm"``.
    """
    every = {f"{prefix}.n": Quantity(f"Number of fixed points{of}")}
    every |= {f"{prefix}.<n>.{name}": Quantity(f"{name} at a fixed point{of}") for name in variables}
    for i in range(1, len(variables) + 1):
        name = "eigenvalue" if i == 1 else f"eigenvalue_{i}"
        for part, word in (("real", "Real"), ("imag", "Imaginary")):
            meaning = f"{word} part of eigenvalue {i} of the Jacobian at a fixed point{of}"
            every[f"{prefix}.<n>.{name}.{part}"] = Quantity(meaning, "1/ms")
    return every


def shown_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return fixed points for the page, with complex eigenvalues as text; a single one needs no number.

    What is 0 but for rounding becomes 0: six decimals stay.
    """

    def text(value: object) -> object:
        if not isinstance(value, complex):
            return round(value, 6) + 0.0 if isinstance(value, float) else value
        turn = f" {'+' if value.imag >= 0 else '−'} {number(abs(value.imag))}i" if value.imag else ""
        return f"{number(value.real)}{turn}"

    one = "eigenvalue 2" not in table
    return table.map(text).rename(columns={"eigenvalue 1": "eigenvalue"} if one else {})
