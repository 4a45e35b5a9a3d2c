"""The Python in docs/training.md runs as printed, and its networks learn."""

import re
from pathlib import Path

import pytest

DOCS = (Path(__file__).parents[2] / "docs" / "training.md").read_text()


@pytest.mark.slow
def test_the_example_runs():
    (block,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    found = {}
    exec(compile(block, "training.md", "exec"), found)
    assert float(found["done"].correct.mean()) > 0.9 * float(found["done"].ideal.mean())
