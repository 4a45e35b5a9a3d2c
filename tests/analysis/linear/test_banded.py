"""Banded ridge regression: planted spaces, the penalties of scaled features, and what himalaya finds."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from isocortex import InputError
from isocortex.analysis.linear import banded_ridge, ridge


def planted(rng, n=150, t=40, shares=None):
    """Return two spaces of different size, and targets of which the first explains a planted share."""
    spaces = {"a": rng.normal(size=(n, 20)), "b": 2 + rng.normal(size=(n, 90))}
    mix = rng.uniform(size=t) if shares is None else np.broadcast_to(shares, t)
    parts = {name: x @ rng.normal(size=(x.shape[1], t)) / np.sqrt(x.shape[1]) for name, x in spaces.items()}
    signal = np.sqrt(mix) * parts["a"] + np.sqrt(1 - mix) * parts["b"]
    return spaces, signal + 0.5 * rng.normal(size=(n, t)), mix


@pytest.mark.first_variant
@pytest.mark.parametrize("groups", [None, np.arange(150) // 3], ids=["alone", "groups"])
def test_it_is_ridge_on_scaled_features(rng, groups):
    spaces, y, _ = planted(rng, t=6)
    found = banded_ridge(spaces, y, groups=groups)
    for i, penalty in enumerate(found.penalties.to_dict("records")):
        x = np.concatenate([x / np.sqrt(penalty[name]) for name, x in spaces.items()], axis=1)
        peer = Ridge(1.0, solver="svd").fit(x, y[:, i])
        np.testing.assert_allclose(found.predict(spaces)[:, i], peer.predict(x), rtol=1e-6)
        error = ridge(x, y[:, [i]], penalties=[1.0], groups=groups).loo_error
        np.testing.assert_allclose(found.error[i], error[0, 0], rtol=1e-6)


def test_planted_shares_of_the_variance_are_recovered(rng):
    """With 1000 samples for 110 features the shares of R² follow the planted ones to 0.05."""
    spaces, y, mix = planted(rng, n=1200)
    train, test = ({name: x[part] for name, x in spaces.items()} for part in (slice(1000), slice(1000, None)))
    found = banded_ridge(train, y[:1000])
    table = found.partition(test, y[1000:])
    explained = 1 / 1.25
    np.testing.assert_allclose(table["a"].mean(), explained * mix.mean(), atol=0.05)
    assert np.corrcoef(table["a"], mix)[0, 1] > 0.9
    np.testing.assert_allclose(table[["a", "b"]].sum(axis=1), table["total"])
    residual = y[1000:] - found.predict(test)
    r2 = 1 - (residual - residual.mean(axis=0)).var(axis=0) / y[1000:].var(axis=0)
    np.testing.assert_allclose(table["total"], r2, atol=1e-9)


def test_a_space_without_merit_is_left_out(rng):
    spaces, y, _ = planted(rng, shares=1.0)
    found = banded_ridge(spaces, y)
    assert (found.penalties["b"] > 100 * found.penalties["a"]).mean() > 0.9
    plain = ridge(np.concatenate(list(spaces.values()), axis=1), y)
    assert found.error.mean() < plain.loo_error.min(axis=0).mean()


def test_three_spaces(rng):
    spaces, y, _ = planted(rng, t=10, shares=0.5)
    found = banded_ridge(spaces | {"c": rng.normal(size=(150, 40))}, y)
    assert (found.penalties["c"] > 10 * found.penalties["b"]).mean() > 0.7
    assert f"{found.tried} sets of mixing weights" in found.methods


def test_bad_input_is_told(rng):
    spaces, y, _ = planted(rng)
    found = banded_ridge(spaces, y)
    for use, message in (
        (lambda: banded_ridge({"a": spaces["a"]}, y), "at least 2 spaces; got 1"),
        (lambda: banded_ridge(spaces | {"b": spaces["b"][:9]}, y), "of the same samples"),
        (lambda: found.predict({"a": spaces["a"]}), "The spaces b are missing"),
        (lambda: found.predict(spaces | {"b": spaces["a"]}), r"'b' must be sample × 90 features"),
    ):
        with pytest.raises(InputError, match=message):
            use()
