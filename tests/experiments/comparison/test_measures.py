"""isocortex compare with several measures: numbers, controls, page, and what is told where a measure cannot be had."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from isocortex import InputError, RDMs, alignment, responses, runs
from isocortex.cli.run import parse
from isocortex.experiments.comparison.beside import repeated
from isocortex.experiments.comparison.compare import Compare
from isocortex.recordings import read, write
from isocortex.report.result import meaning_of
from isocortex.responses import save

N = 16
NAMES = np.array([f"s{i:02d}" for i in range(N)])
MEASURES = ("rsa", "cka", "procrustes", "encoding")


@pytest.fixture
def files(tmp_path, rng, monkeypatch):
    """Three animals that see six features of sixteen pictures, and layers that have the first four or none."""
    monkeypatch.chdir(tmp_path)
    features = rng.normal(size=(N, 6))
    Path("pictures").mkdir()
    for name, brightness in zip(NAMES, rng.integers(256, size=(N, 8, 8)), strict=True):
        Image.fromarray(np.kron(brightness, np.ones((8, 8))).astype(np.uint8)).save(f"pictures/{name}.png")
    for i in range(3):
        x = features @ rng.normal(size=(6, 20)) + 2 * rng.normal(size=(3, N, 20))
        write(f"animal{i}.npz", responses(x, stimuli=NAMES))
    seeds = responses(features[:, :4] @ rng.normal(size=(2, 4, 30)), stimuli=NAMES, dims=("seed", "stimulus", "unit"))
    nothing = responses(rng.normal(size=(2, N, 30)), stimuli=NAMES, dims=("seed", "stimulus", "unit"))
    save("net.nc", {"trained/fc": seeds, "untrained/fc": nothing})
    return {"models": (Path("net.nc"),), "data": tuple(Path(f"animal{i}.npz") for i in range(3))}


def found_by(**options):
    """Return what a comparison finds, without pictures."""
    compare = Compare(**options)
    return compare.compare(compare.read())


def test_several_measures_and_controls(files):
    found = found_by(**files, measures=("rsa,cka", "procrustes,encoding"), images=Path("pictures"))
    summary = found.numbers()
    layers = {f"trained/fc{i}": row for i, row in enumerate(read("net.nc").responses["trained/fc"].values)}
    data = [read(path).responses[path.stem].mean("repeat").values for path in files["data"]]
    for measure, function in (("cka", alignment.cka), ("encoding", alignment.ridge_predictivity)):
        each = [function(x, y) for x in layers.values() for y in data]
        assert summary[f"{measure}.trained.fc.mean"] == pytest.approx(np.mean(each))
        assert summary[f"{measure}.trained.fc.low"] < np.mean(each) < summary[f"{measure}.trained.fc.high"]
        assert summary[f"{measure}.ceiling.lower"] < summary[f"{measure}.ceiling.upper"]
        for control in ("noise", "pixels", "random features", "untrained network"):
            assert summary[f"{measure}.{control}.mean"] < summary[f"{measure}.trained.fc.mean"]
    assert summary["procrustes.noise.mean"] > 0.5
    agreement = [key for key in summary if key.startswith("agreement.")]
    assert len(agreement) == 6
    assert "agreement.rsa.cka" in agreement
    assert {"rsa.trained/fc.mean", "rsa.noise.p", "rsa.ceiling.lower"} <= set(summary)
    said = " ".join([found.answer(), *found.notes(), *found.methods()])
    assert "the model that is most similar to the data is trained/fc by rsa, cka, procrustes and encoding." in said
    assert "Controls: pixels, the grey pictures" in said
    assert "procrustes is above 0 for unrelated responses" in said
    assert "song-2012" in found.references
    assert "chun-2025" not in found.references


@pytest.mark.slow
def test_a_whole_run_by_several_measures(files):
    folder = Compare(**files, measures=MEASURES, images=Path("pictures")).execute()
    summary, page = json.loads((folder / "summary.json").read_text()), runs.read_run(folder)
    assert set(page.page["quantities"]) == set(summary)
    assert page.page["quantities"]["cka.ceiling.lower"]["meaning"].startswith("The measure between each subject")
    shown = [finding["name"] for finding in page.page["findings"] if finding.get("shown")]
    assert shown[:3] == ["answer", "measures", "share_of_ceiling"]
    figures = {finding["name"] for finding in page.page["findings"] if finding["kind"] == "figure"}
    assert {"measures", "agreement", "similarity"} <= figures
    table = page.table("measures").set_index("model")
    assert table.columns.tolist() == list(MEASURES)
    assert " to " in table.loc["(noise ceiling)", "cka"]
    assert len(page.table("measure_differences")) == 4 * 15
    assert "Song L, Smola A" in (folder / "report.html").read_text()


def test_rsa_alone_is_as_before(files):
    """No other numbers, no controls and no words about them; the same numbers as beside other measures."""
    alone = found_by(**files)
    assert set(alone.inputs.models) == {"trained/fc", "untrained/fc"}
    assert alone.alignment is None
    assert all(key.startswith(("rsa.", "stimuli.")) for key in alone.numbers())
    both = found_by(**files, measures=("rsa", "cka"))
    shared = both.alignment.scores.query("measure == 'rsa'").set_index("model")
    for name in alone.inputs.models:
        for what in ("mean", "low", "high"):
            assert both.numbers()[f"rsa.{name}.{what}"] == alone.numbers()[f"rsa.{name}.{what}"]
            assert shared.loc[name, what] == pytest.approx(alone.numbers()[f"rsa.{name}.{what}"])


def test_one_subject_and_its_units(files):
    one = files | {"data": files["data"][:1]}
    found = found_by(**one, measures=("rsa", "cka", "cka-neurons"), similarity="pearson")
    numbers = found.numbers()
    assert 0 < numbers["cka.ceiling.lower"] < numbers["cka.ceiling.upper"]
    assert "units" in " ".join(found.methods())
    assert any("for other units of the subject" in note for note in found.notes())
    fixed = found_by(**one, measures=("rsa", "cka"), inference="stimuli").numbers()
    assert fixed["cka.trained.fc.mean"] == pytest.approx(numbers["cka.trained.fc.mean"])


@pytest.mark.parametrize("shown", [["b", "a", "c", "a", "c", "b"], ["b", "a", "c", "a", "c"]])
def test_trials_are_repeats_or_means(shown, rng):
    x = responses(rng.normal(size=(len(shown), 2)), stimuli=shown, dims=("trial", "unit"))
    found = repeated(x, np.array(["c", "a", "b"]))
    assert found.dims[-2:] == ("stimulus", "unit")
    assert ("repeat" in found.dims) == (len(shown) == 6)
    mean = found.mean("repeat") if "repeat" in found.dims else found
    np.testing.assert_allclose(mean.values[1], x.values[[1, 3]].mean(axis=0))


def test_every_number_has_a_meaning():
    quantities = Compare.quantities()
    for key in ("cka.net.mean", "cka-neurons.net.fc.low", "encoding.ceiling.upper", "agreement.rsa.cka"):
        assert meaning_of(key, quantities) is not None
    assert "two measures" in meaning_of("agreement.rsa.cka", quantities).meaning
    assert "Upper bound" in meaning_of("svcca.ceiling.upper", quantities).meaning


def test_commas_and_spaces_separate_measures():
    words = ["net.nc", "--data", "animal.npz", "--measures"]
    for given in (["rsa,cka"], ["rsa", "cka"], ["rsa,", "cka"]):
        assert parse("compare", [*words, *given], "isocortex compare").measures == ("rsa", "cka")


def test_a_model_takes_the_place_of_a_control(files, rng):
    write("noise.npz", responses(rng.normal(size=(N, 5)), stimuli=NAMES))
    matched = Compare(**files | {"models": (Path("noise.npz"),)}, measures=("cka",)).read()
    assert matched.controls == ()
    assert matched.layers["noise"].sizes["unit"] == 5


def test_what_is_missing_is_told(files, rng):
    write("rdms.npz", RDMs(rng.random((1, N * (N - 1) // 2)), NAMES))
    with pytest.raises(
        InputError, match=r"cka needs responses \(stimulus × unit\), and there are only RDMs of the model"
    ):
        Compare(**files | {"models": (Path("rdms.npz"),)}, measures=("rsa", "cka")).read()
    Path("pictures/s03.png").unlink()
    with pytest.raises(InputError, match=r"pictures has no picture for 1 of 16 stimuli, the first 's03'"):
        Compare(**files, images=Path("pictures")).read()
