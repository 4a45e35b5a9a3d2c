"""The face of the package: light to import, complete, and with examples that run."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import isocortex

MODULES = sorted(m.name for m in pkgutil.walk_packages(isocortex.__path__, "isocortex."))
HEAVY = ("jax", "matplotlib", "xarray", "pandas", "sklearn", "scipy")


def loaded_by(code: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has imported after running some code."""
    report = f"{code}\nimport sys\nprint('LOADED', *sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    optional = {"torch", "gymnasium", "pynwb", "panel", "bokeh", "tornado", "distributed"}
    return set(done.stdout.rsplit("LOADED", 1)[1].split()) & {*HEAVY, *optional}


def test_import_is_light() -> None:
    assert loaded_by("import isocortex") == set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["list"], ["help"]])
def test_command_line_starts_without_heavy_packages(words: list[str]) -> None:
    assert loaded_by(f"from isocortex.cli import main\nmain({words})") == set()


def test_every_public_name_resolves() -> None:
    for name in isocortex.__all__:
        assert getattr(isocortex, name) is not None


@pytest.mark.first_variant
@pytest.mark.parametrize("first", ["", "import isocortex.rdms", "import isocortex.report"])
def test_a_function_named_as_its_file_stays_a_function(first: str) -> None:
    """Importing a submodule must not put the module `responses` in the place of the function `responses`."""
    code = f"{first}\nimport isocortex\nassert callable(isocortex.responses) and callable(isocortex.citation)"
    subprocess.run([sys.executable, "-c", code], check=True)


LONG = {
    f"isocortex.{name}"
    for name in (
        "analysis.ddm_fit",
        "analysis.ddm_profile",
        "analysis.decision_trials",
        "analysis.decoding.descent",
        "analysis.embedding",
        "analysis.encoding.glm.fit",
        "analysis.encoding.glm.folds",
        "analysis.psychometrics",
        "analysis.tuning",
        "analysis.tuning_fits",
        "analysis.tuning_repeats",
        "analysis.tuning_table",
        "sweeps.sweep",
        "dynamics.core.continuation",
        "dynamics.core.fixed_points",
        "dynamics.core.line_attractor",
        "dynamics.core.phase_plane",
        "dynamics.decision.trials",
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
        "models.spiking",
        "plots.phase_plane",
        "stimuli.population_codes",
        "tasks.context_decision",
        "tasks.delayed",
        "tasks.head_centred",
        "tasks.intervals",
        "tasks.orientation",
        "tasks.perceptual_decision",
        "tasks.rotation",
    )
}
"""Modules whose examples take more than a second; tests of their own cover what they show."""


@pytest.mark.parametrize("name", [n if n not in LONG else pytest.param(n, marks=pytest.mark.slow) for n in MODULES])
def test_docstring_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    results = doctest.testmod(module)
    assert results.failed == 0
