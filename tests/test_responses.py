import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.errors import unknown


@pytest.mark.parametrize(
    ("values", "options", "sentence"),
    [
        (np.ones((2, 3)), {}, "hold 2 stimuli; a comparison needs at least 3"),
        (np.ones((3, 0)), {}, "hold no units"),
        (np.ones((0, 3, 4)), {}, "are empty"),
        (np.array([["a"] * 3] * 3), {}, "must be real numbers"),
        (np.ones(3), {}, r"have shape \(3,\)"),
        (np.ones((2, 2, 3, 4)), {}, "name the axes with dims"),
        (np.ones((3, 4)), {"dims": ("unit", "stimulus")}, "the last two 'stimulus' and 'unit'"),
        (np.ones((3, 4)), {"stimuli": [1, 2]}, r"hold 3 stimuli, but the labels have shape \(2,\)"),
        (np.array([[1.0, np.inf], [1, 2], [1, 3]]), {}, r"1 NaN or infinite values, the first at .*'unit': 1"),
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


def test_a_name_unlike_any_gets_no_guess():
    assert str(unknown("task", "zzz", ["tilt"])) == "There is no task 'zzz'. Known: tilt."
