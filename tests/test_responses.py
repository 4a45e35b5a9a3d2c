import numpy as np
import pandas as pd
import pytest
import xarray as xr

from isocortex import InputError, read, responses, rsa
from isocortex.errors import unknown
from isocortex.responses import check, load, save

IN_TIME = ("stimulus", "time", "unit")
TRIALS = {"dims": ("trial", "unit"), "stimuli": list("abc")}


@pytest.mark.parametrize(
    ("values", "options", "sentence"),
    [
        (np.ones((1, 3)), {}, "hold 1 stimuli; this needs at least 2"),
        (np.ones((3, 0)), {}, "hold no units"),
        (np.ones((0, 3, 4)), {}, "are empty"),
        (np.array([["a"] * 3] * 3), {}, "must be real numbers"),
        (np.ones(3), {}, r"have shape \(3,\)"),
        (np.ones((2, 2, 3, 4)), {}, "name the axes with dims"),
        (np.ones((3, 4)), {"dims": ("unit", "stimulus")}, "the last two 'stimulus' and 'unit'"),
        (np.ones((3, 4)), {"stimuli": [1, 2]}, r"hold 3 stimuli, but the labels have shape \(2,\)"),
        (np.array([[1.0, np.inf], [1, 2], [1, 3]]), {}, r"1 NaN or infinite values, the first at .*'unit': 1"),
        (
            np.ones((3, 4)),
            {"dims": ("trial", "unit")},
            "have an axis of trials; name the stimulus of each trial with stimuli=",
        ),
        (
            np.ones((3, 4)),
            {"dims": ("trial", "unit"), "stimuli": "ab"},
            r"hold 3 trials, but the labels have shape \(\)",
        ),
        (np.ones((4, 3)), {"dims": ("trial", "unit"), "stimuli": [0, 0, 0, 0]}, "hold 1 stimuli"),
        (np.ones((3, 4)), {"runs": [1, 2, 3]}, "no repeats whose runs could be named"),
        (np.ones((2, 3, 4)), {"runs": [1, 2, 3]}, r"hold 2 repeats, but the runs have shape \(3,\)"),
        (np.ones((3, 2, 4)), {"dims": IN_TIME, "times": [0]}, r"hold 2 steps in time, but the times have shape \(1,\)"),
        (np.ones((3, 2, 4)), {"dims": IN_TIME, "times": [20, 0]}, "times of responses must be numbers that increase"),
        (
            np.ones((3, 2, 4)),
            {"dims": IN_TIME, "times": [0, np.nan]},
            "times of responses must be numbers that increase",
        ),
        (np.full((3, 2, 4), np.nan), {"dims": IN_TIME}, "24 NaN or infinite values"),
        (np.ones((3, 4)), {"times": [0, 1, 2]}, "have no dimension 'time'"),
        (np.ones((3, 4)), {"conditions": {"side": [1, 2, 3]}}, "only trials have conditions"),
        (np.ones((3, 4)), TRIALS | {"conditions": {"side": [1, 2]}}, r"3 trials, but the values of 'side' have shape"),
        (np.ones((3, 4)), TRIALS | {"conditions": {"unit": [1, 2, 3]}}, "'unit' is the name of another coordinate"),
        (xr.DataArray(np.ones((3, 4))), {}, r"have the dimensions \('dim_0', 'dim_1'\)"),
        (
            xr.DataArray(np.ones((3, 4)), dims=("stimulus", "neuron")),
            {},
            "Give the axes their names, in order, with dims",
        ),
        (pd.DataFrame({"a": [1.0, 2, 3], "kind": list("xyz")}), {}, "the column kind hold others"),
        (pd.DataFrame(np.ones((3, 2)), index=list("aba")), {}, "stimulus 'a' occurs in responses more than once"),
    ],
)
def test_what_cannot_be_analysed_is_told_at_the_door(values, options, sentence):
    with pytest.raises(InputError, match=sentence):
        responses(values, **options)


def test_attributes_and_dimensions():
    x = responses(np.ones((2, 3, 4)), stimuli=["a", "b", "c"], source="me")
    assert x.dims == ("repeat", "stimulus", "unit")
    assert x.attrs == {"source": "me"}
    assert x.sel(stimulus="b").shape == (2, 4)


def test_trials_carry_stimuli_and_runs_and_are_only_for_analyses_that_read_them():
    x = responses(np.ones((4, 2)), stimuli=["a", "b", "c", "a"], runs=[1, 1, 1, 2], dims=("trial", "unit"))
    assert x["stimulus"].dims == x["run"].dims == ("trial",)
    check(x, trials=True)
    with pytest.raises(InputError, match="lack stimulus"):
        check(x)


def test_large_finite_values_are_finite():
    assert responses(np.full((3, 4), 3e38, np.float32)).dtype == np.float32


def test_a_name_unlike_any_gets_no_guess():
    assert str(unknown("task", "zzz", ["tilt"])) == "There is no task 'zzz'. Known: tilt."


def test_a_labelled_array_keeps_its_labels_whatever_the_order_of_its_axes(rng):
    names, units = ["face", "hand", "tree"], ["u1", "u2"]
    values = rng.normal(size=(2, 4, 3))
    given = xr.DataArray(
        values, {"unit": units, "time": [0, 5, 10, 15], "stimulus": names}, ("unit", "time", "stimulus"), name="V1"
    )
    x = responses(given, area="V1")
    assert (x.dims, x.name, x.attrs) == (IN_TIME, "V1", {"area": "V1"})
    np.testing.assert_array_equal(x, values.transpose(2, 1, 0))
    assert x.sel(stimulus="hand", unit="u2", time=5) == values[1, 1, 1]
    assert responses(given, stimuli=[7, 8, 9]).stimulus.values.tolist() == [7, 8, 9]
    square = xr.DataArray(np.arange(9.0).reshape(3, 3), {"a": [*units, "u3"], "b": names}, ("a", "b"))
    x = responses(square, dims=("stimulus", "unit"))
    assert x.sel(stimulus="u2", unit="tree") == 5


def test_a_table_has_a_row_per_stimulus_unless_it_says_otherwise():
    names, units = ["face", "hand", "tree"], ["u1", "u2", "u3"]
    table = pd.DataFrame(np.arange(9.0).reshape(3, 3), index=names, columns=units)
    assert responses(table).sel(stimulus="hand", unit="u3") == 5
    turned = table.T.rename_axis(index="unit", columns="stimulus")
    assert responses(turned).equals(responses(table))
    trials = responses(table, dims=("trial", "unit"))
    assert trials.stimulus.values.tolist() == names
    assert trials.sel(unit="u3").values.tolist() == [2, 5, 8]


def test_responses_in_time_and_conditions_of_trials_come_back_from_a_file(tmp_path, rng):
    times, sides = [0.0, 20.0], ["left", "right", "left", "right"]
    slow = responses(rng.normal(size=(2, 3, 2, 4)), dims=("seed", *IN_TIME), stimuli=list("abc"), times=times)
    trials = responses(
        rng.normal(size=(4, 2, 5)),
        dims=("trial", "time", "unit"),
        stimuli=list("abca"),
        times=times,
        conditions={"side": sides, "coherence": [0, 5, 10, 20]},
    )
    save(tmp_path / "both.nc", {"slow": slow, "trials": trials})
    back = load(tmp_path / "both.nc")
    for name, array in {"slow": slow, "trials": trials}.items():
        xr.testing.assert_equal(back[name], array)
        check(back[name], trials=True)
    left = back["trials"].isel(trial=back["trials"].side.values == "left")
    assert left.coherence.values.tolist() == [0, 10]
    assert rsa.rdm(slow.sel(time=20.0)).labels == ("0", "1")
    save(tmp_path / "slow.nc", {"slow": slow.transpose("unit", "time", "stimulus", "seed")})
    xr.testing.assert_equal(read(tmp_path / "slow.nc").responses["slow"], slow)
    save(tmp_path / "trials.nc", {"trials": trials})
    found = read(tmp_path / "trials.nc").responses["trials"]
    assert found.dims == IN_TIME
    np.testing.assert_allclose(found.sel(stimulus="a"), trials.values[[0, 3]].mean(axis=0))
