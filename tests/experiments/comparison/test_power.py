"""isocortex power: numbers, words and pictures of a small run, and what is told about wrong input."""

import json
from pathlib import Path

import numpy as np
import pytest

from isocortex import InputError, RDMs, responses
from isocortex.cli import main
from isocortex.cli.run import parse
from isocortex.experiments.comparison.power import Power
from isocortex.recordings import write
from isocortex.report.result import meaning_of

N = 18


@pytest.fixture
def files(tmp_path, rng, monkeypatch):
    """Two models that share some features of eighteen stimuli, and a monkey with 25 neurons in 3 repeats."""
    monkeypatch.chdir(tmp_path)
    features, names = rng.normal(size=(N, 8)), [f"s{i:02d}" for i in range(N)]
    write("first.npz", responses(features[:, :6], stimuli=names))
    write("last.npz", responses(features[:, 3:], stimuli=names))
    x = features @ rng.normal(size=(8, 25)) + 4 * rng.normal(size=(3, N, 25))
    write("monkey.npz", responses(x, stimuli=names))
    write("one.npz", responses(x[0], stimuli=names))
    write("rdm.npz", RDMs(rng.random((1, N * (N - 1) // 2)), np.array(names)))
    return {"models": (Path("first.npz"), Path("last.npz")), "data": (Path("monkey.npz"),)}


def test_a_run_says_how_often_and_how_much_is_needed(files):
    words = "power first.npz last.npz --data monkey.npz --stimuli 6,18 --neurons 10,50 --measures rsa,cka --out runs"
    main([*words.split(), "--simulations", "20"])
    (run,) = Path("runs").iterdir()
    found = json.loads((run / "summary.json").read_text())
    for measure in ("rsa", "cka"):
        few, many = (found[f"power.{measure}.{n}.recovered"] for n in (6, 18))
        assert found[f"power.{measure}.18.low"] < many <= found[f"power.{measure}.18.high"]
        assert few <= many
        assert found[f"power.{measure}.neurons.50.recovered"] == many
        assert f"power.{measure}.neurons.10.recovered" in found
    assert found["power.chance"] == 0.5
    assert found["power.snr"] == pytest.approx(8 / 16, rel=0.4)
    assert all(meaning_of(key, Power.quantities()) for key in found)
    assert {path.stem for path in (run / "figures").glob("*.png")} == {"recovery", "confusion", "confusion_few"}
    page = (run / "report.html").read_text()
    assert "Of all simulated experiments with 18 stimuli, 50 neurons, 3 repeats and 1 subject" in page
    assert "25 neurons were recorded together" in page


def test_sizes_by_default_are_those_of_the_recording(files):
    options = Power(**files)
    inputs = options.read()
    sweeps = options.sweeps(inputs)
    assert [size.stimuli for size in sweeps["stimuli"]] == [5, 6, 12, 18]
    assert [*sweeps] == ["", "stimuli"]
    (reference,) = sweeps[""]
    assert (reference.neurons, reference.repeats, reference.subjects) == (25, 3, 1)


def test_numbers_with_commas_are_several_words():
    options = parse("power", ["--stimuli", "20,40,92", "--repeats", "2", "4"], "isocortex power")
    assert (options.stimuli, options.repeats) == ((20, 40, 92), (2, 4))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": ()}, "files of models and of data"),
        ({"data": (Path("one.npz"),)}, "one: The noise of .* is estimated from repeats"),
        ({"data": (Path("rdm.npz"),)}, "only RDMs"),
        ({"models": (Path("first.npz"),)}, "at least two models"),
        ({"stimuli": (40,)}, "share 18"),
        ({"stimuli": (3,)}, "at least 5"),
        ({"measures": ("rsa,ckaa",)}, "cka"),
    ],
)
def test_wrong_input_is_told_before_anything_is_simulated(files, change, said):
    with pytest.raises(InputError, match=said):
        Power(**(files | change)).read()


@pytest.mark.slow
def test_what_comes_with_the_package_needs_no_files(tmp_path):
    run = Power(out=tmp_path, simulations=20).execute()
    found = json.loads((run / "summary.json").read_text())
    assert found["power.chance"] == 0.2
    assert 0.6 < found["power.cka.60.recovered"] <= 1
    assert found["power.procrustes.60.recovered"] < found["power.cka.60.recovered"]
    assert "synthetic neurons" in (run / "report.html").read_text()
