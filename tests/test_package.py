"""The face of the package: light to import, and complete."""

import subprocess
import sys

import pytest

import isocortex

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
