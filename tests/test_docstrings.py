"""The examples of all docstrings run, and give what they say."""

import doctest
import importlib
import os
import pkgutil
from importlib.util import find_spec
from pathlib import Path

import pytest

import isocortex
from isocortex.recordings.datasets import where

from .recordings import nwb_files

MODULES = sorted(m.name for m in pkgutil.walk_packages(isocortex.__path__, "isocortex."))

LONG = {
    f"isocortex.{name}"
    for name in (
        "analysis.alignment.comparison",
        "analysis.ddm_fit",
        "analysis.ddm_profile",
        "analysis.decision_trials",
        "analysis.decoding.descent",
        "analysis.embedding",
        "analysis.encoding.convolution",
        "analysis.encoding.glm.fit",
        "analysis.encoding.glm.folds",
        "analysis.encoding.glm.uncertainty",
        "analysis.psychometrics",
        "analysis.tuning",
        "analysis.tuning_fits",
        "analysis.tuning_repeats",
        "analysis.tuning_table",
        "dynamics.core.continuation",
        "dynamics.core.drive",
        "dynamics.core.fixed_points",
        "dynamics.core.line_attractor",
        "dynamics.core.phase_plane",
        "dynamics.decision.trials",
        "dynamics.spiking.between_spikes",
        "dynamics.spiking.drives",
        "dynamics.spiking.published",
        "dynamics.spiking.theory.brunel",
        "experiments.finished",
        "learning.descend",
        "learning.fit",
        "explorer.static",
        "learning.fit_stream",
        "models.convnet",
        "models.gated",
        "models.recurrent",
        "models.spiking",
        "plots.phase_plane",
        "recordings.zhang_desimone",
        "stimuli.pictures",
        "stimuli.population_codes",
        "sweeps.result",
        "sweeps.sweep",
        "tasks.context_decision",
        "tasks.delayed",
        "tasks.head_centred",
        "tasks.intervals",
        "tasks.orientation",
        "tasks.perceptual_decision",
        "tasks.protocol",
        "tasks.rotation",
    )
}
"""Modules whose examples take more than a second; tests of their own cover what they show."""

WITH_FILES = ("isocortex.recordings.nwb.around", "isocortex.recordings.nwb.session")
WITH_RUNS = ("isocortex.report.page", "isocortex.runs.catalogue", "isocortex.runs.read")
"""Modules whose examples take a session or a run from the current folder."""

NEEDS = {
    "from_neo": "neo",
    "from_pynapple": "pynapple",
    "from_rsatoolbox": "rsatoolbox",
    "from_spikeinterface": "spikeinterface",
    "to_rsatoolbox": "rsatoolbox",
}
"""Examples that need another package."""

RECORDINGS = Path(os.environ.get("ISOCORTEX_DATA", Path(__file__).parents[2] / "shared" / "data"))
READS = {
    "ObjectRecordings": RECORDINGS / "kriegeskorte-2008",
    "fetch": where("stringer-2021"),
    "read_kriegeskorte": RECORDINGS / "kriegeskorte-2008",
    "read_roitman_shadlen": RECORDINGS / "roitman-shadlen-2002.csv",
    "read_zhang_desimone": RECORDINGS / "zhang-desimone-it",
}
"""Examples that need a recording, which is not part of the project."""


def can_run(example: doctest.DocTest) -> bool:
    name = example.name.rsplit(".", 1)[1]
    return (name not in NEEDS or find_spec(NEEDS[name]) is not None) and (name not in READS or READS[name].exists())


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``session.nwb``."""
    pytest.importorskip("pynwb")
    folder = tmp_path_factory.mktemp("session")
    nwb_files.allen(folder / "session.nwb")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which ``isocortex run poisson`` was run."""
    folder = tmp_path_factory.mktemp("finished")
    isocortex.run("poisson", duration=2000, out=folder / "runs", progress=False)
    return folder


@pytest.mark.parametrize("name", [n if n not in LONG else pytest.param(n, marks=pytest.mark.slow) for n in MODULES])
def test_docstring_examples_run(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    here = RECORDINGS if RECORDINGS.is_dir() else Path.cwd()
    here = request.getfixturevalue("session") if name in WITH_FILES else here
    here = request.getfixturevalue("finished") if name in WITH_RUNS else here
    monkeypatch.chdir(here)
    runner = doctest.DocTestRunner()
    for example in filter(can_run, doctest.DocTestFinder().find(module)):
        runner.run(example)
    assert runner.failures == 0
