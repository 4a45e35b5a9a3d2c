"""The README's Python runs as printed."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()


def python_block() -> str:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    return block


def test_the_example_is_ten_lines_besides_its_imports():
    lines = [line for line in python_block().splitlines() if line and not line.startswith("import")]
    assert len(lines) <= 10


@pytest.mark.slow
def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(python_block(), "README.md", "exec"), {})
    assert (tmp_path / "rdms.png").stat().st_size > 10_000


def test_every_path_it_names_exists():
    root = Path(__file__).parents[1]
    for path in re.findall(r"\]\(([^)h][^)]*)\)", README):
        assert (root / path).exists(), path
