"""docs/numbers.md says what every number of every experiment is."""

import re
from pathlib import Path

import pytest

from isocortex.experiments import EXPERIMENTS, experiment
from isocortex.report import numbers_page

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text("utf-8")
PLACEHOLDER = re.compile(r"<[^<>]+>")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_page_says_what_the_result_declares(name):
    """If this fails: python docs/make_numbers.py."""
    made = numbers_page({name: experiment(name).quantities()})
    assert made[made.index("## ") :] in PAGE + "\n"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_number_has_a_phrase_and_a_key_without_loose_ends(name):
    for key, quantity in experiment(name).quantities().items():
        assert quantity.meaning
        assert not quantity.meaning.endswith(".")
        assert re.fullmatch(r"[^\s<>]+", PLACEHOLDER.sub("x", key))


def test_the_page_has_no_experiment_that_is_gone():
    assert set(re.findall(r"(?m)^## (.+)$", PAGE)) <= set(EXPERIMENTS)
