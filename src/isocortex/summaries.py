"""Short descriptions of what a session holds: one line for a terminal, a small table for a notebook."""

from collections.abc import Mapping
from dataclasses import fields
from html import escape
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from .formats import significant

LONGEST = 60
"""Characters of one value."""


class Described:
    """What is written as one line in a terminal, and as a table in a notebook.

    A class that inherits from it says in :meth:`described` what is worth knowing; by default that is every field.
    """

    def described(self) -> dict[str, str]:
        """Return what is worth knowing, by name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore[reportArgumentType]
        return {name: brief(value) for name, value in named.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self.described().items())})"

    def _repr_html_(self) -> str:
        return html_table(type(self).__name__, self.described())


def brief(value: Any) -> str:
    """Return a value as a few words: a number, or the shape of an array.

    Examples
    --------
    >>> brief(0.1), brief(np.zeros((3, 4))), brief((1, 2)), brief(None), brief({"a": 1.0})
    ('0.1', '3 × 4', '(1, 2)', 'None', '{a: 1}')
    """
    if isinstance(value, bool | np.bool_):
        text = str(value)
    elif isinstance(value, int | float | np.number):
        text = significant(value, 6)
    elif isinstance(value, np.ndarray | jax.Array):
        known = value.shape == () and not isinstance(value, Tracer) and jnp.issubdtype(value.dtype, jnp.number)
        text = significant(float(value), 6) if known else " × ".join(map(str, value.shape)) or "a number"
    elif isinstance(value, Mapping):
        text = f"{{{', '.join(f'{name}: {brief(item)}' for name, item in value.items())}}}"
    elif isinstance(value, tuple | list):
        text = f"({', '.join(map(brief, value))})"
    else:
        text = getattr(value, "__name__", str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def html_table(title: str, described: Mapping[str, str]) -> str:
    """Return a heading and a table of two columns as HTML, with every label escaped."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in described.items())
    return f"<b>{escape(title)}</b><table>{rows}</table>"
