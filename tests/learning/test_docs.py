"""The Python in docs/training.md and docs/back-propagation.md runs as printed, and its networks learn."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def run(page: str) -> dict:
    """Run the one block of Python in a page; return what it defines."""
    (block,) = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    found = {}
    exec(compile(block, page, "exec"), found)
    return found


@pytest.mark.slow
def test_networks_learn_in_the_page_on_training():
    done = run("training.md")["done"]
    assert float(done.correct.mean()) > 0.9 * float(done.ideal.mean())


@pytest.mark.slow
def test_back_propagation_agrees_with_autodiff_and_learns(capsys):
    """Rounding of float32 is 6e-8; after 100 epochs with Adam the decoded position is off by less than 4°."""
    run("back-propagation.md")
    difference, error, degrees = map(float, capsys.readouterr().out.split())
    assert difference < 3e-6
    assert error < 0.25
    assert degrees < 4
