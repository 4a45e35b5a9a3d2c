"""What tables and sentences say of similarities: nothing more than their intervals allow."""

import numpy as np
import pandas as pd
import pytest

from isocortex import RDMs
from isocortex.experiments.shared.intervals import hold_for
from isocortex.experiments.shared.published import beside_published, shown_points
from isocortex.experiments.shared.tables import (
    answer_table,
    difference_table,
    leading,
    listed,
    most_like,
    rival_table,
)

NONE = "None of the models is measurably like IT: the largest r is that of "
HOW = {"method": "pearson", "factors": ("subject", "seed")}


def row(layer, mean, low, high, **more):
    return {"layer": layer, "variant": "trained", "mean": mean, "difference": mean, "low": low, "high": high, **more}


@pytest.mark.parametrize(
    ("leader", "rows", "sentence"),
    [
        ("a", [row("a", -0.1, -1.0, 1.0)], NONE + "a, −0.100 [−1.000, 1.000]"),
        ("a", [row("a", 0.1, 0.0, 0.2)], NONE + "a, 0.100 [0.000, 0.200]"),
        (
            "a",
            [row("a", 0.5, 0.2, 1), row("b", 0.4, 0.3, 0.5)],
            "Of the models, a is most like IT: r 0.500 [0.200, 1.000]",
        ),
        (
            "b",
            [row("a", 0.5, -0.2, 1), row("b", 0.4, 0.3, 0.5)],
            "Of the models with an interval above 0, b is most like IT: r 0.400 [0.300, 0.500]; a has a larger one, "
            "0.500 [−0.200, 1.000], but its interval includes 0",
        ),
        (
            "a",
            [row("a", -0.5, np.nan, np.nan)],
            "Whether any of the models is like IT is not known, because there is no interval; the largest r is that of "
            "a, −0.500 [–]",
        ),
    ],
)  # fmt: skip
def test_only_a_measurable_likeness_is_called_one(leader, rows, sentence):
    assert most_like(rows, among="the models", target="IT", measure="r") == sentence
    assert leading(rows)["layer"] == leader


def test_models_that_never_learned_have_a_column_of_their_own():
    table = pd.DataFrame(
        [
            row("fc", 0.3, 0.1, 0.5),
            row("fc", 0.2, 0.1, 0.3) | {"variant": "untrained"},
            row("pixels", 0.1, 0.0, 0.2) | {"variant": "no learning"},
        ]
    )
    found = answer_table(table)
    assert list(found) == ["layer", "trained", "untrained", "not trained here"]
    assert found.iloc[1].tolist() == ["pixels (no learning)", "", "", "0.100 [0.000, 0.200]"]
    assert list(answer_table(table.iloc[:2])) == ["layer", "trained", "untrained"]


def test_differences_are_those_of_shared_seeds_and_layers(rng):
    def stack(*labels):
        return RDMs(rng.random((len(labels), 45)), np.arange(10), labels)

    data, rival = stack("x", "y", "z"), ("rival", "no learning")
    rdms = {("fc", "trained"): stack("0", "1", "2"), ("fc", "untrained"): stack("1", "2"), rival: stack("r")}
    rdms |= {("conv", "trained"): stack("0", "1"), ("conv", "untrained"): stack("0").rows([])}
    found = difference_table(rdms, data, ("trained", "untrained"), **HOW)
    assert found[["layer", "a", "b", "seeds"]].values.tolist() == [["fc", "trained", "untrained", 2]]
    beside = rival_table(rdms, data, rival, ("trained",), **HOW)
    assert beside[["layer", "a", "b", "seeds"]].values.tolist() == [
        ["fc", "trained", "rival", 3],
        ["conv", "trained", "rival", 2],
    ]
    assert len(rival_table(rdms | {rival: rdms["conv", "untrained"]}, data, rival, ("trained",), **HOW)) == 0


def test_words_say_what_was_sampled():
    drawn = {"stimulus": "new photographs", "subject": "new animals", "seed": "new seeds"}
    assert hold_for(drawn, {"stimulus": 9, "subject": 1, "seed": 3}) == "new photographs and new seeds"
    assert hold_for(drawn, {"stimulus": 1, "subject": 1, "seed": 1}) == ""


def test_a_long_list_is_cut():
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdefgh"), most=2) == "a, b and 6 more"


def test_published_numbers_have_the_decimals_and_signs_of_ours():
    table = beside_published({"a": -0.12345, "zero": -1e-9}, {
        "a": ("slope", -0.12, ".2f"), "zero": ("offset", 0.0, ".3f"), "absent": ("gain", 1.5, ".1f")
    })  # fmt: skip
    assert table.values.tolist() == [["slope", "−0.12", "−0.12"], ["offset", "0.000", "0.000"], ["gain", "1.5", "–"]]


def test_eigenvalues_are_shown_with_their_imaginary_part():
    table = pd.DataFrame({"E": [-0.25], "I": [-4e-19], "kind": ["stable"], "eigenvalue 1": [complex(-0.5, -0.25)]})
    shown = shown_points(table)
    assert shown.iloc[0].tolist() == [-0.25, 0.0, "stable", "−0.500 − 0.250i"]
    assert list(shown) == ["E", "I", "kind", "eigenvalue"]
    two = shown_points(table.assign(**{"eigenvalue 2": [-1.0]}))
    assert list(two)[-2:] == ["eigenvalue 1", "eigenvalue 2"]
