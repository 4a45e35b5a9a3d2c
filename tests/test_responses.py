import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.errors import unknown
from isocortex.responses import check


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
        (np.ones((3, 4)), {"dims": ("trial", "unit")}, "are trials; say what was shown in each with stimuli="),
        (
            np.ones((3, 4)),
            {"dims": ("trial", "unit"), "stimuli": "ab"},
            r"hold 3 trials, but the labels have shape \(\)",
        ),
        (np.ones((4, 3)), {"dims": ("trial", "unit"), "stimuli": [0, 0, 0, 0]}, "hold 1 stimuli"),
        (np.ones((3, 4)), {"runs": [1, 2, 3]}, "no repeats to name the runs of"),
        (np.ones((2, 3, 4)), {"runs": [1, 2, 3]}, r"hold 2 repeats, but the runs have shape \(3,\)"),
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
