"""The page on what differs from rsatoolbox holds: its lines run and give what it says."""

import doctest
from pathlib import Path

import pytest

from isocortex import rsa
from isocortex.analysis.inference.corrections import CORRECTIONS

PAGE = Path(__file__).parents[3] / "docs" / "rsa.md"
DIFFERENCES = PAGE.with_name("rsa-rsatoolbox.md")


def test_the_lines_of_the_page_run():
    found = doctest.testfile(str(DIFFERENCES), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0


@pytest.mark.slow
def test_the_examples_of_the_page_run_and_draw(run_page, tmp_path):
    run_page("rsa.md")
    drawn = {"power", "rdms", "models", "second_level", "mds", "tree"}
    assert {path.stem for path in tmp_path.iterdir()} == drawn


def test_the_page_names_every_choice():
    page = PAGE.read_text()
    for registry in (rsa.DISSIMILARITIES, rsa.SIMILARITIES, rsa.NOISE_ESTIMATES):
        assert all(f"`{name}`" in page for name in registry)
    assert all(f"`rsa.{kind.__name__}`" in page for kind in rsa.MODELS.values())
    assert all(f'"{name}"' in page for name in CORRECTIONS if name != "none")
