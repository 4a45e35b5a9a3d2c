"""What comparisons of networks with V1 answer: what learning adds, and whether a code for orientation does as well."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...formats import listed
from ..shared.tables import interval

Row = Mapping[str, Any]


def what_learning_adds(differences: Sequence[Row]) -> str:
    """Say which layers learning makes more like V1, and which less, with the difference of every layer.

    Parameters
    ----------
    differences : sequence of mapping
        A row per layer, trained minus untrained.
    """
    gains = sorted((row for row in differences if row["low"] > 0), key=lambda row: -row["difference"])
    losses = sorted((row for row in differences if row["high"] < 0), key=lambda row: row["difference"])
    rest = [row for row in differences if not row["low"] > 0 and not row["high"] < 0]
    said = []
    if gains:
        said.append(f"Yes: learning makes {_layers(gains)} more like V1; trained − untrained is {_each(gains)}.")
    elif rest and all(np.isnan(row["low"]) for row in rest):
        return f"It is not known, because there is no interval; trained − untrained is {_each(rest)}."
    elif differences:
        said.append("No: learning makes no layer measurably more like V1.")
    if losses:
        said.append(f"Learning makes {_layers(losses)} less like V1; trained − untrained is {_each(losses)}.")
    if rest:
        said.append(f"No change can be measured in {_layers(rest)}; trained − untrained is {_each(rest)}.")
    return " ".join(said)


def beside_orientation_alone(row: Row, difference: Row, *, layer: str) -> str:
    """Say how a layer compares with the rival that needs no image, and what follows.

    Parameters
    ----------
    row : mapping
        The rival's row of the similarity table.
    difference : mapping
        The layer minus the rival.
    layer : str
        The layer in words, such as "pool, trained on tilt,".
    """
    rival = f"The orientation alone, which needs no image (dissimilarity 1 − cos 2Δθ), reaches {interval(row)}"
    gap = f"the difference is {interval(difference, 'difference')}"
    if np.isnan(difference["low"]):
        return f"{rival}; whether {layer} is more like V1 than that is not known: {gap}."
    if difference["low"] > 0:
        return f"{rival}; {layer} is more like V1 than that: {gap}."
    less = "less like V1 than that" if difference["high"] < 0 else "not measurably more like V1 than that"
    return (
        f"{rival}; {layer} is {less}: {gap}. So the similarity of this layer shows no more than that it codes "
        "orientation, as V1 does."
    )


def _layers(rows: Sequence[Row]) -> str:
    return listed(row["layer"] for row in rows)


def _each(rows: Sequence[Row]) -> str:
    return listed(f"{interval(row, 'difference')} in {row['layer']}" for row in rows)
