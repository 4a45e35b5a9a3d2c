"""Equations of the page: LaTeX between dollar signs becomes MathML, which every browser typesets by itself."""

import re
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup, escape

DOI = re.compile(r"\b(?:doi:)?(10\.\d{4,9}/(?:\([^\s()]*\)|[^\s()&])*[^\s()&.,;:])")
"""With the parentheses that it holds, and without those around it."""
BETWEEN_DOLLARS = re.compile(r"\$([^$]+)\$")
SPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = (
    "math mfrac mi mn mo mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
)
ATTRIBUTES = (
    "columnalign display displaystyle fence form linethickness mathvariant scriptlevel separator stretchy width"
)
"""What an equation can have: none of it can hold a script, a link or a style."""


def typeset(text: str) -> Markup:
    """Return text for the page: escaped, with each equation between dollar signs as MathML, and each DOI as a link.

    What is no equation, and what the converter cannot read, stays as it was written: a label from a file may hold
    dollar signs, too.

    Examples
    --------
    >>> print(typeset("Hill (1910, 10.1000/182)"))
    Hill (1910, <a href="https://doi.org/10.1000/182">10.1000/182</a>)
    >>> print(typeset("a < b, and $x^2$"))  # doctest: +ELLIPSIS
    a &lt; b, and <math ...><msup><mi>x</mi><mn>2</mn></msup>...</math>
    """
    parts = BETWEEN_DOLLARS.split(text)
    shown = [_equation(part) if i % 2 else _linked(escape(part)) for i, part in enumerate(parts)]
    return Markup("").join(shown)


def _linked(text: Markup) -> Markup:
    """Return escaped text with each DOI as a link."""
    return Markup(DOI.sub(r'<a href="https://doi.org/\1">\g<0></a>', str(text)))


@cache
def _equation(source: str) -> Markup:
    as_written = escape(f"${source}$")
    try:
        markup = convert(source.replace("<", r"\lt ").replace(">", r"\gt "))
        found = ElementTree.fromstring(markup)
    except Exception:  # the converter has an error of its own for each fault, and lets others through
        return as_written
    elements = {element.tag.removeprefix(SPACE) for element in found.iter()}
    attributes = {name for element in found.iter() for name in element.attrib}
    harmless = elements <= set(ELEMENTS.split()) and attributes <= set(ATTRIBUTES.split())
    return Markup(markup) if harmless else as_written
