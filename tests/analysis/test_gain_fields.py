"""Gain fields: closed forms of products and sums, planted shifts, classes, and what cannot be measured."""

import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.analysis import gain_fields

AXIS, TURNS = np.arange(-40.0, 41, 5), np.array([-20.0, 0, 20])


def lattice(x):
    return np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)


PLACES, EYES = lattice(AXIS), lattice(TURNS)
RETINAL, EYE = np.tile(PLACES, (9, 1)), np.repeat(EYES, len(PLACES), axis=0)


def field(centre, width=25.0):
    """A bump on the retina."""
    return lambda retinal, eye: np.exp(-((retinal - centre) ** 2).sum(axis=1) / (2 * width**2))


def measure(*units, background=None, shuffled=None):
    retinal, eye, values = RETINAL, EYE, np.stack([unit(RETINAL, EYE) for unit in units], axis=1)
    if background is not None:
        retinal, eye = np.concatenate([RETINAL, np.full((9, 2), np.nan)]), np.concatenate([EYE, EYES])
        values = np.concatenate([values, np.stack([unit(EYES) for unit in background], axis=1)])
    order = slice(None) if shuffled is None else shuffled.permutation(len(values))
    return gain_fields(responses(values[order]), retinal=retinal[order], eye=eye[order])


def gain(retinal, eye):
    return 1 + eye @ [0.01, -0.02]


def test_a_product_has_the_shares_of_its_factors():
    """r = f(p)g(e): shares are ḡ²V_f, f̄²V_g and V_f·V_g of their sum; depth is that of g; the plane fits exactly."""
    table = measure(lambda p, e: field([10, -5])(p, e) * gain(p, e)).iloc[0]
    f, g = field([10, -5])(PLACES, None), gain(None, EYES)
    parts = {
        "retinal_share": g.mean() ** 2 * f.var(),
        "eye_share": f.mean() ** 2 * g.var(),
        "interaction": f.var() * g.var(),
    }
    for name, part in parts.items():
        assert table[name] == pytest.approx(part / sum(parts.values()), rel=1e-9)
    assert table["depth"] == pytest.approx(np.ptp(g) / g.max())
    assert table["planar_r2"] == pytest.approx(1)
    assert (table["shift"], table["frame"]) == (pytest.approx(0, abs=1e-9), "retinal")


def test_a_sum_has_no_interaction():
    table = measure(lambda p, e: field([0, 0])(p, e) + gain(p, e)).iloc[0]
    assert table["interaction"] == pytest.approx(0, abs=1e-12)
    assert table["retinal_share"] + table["eye_share"] == pytest.approx(1)
    assert (table["shift"], table["frame"]) == (pytest.approx(0, abs=1e-9), "retinal")


@pytest.mark.parametrize(("share", "frame"), [(0.0, "retinal"), (0.5, "intermediate"), (1.0, "head-centred")])
def test_a_planted_shift_is_found_under_a_gain(share, frame):
    """A field at p + share·e, times a gain. The lattice of 5° and the cut at the edge cost less than 0.03 here."""
    table = measure(lambda p, e: field([0, 0], width=10.0)(p + share * e, e) * gain(p, e)).iloc[0]
    assert table["shift"] == pytest.approx(share, abs=0.03)
    assert table["frame"] == frame


def test_the_order_of_stimuli_does_not_matter(rng):
    unit = lambda p, e: field([10, -5])(p + 0.3 * e, e) * gain(p, e)  # noqa: E731
    ground = [lambda e: 0.2 + e @ [0.004, 0]]
    one, other = measure(unit, background=ground), measure(unit, background=ground, shuffled=rng)
    for column in one.columns:
        if one[column].dtype.kind == "f":
            np.testing.assert_allclose(one[column], other[column], atol=1e-12)
        else:
            assert list(one[column]) == list(other[column])


def test_classes():
    """Visual and background parts that are constant, or rise with the eye to the same or to opposite sides."""
    bump = field([0, 0])
    rising, flat = (lambda e: 0.4 + 0.01 * e[:, 0]), (lambda e: np.full(len(e), 0.4))
    falling = lambda e: 0.4 - 0.01 * e[:, 0]  # noqa: E731
    cases = {
        "visual alone": (rising, flat),
        "background alone": (flat, rising),
        "parallel": (rising, rising),
        "opposed": (rising, falling),
        "constant": (flat, flat),
    }
    units = [lambda p, e, v=v, b=b: bump(p, e) * v(e) + b(e) for v, b in cases.values()]
    table = measure(*units, background=[b for _, b in cases.values()])
    assert list(table["class"]) == list(cases)
    assert "class" not in measure(*units)


def test_seeds_and_silent_units():
    values = np.stack([field([0, 0])(RETINAL, EYE) * gain(RETINAL, EYE), 0 * RETINAL[:, 0]], axis=1)
    stack = responses(np.stack([values, 2 * values]), dims=("seed", "stimulus", "unit")).assign_coords(seed=[3, 4])
    table = gain_fields(stack, retinal=RETINAL, eye=EYE)
    assert list(zip(table["seed"], table["unit"], strict=True)) == [(3, 0), (3, 1), (4, 0), (4, 1)]
    measures = ["depth", "interaction", "planar_r2", "shift"]
    np.testing.assert_allclose(table[measures].iloc[0], table[measures].iloc[2])  # no measure has a unit
    assert table[measures].iloc[[1, 3]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("retinal", "eye", "sentence"),
    [
        (RETINAL[:-1], EYE[:-1], "2601 positions"),
        (RETINAL, np.zeros_like(EYE), "each to be shown once; got 2601 stimuli"),
        (RETINAL * np.array([1, 2]) ** (EYE[:, :1] > 0), EYE, "combinations"),
        (np.where(np.arange(2601)[:, None] == 0, np.nan, RETINAL), EYE, "combinations|background"),
        (np.sign(RETINAL) * RETINAL**2 / 40, EYE, "must lie on a lattice of equal steps"),
    ],
)
def test_positions_that_are_not_crossed_are_refused(retinal, eye, sentence):
    values = np.random.default_rng(0).uniform(size=(2601, 1))
    with pytest.raises(InputError, match=sentence):
        gain_fields(responses(values), retinal=retinal, eye=eye)
