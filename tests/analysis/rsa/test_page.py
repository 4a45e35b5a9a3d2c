"""The page on what differs from rsatoolbox holds: its lines run and give what it says."""

import doctest
from pathlib import Path


def test_the_lines_of_the_page_run():
    page = Path(__file__).parents[3] / "docs" / "rsa.md"
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0
