"""The container of RDMs: what it refuses, and its two forms."""

import numpy as np
import pytest

from isocortex import InputError, RDMs
from isocortex.rdms import from_square


def stack(rng, rows, stimuli):
    return RDMs(rng.random((rows, stimuli * (stimuli - 1) // 2)), np.arange(stimuli))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: RDMs(np.ones((1, 0)), np.arange(1)), "at least two stimuli; got 1"),
        (lambda d: RDMs(np.ones((1, 5)), np.arange(4)), "4 stimuli make 6 pairs"),
        (lambda d: RDMs(np.full((1, 6), np.inf), np.arange(4), ("x",)), "The RDM 'x' has infinite"),
        (lambda d: RDMs(np.full((1, 6), np.nan), np.arange(4), ("x",)), "'x' holds only NaN"),
        (lambda d: from_square(np.ones((3, 4))), "must be square"),
        (lambda d: from_square(np.triu(np.ones((3, 3)))), "not symmetric"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence, rng):
    with pytest.raises(InputError, match=sentence):
        call(stack(rng, 2, 5))


def test_square_and_condensed_are_inverse(rng):
    rows = stack(rng, 2, 6)
    np.testing.assert_array_equal(from_square(rows.square()).dissimilarities, rows.dissimilarities)
