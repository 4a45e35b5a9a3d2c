"""look on a session whose units are tuned to orientation and to nothing else, and compare on the same files."""

import json

import numpy as np
import pytest
from scipy.stats import f_oneway

from isocortex import InputError, responses, runs
from isocortex.analysis import signal_to_noise
from isocortex.cli import main
from isocortex.experiments.comparison.compare import Compare
from isocortex.experiments.session.events import sorting
from isocortex.experiments.session.look import Look

from ...recordings import nwb_files


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nwb")
    made = {"allen": nwb_files.allen, "dandi": nwb_files.dandi, "ophys": nwb_files.ophys}
    return {name: make(folder / f"{name}.nwb") for name, make in made.items()}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_signal_and_noise_are_those_of_an_analysis_of_variance(rng):
    """F and p are SciPy's. The ratio r of planted variances is found within 4 standard errors, 2·√(r/(500·39))."""
    shown = rng.integers(40, size=20_000)
    means = 2 * rng.normal(size=40)
    x = responses(means[shown][:, None] + 3 * rng.normal(size=(20_000, 2)), stimuli=shown, dims=("trial", "unit"))
    found = signal_to_noise(x)
    expected = f_oneway(*[x.values[shown == kind] for kind in range(40)])
    np.testing.assert_allclose(found["f"], expected.statistic)
    np.testing.assert_allclose(found["p"], expected.pvalue)
    ratio = means.var(ddof=1) / 9
    np.testing.assert_allclose(found["snr"], ratio, atol=4 * 2 * np.sqrt(ratio / (500 * 39)))
    assert found["preferred"].tolist() == [means.argmax()] * 2
    nothing = signal_to_noise(x, rng.permutation(shown))
    assert abs(nothing["snr"]).max() < 0.01
    with pytest.raises(InputError, match=r"There is one kind of trial, 1.0; a signal needs at least two"):
        signal_to_noise(x, np.ones(20_000))


def test_columns_that_sort_trials(rng):
    """Numbers of many values are grouped; times, constants and texts of their own sort nothing."""
    n = 100
    conditions = {
        "speed": rng.random(n),
        "id": [f"trial {i}" for i in range(n)],
        "stop_time": np.arange(n) / 1.0,
        "same": ["x"] * n,
        "right": rng.random(n) > 0.5,
    }
    shown = np.tile(["a", "b"], n // 2)
    x = responses(rng.normal(size=(n, 2)), stimuli=shown, conditions=conditions, dims=("trial", "unit"))
    found, notes = sorting(x, ("image",))
    assert list(found) == ["image", "speed", "right"]
    assert np.unique(found["speed"], return_counts=True)[1].tolist() == [20] * 5
    assert notes == ["Columns with nearly as many texts as trials were left out: id."]


def test_a_session_of_presentations(sessions, tmp_path):
    folder = Look(data=sessions["allen"], out=tmp_path, permutations=20, keep=("quality=good",)).execute()
    found = summary(folder)
    assert (found["session.units.n"], found["session.trials.n"], found["session.stimuli.n"]) == (8, 24, 6)
    assert found["tuning.orientation.share"] == 1
    assert found["decoding.accuracy"] > 0.8 > 4 * found["decoding.chance"]
    assert 0 < found["decoding.peak_ms"] < 500
    assert 0.5 < found["ceiling.lower"] < found["ceiling.upper"] < 1
    page = runs.read_run(folder).page
    assert {f["name"] for f in page["findings"]} >= {"responses", "signal_to_noise", "decoding", "rdm", "columns"}
    assert "The session of mouse 7 holds the responses of 8 units to 6 values of orientation" in page["answer"]
    assert "8 units of 12 were kept: quality = good." in page["notes"]
    assert page["methods"][0].startswith("From 0 to 500 ms around start_time of every row of drifting_gratings_presen")


@pytest.mark.slow
@pytest.mark.sample
def test_trials_and_regions(sessions, tmp_path):
    found = summary(Look(data=sessions["dandi"], out=tmp_path, permutations=20, by=("orientation",)).execute())
    assert found["tuning.orientation.share"] == 1
    assert found["tuning.choice.share"] == found["tuning.correct.share"] == 0
    assert 200 < found["decoding.peak_ms"] < 700  # the grating comes 200 ms after the start of the trial
    found = summary(Look(data=sessions["ophys"], out=tmp_path, permutations=20).execute())
    assert (found["session.units.n"], found["tuning.orientation.share"]) == (8, 1)


def test_the_command_prints_what_is_inside(sessions, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["look", str(sessions["allen"]), "--by", "colour"])
    said = capsys.readouterr()
    assert "no table of intervals has the columns" in said.err
    for part in ("units: 12", "electrodes: 12", "0, 30, 60, 90, 120, 150; 4 missing", "Mus musculus"):
        assert part in said.out
    assert not list(tmp_path.iterdir())
    with pytest.raises(SystemExit):
        main(["look", "session.h5"])
    assert "isocortex look reads NWB files, whose names end in .nwb" in capsys.readouterr().err


def model(path, stimuli, rng):
    circle = np.deg2rad(2 * np.asarray(stimuli))
    x = np.stack([np.cos(circle), np.sin(circle)], axis=1) @ rng.normal(size=(2, 30))
    np.savez(path, responses=x + 0.1 * rng.normal(size=x.shape), stimuli=stimuli)
    return path


@pytest.mark.parametrize(
    ("kind", "stimuli", "options"),
    [
        ("allen", nwb_files.ANGLES, {"keep": ("quality=good",)}),
        ("dandi", [135.0, 0, 45, 90], {"align": "stimulus_on"}),
    ],
)
def test_a_session_is_compared_with_a_model(sessions, kind, stimuli, options, rng, tmp_path):
    """Sessions of repeats, and those of unequal trials, which have a ceiling of two halves of the trials too."""
    models = (model(tmp_path / "circle.npz", stimuli, rng),)
    how = {"window": (50.0, 500.0), "by": ("orientation",), "inference": "stimuli", **options}
    folder = Compare(models=models, data=(sessions[kind],), out=tmp_path, **how).execute()
    found = summary(folder)
    assert found["rsa.circle.mean"] > 0.5
    assert found["rsa.ceiling.upper"] > 0.8
    page = runs.read_run(folder).page
    assert "Responses in NWB files are from 50 to 500 ms around" in page["methods"][0]
    assert any("were left out" in note for note in page["notes"]) == (kind == "allen")


def test_options_of_sessions_need_one(tmp_path, rng):
    files = [model(tmp_path / name, [0, 1, 2], rng) for name in ("a.npz", "b.npz")]
    with pytest.raises(InputError, match=r"--keep are for NWB files, and none is given"):
        Compare(models=(files[0],), data=(files[1],), by=("x",)).read()
