"""One page that says what every number of every experiment is, made from what their results declare."""

from collections.abc import Mapping

from .result import Quantity

TITLE = """# What the numbers are

Every run writes its numbers into `summary.json`, under flat keys. This page says what each number is;
`isocortex show RUN --keys` says the same of one run, with the values. `<…>` in a key stands for a name or a number,
such as the name of a layer. An undefined number has no key. `python docs/make_numbers.py` writes this page anew from
what the results of the experiments declare.
"""


def numbers_page(experiments: Mapping[str, Mapping[str, Quantity]]) -> str:
    """Return a page of Markdown: a table for each experiment.

    Parameters
    ----------
    experiments : mapping of str to mapping of str to Quantity
        Name of an experiment → what its numbers are, by key.

    Examples
    --------
    >>> print(numbers_page({"demo": {"bias.<n>": Quantity("Bias", "ms")}}).splitlines()[-1])
    | `bias.<n>` | Bias | ms |
    """
    parts = [TITLE]
    for name, quantities in experiments.items():
        rows = [f"| `{key}` | {_cell(q.meaning)} | {_cell(q.unit)} |" for key, q in quantities.items()]
        parts.append("\n".join([f"## {name}", "", "| key | meaning | unit |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
