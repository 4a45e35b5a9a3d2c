"""Small pictures of stimuli for a page."""

import base64
from html import escape
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from ...formats import significant, visible

SIDE = 112
"""Pixels of the longer side."""


def thumbnail(image: np.ndarray) -> str:
    """Return a picture as the text of an address that holds it.

    Parameters
    ----------
    image : array, shape (row, column) or (row, column, 3)
        Of 0…1, or bytes.

    Examples
    --------
    >>> thumbnail(np.zeros((4, 4)))[:22]
    'data:image/png;base64,'
    """
    pixels = image if image.dtype == np.uint8 else np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    picture, scale = Image.fromarray(pixels), SIDE / max(pixels.shape[:2])
    size = (max(1, round(scale * picture.width)), max(1, round(scale * picture.height)))
    saved = BytesIO()
    picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS).save(saved, "PNG")
    return f"data:image/png;base64,{base64.b64encode(saved.getvalue()).decode()}"


def name_of(stimulus: Any, unit: str = "") -> str:
    """Return the label of a stimulus or unit as plain text, for axes and tooltips, which escape it themselves.

    Examples
    --------
    >>> name_of(-45.0, "°"), name_of("face")
    ('−45°', 'face')
    """
    number = isinstance(stimulus, int | float) and not isinstance(stimulus, bool)
    return f"{significant(stimulus, 6) if number else visible(stimulus)}{unit}"


def html_of(stimulus: Any, unit: str = "") -> str:
    """Return the label as HTML, escaped: it may come from a file.

    Examples
    --------
    >>> html_of("<b>")
    '&lt;b&gt;'
    """
    return escape(name_of(stimulus, unit))
