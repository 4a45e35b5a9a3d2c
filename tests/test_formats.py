"""Numbers for readers, by the examples in their docstrings."""

import doctest

import numpy as np
import pytest

from isocortex import formats


def test_every_example_prints_what_it_says():
    found = doctest.testmod(formats)
    assert found.attempted >= 7
    assert found.failed == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1e-12, "1e−12"),
        (1e9, "1e9"),
        (2e12, "2e12"),
        (1e-8, "1e−8"),
        (-1234.5, "−1230"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_significant_digits_of_any_size(value, shown):
    assert formats.significant(value) == shown
