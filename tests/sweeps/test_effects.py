"""Slopes, means and interactions against planted ones."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from isocortex.sweeps.effects import adjusted_means, ends, explained, interactions, slopes


@pytest.fixture
def table(rng):
    rows = pd.DataFrame(product([1.0, 2.0, 4.0], ["a", "b"], range(20)), columns=["tau", "kind", "seed"])
    rows["score"] = 3 * rows["tau"] + np.where(rows["kind"] == "b", 5.0, 0.0) + rng.normal(size=len(rows))
    return rows.assign(product=lambda t: t["tau"] * (t["kind"] == "b"), same=1.0)


def test_planted_slopes_lie_in_their_intervals(table):
    found = slopes(table, "score", ["tau", "kind", "seed"])
    assert list(found) == ["tau", "seed"]
    assert found["tau"].low < 3 < found["tau"].high
    assert found["tau"].high - found["tau"].low == pytest.approx(
        2 * 1.98 / np.sqrt(table["tau"].var(ddof=0) * 120), rel=0.15
    )
    assert found["seed"].low < 0 < found["seed"].high


def test_slopes_are_those_of_the_normal_equations_where_the_design_is_not_balanced(rng):
    rows = pd.DataFrame({"x": rng.normal(size=12), "z": rng.normal(size=12)})
    rows["y"] = rows["x"] - 2 * rows["z"] + rng.normal(size=12)
    design = np.column_stack([np.ones(12), rows[["x", "z"]]])
    inverse = np.linalg.inv(design.T @ design)
    weights = inverse @ design.T @ rows["y"].to_numpy()
    error = np.sqrt(((rows["y"] - design @ weights) ** 2).sum() / 9 * np.diag(inverse))
    found = slopes(rows, "y", ["x", "z"])
    assert [found[name].slope for name in "xz"] == pytest.approx(weights[1:])
    assert found["x"].high == pytest.approx(weights[1] + 2.262157 * error[1])


def test_means_are_taken_with_the_other_options_at_their_average(table):
    found = adjusted_means(table, "score", "kind", ["tau", "kind"])
    group = table.groupby("kind")["score"].mean()
    assert found["value"].tolist() == ["a", "b"]
    assert found["mean"].tolist() == pytest.approx(group.tolist())
    assert (found["high"] - found["low"]).tolist() == pytest.approx([2 * 1.98 / np.sqrt(60)] * 2, rel=0.15)


def test_many_values_enter_as_a_line(rng):
    rows = pd.DataFrame({"x": np.linspace(0, 1, 40)}).assign(y=lambda t: 2 * t["x"] + 0.01 * rng.normal(size=40))
    found = adjusted_means(rows, "y", "x", ["x"])
    np.testing.assert_allclose(found["mean"], 2 * found["value"], atol=0.02)


def test_an_interaction_is_found_where_there_is_one(table):
    found = interactions(table, ["score", "product"], ["tau", "kind"]).set_index("number")
    assert found.loc["product", "p"] == 0
    assert found.loc["product", "share"] > 0.1
    assert found.loc["score", "p"] > 0.001
    assert found.loc["score", "share"] < 0.01


def test_nothing_is_explained_of_a_number_that_stays(table):
    assert explained(table, "same", ["tau", "kind"]) == 0
    assert explained(table, "score", ["tau", "kind"]) > 0.9
    assert explained(table.assign(noise=np.random.default_rng(1).normal(size=120)), "noise", ["seed"]) < 0.2


def test_the_ends_of_a_number_are_at_their_settings(table):
    found = ends(table, ["product"], ["tau", "kind"]).set_index("end")
    assert found.loc["largest", ["value", "tau", "kind"]].tolist() == [4.0, 4.0, "b"]


def test_too_few_points_have_no_interval():
    rows = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 3.0]})
    assert slopes(rows, "y", ["x"]) == {}
    assert adjusted_means(rows, "y", "x", ["x"])["low"].isna().all()
