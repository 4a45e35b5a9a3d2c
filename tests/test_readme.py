"""The README's Python runs as printed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


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


def test_every_tutorial_is_linked():
    tutorials = {path.name for path in (ROOT / "docs" / "tutorials").glob("*.md")} - {"index.md"}
    assert set(re.findall(r"docs/tutorials/([a-z-]+\.md)", README)) == tutorials


def test_every_row_of_times_names_its_script():
    header, _, *rows = re.findall(r"(?m)^\|(.*)\|$", README)
    assert header.split("|")[-1].strip() == "script"
    for row in rows:
        assert re.search(r"\]\((benchmarks/\w+\.py)\) $", row), row


def test_every_path_it_names_exists():
    for path in re.findall(r"\]\(([^)h][^)]*)\)", README):
        assert (ROOT / path).exists(), path
