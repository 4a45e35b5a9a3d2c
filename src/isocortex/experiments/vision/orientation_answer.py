"""What comparisons of networks with V1 answer: what learning adds, and whether a code for orientation does as well."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..shared.tables import interval, listed

Row = Mapping[str, Any]


def what_learning_adds(differences: Sequence[Row]) -> str:
    """Say which layers learning makes more like V1, and which less.

    Parameters
    ----------
    differences : sequence of mapping
        A row per layer, trained minus untrained.
    """
    if not differences:
        return ""
    ordered = sorted(differences, key=lambda row: -row["difference"])
    gains = [row for row in ordered if row["low"] > 0]
    losses = [row["layer"] for row in ordered if row["high"] < 0]
    top = (gains or ordered)[0]
    largest = f"{top['layer']}: trained minus untrained {interval(top, 'difference')}"
    if gains:
        text = (
            f"Learning makes {listed([row['layer'] for row in gains])} measurably more like V1, most of all {largest}"
        )
    else:
        text = f"Learning makes no layer measurably more like V1; the largest difference is that of {largest}"
    return f"{text}. It makes {listed(losses)} less like V1." if losses else f"{text}."


def beside_orientation_alone(row: Row, difference: Row, *, layer: str) -> str:
    """Say how a layer compares with the rival that needs no image, and what follows.

    Parameters
    ----------
    row : mapping
        The rival's row of the similarity table.
    difference : mapping
        The layer minus the rival.
    layer : str
        The layer in words, such as "pool, trained on tilt".
    """
    rival = f"The orientation alone, which needs no image (dissimilarity 1 − cos 2Δθ), reaches {interval(row)}"
    gap = f"the difference is {interval(difference, 'difference')}"
    if difference["low"] > 0:
        return f"{rival}; {layer} is more like V1 than that: {gap}."
    than = f"less than that: {gap}" if difference["high"] < 0 else f"not measurably more than that: {gap}"
    return (
        f"{rival}; {layer} reaches {than}. So its similarity shows no more than that it codes orientation, as V1 does."
    )
