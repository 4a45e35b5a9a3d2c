"""What options are varied over, and the points that come of it."""

import pytest

from isocortex import InputError
from isocortex.experiments import experiment
from isocortex.experiments.shared.options import options_of
from isocortex.sweeps import points
from isocortex.sweeps.values import values

POISSON = experiment("poisson")
NETWORK = experiment("spiking-network")


@pytest.mark.parametrize(
    ("name", "word", "listed"),
    [
        ("drive", "1+2,3", ((1.0, 2.0), (3.0,))),
        ("duration", "200:400:3", (200.0, 300.0, 400.0)),
        ("weight", "0.01:1:3:log", (0.01, 0.1, 1.0)),
        ("map_size", "2:6:3", (2, 4, 6)),
        ("excitatory", "1e3", (1000,)),
    ],
)
def test_words_become_values_of_the_kind_of_the_option(name, word, listed):
    assert values(options_of(NETWORK)[name], word).listed == listed


def test_names_and_files_are_listed():
    compare = options_of(experiment("compare"))
    assert values(compare["similarity"], "cosine,spearman").listed == ("cosine", "spearman")
    assert [[str(path) for path in value] for value in values(compare["data"], "a.npz+b.npz").listed] == [
        ["a.npz", "b.npz"]
    ]


@pytest.mark.parametrize(
    ("vary", "sentence"),
    [
        ({"rat": "1,2"}, "Did you mean 'rate'"),
        ({"out": "a,b"}, "There is no option 'out'"),
        ({"rate": "fast"}, "--rate does not take 'fast'"),
        ({"rate": "10,10"}, "same value twice"),
        ({"rate": ""}, "varied over nothing"),
        ({"rate": "60:20:3"}, "begins with its lower end"),
        ({"rate": "20:60"}, "say how many numbers"),
        ({"rate": "20:60:x"}, "A range is LOW:HIGH:NUMBER"),
        ({"rate": "20:60:1"}, "at least 2 numbers"),
        ({"refractory": "0:10:3:log"}, "begins above 0"),
        ({"units": "2:3:5"}, "--units does not take '2.25'"),
        ({"rate": "-5,10"}, "--rate must be above 0"),
        ({"rate": "20,30", "units": "2,100"}, "The point rate 20.0, units 2 cannot be run: These options give"),
        ({"seed": "0:99999:100000", "units": "20,30"}, "at most 100,000"),
        ({}, "varies at least one option"),
    ],
)
def test_what_cannot_be_varied_is_said_before_anything_runs(vary, sentence):
    with pytest.raises(InputError, match=sentence):
        points(POISSON(duration=2000.0), vary)


def test_a_sample_is_drawn_within_its_ranges_and_repeats_with_its_seed():
    vary = {"rate": "20:60", "refractory": "0.1:10:log", "units": "50:90"}
    found = points(POISSON(), vary, sample=200, seed=3)
    rates, dead, units = ([getattr(point, name) for point in found] for name in vary)
    assert 20 <= min(rates) < 25 < 55 < max(rates) <= 60
    assert sum(value < 1 for value in dead) == pytest.approx(100, abs=4 * 50**0.5)  # half of two decades
    assert all(isinstance(n, int) for n in units)
    assert found == points(POISSON(), vary, sample=200, seed=3)
    assert found != points(POISSON(), vary, sample=200, seed=4)
    with pytest.raises(InputError, match="--sample takes"):
        points(POISSON(), vary, sample=0)
