"""Damaged files end in a value or in an InputError: never in another error, a hang or a crash of the interpreter."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).with_name("fuzz.py")
KINDS = runpy.run_path(str(FUZZ))["KINDS"]


def fuzz(kind: str, count: int) -> None:
    """Read so many damaged files of one kind in another process."""
    words = [sys.executable, str(FUZZ), kind, "0", str(count)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{kind}, mutation {done.stdout.split()[-1:]}: {done.stderr}"
    assert done.stdout.split()[-1] == str(count - 1)


@pytest.mark.parametrize("kind", ["matlab", "npz"])
def test_a_few_damaged_files(kind):
    fuzz(kind, 50)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_damaged_files(kind):
    fuzz(kind, 2000)
