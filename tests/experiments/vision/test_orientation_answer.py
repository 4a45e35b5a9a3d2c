"""What the pages on V1 answer: no more than the intervals allow."""

import numpy as np
import pytest

from isocortex.experiments.vision.normative_result import advantage
from isocortex.experiments.vision.orientation_answer import beside_orientation_alone, what_learning_adds


def row(layer, mean, low, high, **more):
    return {"layer": layer, "variant": "trained", "mean": mean, "difference": mean, "low": low, "high": high, **more}


def test_learning_adds_what_its_interval_says():
    gain, loss, nothing = row("fc", 0.3, 0.1, 0.5), row("conv", -0.2, -0.3, -0.1), row("pool", 0.4, -0.1, 0.9)
    assert what_learning_adds([]) == ""
    assert what_learning_adds([nothing]) == (
        "No: learning makes no layer measurably more like V1. No change can be measured in pool; trained − untrained "
        "is 0.400 [−0.100, 0.900] in pool."
    )
    assert what_learning_adds([loss, nothing, gain]) == (
        "Yes: learning makes fc more like V1; trained − untrained is 0.300 [0.100, 0.500] in fc. Learning makes conv "
        "less like V1; trained − untrained is −0.200 [−0.300, −0.100] in conv. No change can be measured in pool; "
        "trained − untrained is 0.400 [−0.100, 0.900] in pool."
    )
    unknown = row("fc", 0.3, np.nan, np.nan)
    assert what_learning_adds([unknown]) == (
        "It is not known, because there is no interval; trained − untrained is 0.300 [–] in fc."
    )


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (row("fc", 0.2, 0.1, 0.3), "fc is more like V1 than that: the difference is 0.200 [0.100, 0.300]."),
        (
            row("fc", 0.2, -0.1, 0.5),
            "fc is not measurably more like V1 than that: the difference is 0.200 [−0.100, 0.500]. So",
        ),
        (row("fc", -0.2, -0.3, -0.1), "fc is less like V1 than that: the difference is −0.200 [−0.300, −0.100]."),
    ],
)
def test_the_rival_without_an_image_is_answered(difference, words):
    text = beside_orientation_alone(row("orientation alone", 0.785, 0.7, 0.8), difference, layer="fc")
    assert words in text
    assert ("no more than that it codes orientation" in text) == (difference["low"] <= 0)


def test_without_an_interval_nothing_follows():
    unknown = row("fc", -0.2, np.nan, np.nan)
    text = beside_orientation_alone(row("orientation alone", 0.8, np.nan, np.nan), unknown, layer="fc")
    assert text.endswith(
        "reaches 0.800 [–]; whether fc is more like V1 than that is not known: the difference is −0.200 [–]."
    )


def test_a_difference_is_turned_to_the_leading_task():
    pair = {"a": "tilt", "b": "rotation", "difference": 0.2, "low": 0.1, "high": 0.4, "p": 0.01}
    assert advantage(pair, "tilt") == pair | {"other": "rotation"}
    assert advantage(pair, "rotation") == pair | {"other": "tilt", "difference": -0.2, "low": -0.4, "high": -0.1}
