import jax
import pytest

from isocortex.analysis.inference.crossed import draw_multiplicities


def test_multiplicities_count_draws():
    drawn = draw_multiplicities(jax.random.key(0), 500, 10)
    assert (drawn.sum(axis=1) == 10).all()
    assert drawn.mean() == 1
    assert drawn.var() == pytest.approx(0.9, abs=0.06)  # binomial(10, 1/10); s.e. of the variance ≈ 0.02
