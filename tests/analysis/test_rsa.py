"""Similarities and ceilings of RDMs against SciPy, definitions and invariances."""

import jax
import numpy as np
import pytest

from isocortex import InputError, RDMs
from isocortex.analysis.rsa.resampling import draw_multiplicities
from isocortex.rdms import from_square


def stack(rng, rows, stimuli, *, ties=False):
    values = rng.random((rows, stimuli * (stimuli - 1) // 2))
    return RDMs(np.round(values, 1) if ties else values, np.arange(stimuli))


def test_multiplicities_count_draws():
    drawn = draw_multiplicities(jax.random.key(0), 500, 10)
    assert (drawn.sum(axis=1) == 10).all()
    assert drawn.mean() == 1
    assert drawn.var() == pytest.approx(0.9, abs=0.06)  # binomial(10, 1/10); s.e. of the variance ≈ 0.02


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: RDMs(np.ones((1, 1)), np.arange(2)), "RDMs of 2 stimuli"),
        (lambda d: RDMs(np.ones((1, 5)), np.arange(4)), "4 stimuli make 6 pairs"),
        (lambda d: RDMs(np.full((1, 6), np.inf), np.arange(4), ("x",)), "The RDM 'x' has infinite"),
        (lambda d: RDMs(np.full((1, 6), np.nan), np.arange(4), ("x",)), "'x' has fewer than two dissim"),
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
