"""Similarities and ceilings of the RDMs of Kriegeskorte et al. 2008 (10.1016/j.neuron.2008.10.043): as rsatoolbox."""

import json
from pathlib import Path

import numpy as np
import pytest

from isocortex import RDMs, read_kriegeskorte, rsa

FILE = Path(__file__).parents[1] / "analysis" / "rsa" / "rsatoolbox_similarities.json"


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_similarities_and_ceilings(method, recordings):
    objects = read_kriegeskorte(recordings / "kriegeskorte-2008")
    rows = [objects.models[name].dissimilarities for name in ("v1_model", "hmax")]
    models = RDMs(np.concatenate(rows), objects.human.stimuli)
    expected = json.loads(FILE.read_text())["kriegeskorte-2008"][method]
    ceiling = rsa.noise_ceiling(objects.human, method)
    np.testing.assert_allclose(rsa.similarity(models, objects.human, method), expected["similarity"], rtol=1e-10)
    np.testing.assert_allclose([ceiling.lower, ceiling.upper], expected["ceiling"], rtol=1e-10)
