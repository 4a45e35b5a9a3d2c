"""Registries: names, suggestions, and entries that other packages add."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from isocortex import InputError, registries
from isocortex.registries import Registry


@dataclass(frozen=True)
class Colour:
    code: str


def colours() -> Registry[Colour]:
    return Registry("colour", "colours", {"red": Colour("#f00")})


def test_an_entry_can_be_added_once():
    known = colours()
    known.register("blue", Colour("#00f"))
    assert list(known) == ["red", "blue"]
    assert known.named("blue").code == "#00f"
    with pytest.raises(InputError, match="There is already a colour named 'blue'"):
        known.register("blue", Colour("#009"))
    with pytest.raises(InputError, match="An entry for a colour is a Colour; 'green' is a str"):
        known.register("green", "#0f0")


def test_a_misspelt_name_gets_the_nearest_one():
    with pytest.raises(InputError, match=r"There is no colour 'rad'\. Did you mean 'red'?"):
        colours().named("rad")


def test_an_entry_point_of_another_package_is_found(monkeypatch):
    def installed(group: str):
        assert group == "isocortex.colours"
        return [SimpleNamespace(name="green", load=lambda: Colour("#0f0"))]

    monkeypatch.setattr(registries, "entry_points", installed)
    known = colours()
    assert known["red"].code == "#f00"
    assert "green" in known
    assert known["green"].code == "#0f0"
    assert len(known) == 2
