"""isocortex compare on the RDMs of Kriegeskorte et al. 2008 (10.1016/j.neuron.2008.10.043), as interchange files."""

import json

import numpy as np
import pytest

from isocortex import RDMs, read_kriegeskorte, runs
from isocortex.experiments.comparison.compare import Compare
from isocortex.recordings import write


@pytest.fixture(scope="module")
def folder(recordings, tmp_path_factory):
    """Write four subjects and three models, in three formats and two orders of the stimuli, and compare them."""
    objects = read_kriegeskorte(recordings / "kriegeskorte-2008")
    here = tmp_path_factory.mktemp("files")
    names = np.array([f"{category} {i}" for i, category in enumerate(objects.categories, 1)])
    backwards = np.arange(92)[::-1]
    stacks = {
        "human.mat": objects.human,
        "monkey.npz": objects.monkey,
        "hmax.nc": objects.models["hmax"],
        "v1.npz": objects.models["v1_model"],
    }
    for file, rdms in stacks.items():
        named = RDMs(rdms.dissimilarities, names, rdms.labels, rdms.measure)
        if file == "human.mat":
            write(here / file, named, categories=objects.categories)
        else:
            write(here / file, named.take(backwards))
    models = tuple(here / file for file in ("v1.npz", "hmax.nc", "monkey.npz"))
    return Compare(models=models, data=(here / "human.mat",), out=here / "runs").execute()


@pytest.mark.slow
def test_monkey_then_hmax_then_v1_under_the_ceiling(folder):
    found = json.loads((folder / "summary.json").read_text())
    ceiling = found["rsa.ceiling.lower"]
    assert ceiling == pytest.approx(0.372, abs=5e-4)
    assert found["rsa.ceiling.upper"] == pytest.approx(0.666, abs=5e-4)
    assert ceiling > found["rsa.monkey.mean"] > found["rsa.hmax.mean"] > found["rsa.v1.mean"] > 0
    assert found["rsa.hmax.minus.monkey.p"] < 0.01
    assert found["rsa.v1.minus.monkey.p"] < 0.01
    assert (found["stimuli.n"], found["stimuli.dropped"]) == (92, 0)


def test_categories_part_in_cortex_more_than_in_the_models(folder):
    table = runs.read_run(folder).table("categories").set_index("rdm")
    assert table.loc["data", "low"] > table.loc["hmax", "high"]
    assert table.loc["monkey", "low"] > table.loc["hmax", "high"] > table.loc["v1", "mean"]
