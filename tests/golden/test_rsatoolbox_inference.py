"""The dual bootstrap (Schütt et al. 2023, 10.7554/eLife.82566) has the standard errors of rsatoolbox 0.3.2.

The numbers come from benchmarks/peers/rsatoolbox_inference.py: two models and their difference, 4000 samples.
"""

import jax
import numpy as np
import pytest

from isocortex import RDMs, rsa

PUBLISHED = {
    ("cosine", "stimulus"): (0.021241, 0.016781, 0.030589),
    ("cosine", "subject"): (0.003510, 0.006943, 0.007587),
    ("cosine", "both"): (0.021443, 0.016913, 0.030923),
    ("pearson", "stimulus"): (0.075354, 0.058366, 0.102763),
    ("pearson", "subject"): (0.015956, 0.031389, 0.030807),
    ("pearson", "both"): (0.075751, 0.059350, 0.103715),
}


@pytest.fixture(scope="module")
def planted():
    rng = np.random.default_rng(0)
    stimuli = rng.normal(size=(24, 6))
    first, second = np.triu_indices(24, 1)

    def distances(x):
        return ((x[first] - x[second]) ** 2).sum(axis=1)

    data = np.stack([distances(stimuli + 0.8 * rng.normal(size=stimuli.shape)) for _ in range(7)])
    seen = {"left": stimuli[:, :3], "right": stimuli[:, 2:]}
    labels = np.arange(24)
    return {name: RDMs(distances(x)[None], labels) for name, x in seen.items()}, RDMs(data, labels)


@pytest.mark.parametrize(("method", "factors"), PUBLISHED)
def test_standard_errors_are_those_of_rsatoolbox(method, factors, planted):
    options = {
        "method": method,
        "factors": ("stimulus", "subject") if factors == "both" else (factors,),
        "inference": "dual-bootstrap",
        "key": jax.random.key(0),
        "n_bootstraps": 4000,
    }
    found = [*rsa.compare(*planted, **options)["se"], *rsa.differences(*planted, **options)["se"]]
    # either s.e. comes from 4000 samples: relative s.e. √(1/8000) = 1.1 %, of their ratio 1.6 %; the corrected
    # variance of both sums three of them, with weights of about 1; 4 s.e.
    assert found == pytest.approx(PUBLISHED[method, factors], rel=0.064)
