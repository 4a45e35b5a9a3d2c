"""How often 95 % intervals of weights hold the truth."""

import jax
import numpy as np
import pytest

from isocortex.analysis.encoding import glm
from isocortex.dynamics import coupled_spikes


def share_covered(link, errors, rng, *, n_units=1000, n_bins=400):
    """Fit many draws of the same model, a unit each, and return the share of weights within their intervals."""
    x = rng.normal(size=(n_bins, 4))
    true = np.array([-0.3, 0.4, -0.3, 0.2, 0.0])
    eta = true[0] + x @ true[1:]
    y = rng.poisson((np.exp(eta) if link == "exp" else np.logaddexp(0, eta))[:, None], (n_bins, n_units))
    found = glm.fit(x, y, link=link)
    table = glm.weight_table(found, glm.covariance(found, errors))
    return ((table["low"] <= np.tile(true, n_units)) & (table["high"] >= np.tile(true, n_units))).mean()


@pytest.mark.slow
def test_intervals_cover_the_truth(capsys):
    """93–98 % of all weights, and of history and coupling apart, in 150 recordings of three coupled neurons."""
    basis = glm.raised_cosines(3, 8)
    planted = np.zeros((3, 3, 3))
    planted[[0, 1, 2], [0, 1, 2]] = [-1.0, -0.4, 0.0]
    planted[0, 1], planted[1, 2] = [0.5, 0.3, 0.1], [-0.6, -0.2, 0.0]
    true, own = planted.transpose(1, 0, 2), np.eye(3, dtype=bool)
    rng = np.random.default_rng(0)
    found = {f"{link}, {kind}": share_covered(link, kind, rng) for link in ("exp", "softplus") for kind in glm.ERRORS}
    inside = {kind: [] for kind in glm.ERRORS}
    for seed in range(150):
        counts = coupled_spikes(np.log([0.15] * 3), planted @ basis.T, 3000, key=jax.random.key(seed))
        made = glm.design(counts, basis, bin_ms=5)
        fitted = glm.fit(made.x, made.y)
        for kind, each in inside.items():
            table = glm.weight_table(fitted, glm.covariance(fitted, kind))
            low, high = (table[end].to_numpy().reshape(3, 10)[:, 1:].reshape(3, 3, 3) for end in ("low", "high"))
            each.append((low <= true) & (high >= true))
    for kind, each in inside.items():
        found |= {f"history, {kind}": np.mean(each, axis=0)[own].mean()}
        found |= {f"coupling, {kind}": np.mean(each, axis=0)[~own].mean()}
    with capsys.disabled():
        print("\nweights within their 95 % intervals:")
        print("\n".join(f"  {name:24} {share:.4f}" for name, share in found.items()))
    assert all(0.93 <= share <= 0.98 for share in found.values())
