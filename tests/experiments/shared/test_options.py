"""Options: declared once; bounds, names and kinds are checked from the declaration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from isocortex import InputError
from isocortex.experiments import EXPERIMENTS, experiment
from isocortex.experiments.shared.options import Option, check_options, option, options_of, plain, stored_options


@dataclass(frozen=True, kw_only=True)
class Asked:
    tau: Annotated[float, option("Time constant", unit="ms", above=0, at_most=1000)] = 10.0
    noise: Annotated[tuple[float, ...], option("Noise levels", at_least=0, below=2, distinct=True)] = (0.5, 1.0)
    start: Annotated[float, option("Start")] = 0.0
    kind: Annotated[str, option("Curve", among=("sigmoid", "threshold-linear"))] = "sigmoid"
    data: Annotated[Path | None, option("File")] = None


def test_an_option_explains_itself():
    explained = {name: declared.explained() for name, declared in options_of(Asked).items()}
    assert explained["tau"] == "Time constant, in ms (above 0 and at most 1000)."
    assert explained["noise"] == "Noise levels (at least 0 and below 2)."
    assert explained["kind"] == "Curve (one of sigmoid, threshold-linear)."
    assert explained["data"] == "File."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tau": 0.0}, r"--tau must be above 0 and at most 1000; got 0.0\."),
        ({"tau": 1e308}, "--tau must be above 0"),
        ({"tau": float("nan")}, "got nan"),
        ({"start": float("inf")}, r"--start must be a finite number; got inf\."),
        ({"noise": (0.5, -1.0)}, "--noise must be at least 0 and below 2; got -1.0"),
        ({"noise": (0.5, 2.0)}, "got 2.0"),
        ({"noise": (0.1, 0.1)}, "--noise must not repeat a value; got 0.1 0.1"),
        ({"kind": "sigmoit"}, "There is no kind 'sigmoit'. Did you mean 'sigmoid'?"),
    ],
)
def test_a_value_outside_is_told(given, said):
    with pytest.raises(InputError, match=said):
        check_options(Asked(**given))


def test_values_at_the_bounds_are_taken():
    check_options(Asked(tau=1000.0, noise=(0.0, 1.9999)))


def test_python_values_take_the_kind_of_the_option():
    known = options_of(Asked)
    assert type(known["tau"].converted(np.int64(5))) is float
    assert known["noise"].converted([1, 2]) == (1.0, 2.0)
    assert known["data"].converted("a.npz") == Path("a.npz")
    assert known["data"].converted(None) is None
    for name, value in {"tau": "fast", "data": 3, "noise": 0.1, "start": True}.items():
        with pytest.raises(InputError, match=f"{name} must be"):
            known[name].converted(value)


def test_options_come_back_from_json():
    given = {"noise": (0.5, 1.5), "data": Path("a.npz")}
    stored = {name: plain(value) for name, value in given.items()}
    assert stored == {"noise": [0.5, 1.5], "data": "a.npz"}
    assert stored_options(Asked, stored, Path("x")) == {"noise": (0.5, 1.5), "data": Path("a.npz")}
    assert stored_options(Asked, stored, Path("x"), Path("/y"))["data"] == Path("/y/a.npz")
    with pytest.raises(InputError, match="another version of isocortex: there is no option sigma"):
        stored_options(Asked, {"sigma": 1.0}, Path("x"))
    with pytest.raises(InputError, match="another version of isocortex: tau must be float; got 'fast'"):
        stored_options(Asked, {"tau": "fast"}, Path("x"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_number_has_both_bounds(name):
    """A number without bounds runs on with 1e308."""
    for declared in options_of(experiment(name)).values():
        if any(word in str(declared.type) for word in ("int", "float")):
            bounds = ((declared.above, declared.at_least), (declared.below, declared.at_most))
            assert (None, None) not in bounds, f"{name} {declared.flag} lacks a bound"


def test_the_default_of_an_option_is_known():
    assert isinstance(options_of(Asked)["tau"], Option)
    assert options_of(Asked)["tau"].default == 10.0
