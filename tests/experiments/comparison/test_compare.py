"""isocortex compare on small files with planted truth: numbers, matching by label, and every promised finding."""

import json
import re
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from isocortex import InputError, RDMs, responses, rsa, runs
from isocortex.experiments.comparison.compare import Compare
from isocortex.experiments.comparison.words import reached
from isocortex.recordings import read, write
from isocortex.responses import save

N = 16
PAIRS = N * (N - 1) // 2
NAMES = np.array([f"{kind} {i}" for kind in ("face", "tool") for i in range(N // 2)])
KINDS = np.array([name.split()[0] for name in NAMES])


def paths(*names):
    return tuple(map(Path, names))


@pytest.fixture
def files(tmp_path, rng, monkeypatch):
    """Four subjects who share a geometry with categories, a model of it, and one of noise, each in another format."""
    monkeypatch.chdir(tmp_path)
    first, second = np.triu_indices(N, 1)
    shared = rng.random(PAIRS) + 0.8 * (KINDS[first] != KINDS[second])
    subjects = np.stack([shared + 0.3 * rng.random(PAIRS) for _ in range(4)])
    write("human.mat", RDMs(subjects, NAMES, ("Ann", "Bob", "Cy", "Di")), categories=KINDS)
    write("good.npz", RDMs(shared[None] + 0.4 * rng.random(PAIRS), NAMES).take(rng.permutation(N)))
    write("noise.nc", responses(rng.normal(size=(N, 30)), stimuli=NAMES))
    return {"models": paths("good.npz", "noise.nc"), "data": paths("human.mat")}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_whole_run(files):
    folder = Compare(**files).execute()
    found = summary(folder)
    brains = read("human.mat").rdms
    good = read("good.npz").rdms
    good = good.take([good.stimuli.tolist().index(name) for name in NAMES])
    expected = [spearmanr(good.dissimilarities[0], row).statistic for row in brains.dissimilarities]
    assert found["rsa.good.mean"] == pytest.approx(np.mean(expected))
    ranks = np.apply_along_axis(lambda row: pd.Series(row).rank(), 1, brains.dissimilarities)
    upper = np.mean([spearmanr(row, ranks.mean(axis=0)).statistic for row in ranks])
    lower = np.mean([spearmanr(ranks[i], np.delete(ranks, i, 0).mean(axis=0)).statistic for i in range(4)])
    assert (found["rsa.ceiling.lower"], found["rsa.ceiling.upper"]) == (pytest.approx(lower), pytest.approx(upper))
    for model in ("good", "noise"):
        assert found[f"rsa.{model}.low"] < found[f"rsa.{model}.mean"] < found[f"rsa.{model}.high"]
    assert found["rsa.good.p"] < 0.001 < found["rsa.noise.p"]
    assert found["rsa.good.minus.noise.p"] < 0.001
    assert (found["stimuli.n"], found["stimuli.dropped"]) == (N, 0)
    assert found["categories.data.low"] > 0 > found["categories.noise.low"]

    record = runs.read_run(folder)
    ahead = found["rsa.good.mean"] - found["rsa.noise.mean"]
    answer = record.page["answer"]
    assert answer.startswith(
        "Of 2 models, good is most similar to the data of 4 subjects over 16 stimuli: its Spearman"
    )
    assert f"It is ahead of the next, noise, by {ahead:.3f} [" in answer
    assert "(p < 0.001), and is significantly more similar to the data than noise. The noise ceiling reaches" in answer
    assert record.page["question"] == "How similar to the data is each model?"
    assert set(record.page["quantities"]) == set(found)
    order = [finding["name"] for finding in record.page["findings"]]
    assert order[:6] == ["answer", "similarity", "rdms", "second_level", "mds", "tree"]
    assert record.table("answer")["better than (p < 0.05)"].fillna("").tolist() == ["noise", "", ""]
    assert record.table("subjects").columns.tolist() == ["model", "Ann", "Bob", "Cy", "Di"]
    figures = {finding["name"] for finding in record.page["findings"] if finding["kind"] == "figure"}
    assert figures == {"similarity", "rdms", "second_level", "mds", "tree"}
    assert "--inference" in (folder / "report.html").read_text()
    assert len(json.loads((folder / "config.json").read_text())["files"]) == 3


def found_by(**options):
    """Return what a comparison finds, without pictures."""
    compare = Compare(**options)
    return compare.compare(compare.read())


def test_layers_of_a_run_are_models(files, rng):
    seeds = responses(rng.normal(size=(2, N, 9)), stimuli=NAMES, dims=("seed", "stimulus", "unit"))
    save("responses.nc", {"trained/pool": seeds, "trained/fc": seeds[..., :5]})
    found = found_by(**files | {"models": paths("responses.nc")})
    assert {name: len(rows) for name, rows in found.inputs.models.items()} == {"trained/pool": 2, "trained/fc": 2}


def test_an_interrupted_comparison_goes_on_to_the_same_numbers(files, monkeypatch):
    found = found_by(**files)
    with monkeypatch.context() as patched:
        patched.setattr(
            "isocortex.experiments.comparison.result.pictures", lambda found: signal.raise_signal(signal.SIGINT)
        )
        with pytest.raises(KeyboardInterrupt) as stopped:
            Compare(**files).execute()
    again = Compare(resume=stopped.value.resume_folder).execute()
    assert summary(again) == pytest.approx(found.numbers(), rel=1e-9)


@pytest.mark.slow
def test_hostile_names_are_text(files, rng):
    names = ("$\\frac{x", "<script>alert(1)</script> " + "long " * 40)
    write("hostile.npz", RDMs(rng.random((2, PAIRS)), NAMES, names))
    folder = Compare(**files | {"models": paths("hostile.npz")}).execute()
    assert "<script>alert" not in (folder / "report.html").read_text()


def test_stimuli_that_carry_the_answer_are_named_and_left_out(rng, tmp_path, monkeypatch):
    """One of 24 stimuli is far from all others in the data and in one model, which is like the data in nothing else."""
    monkeypatch.chdir(tmp_path)
    names, far = np.array([f"s{i}" for i in range(24)]), (np.stack(np.triu_indices(24, 1)) == 7).any(axis=0)
    write("data.npz", RDMs(rng.random((4, 276)) + 5 * far, names))
    write("odd.npz", RDMs(rng.random((1, 276)) + 5 * far, names))
    write("other.npz", RDMs(rng.random((1, 276)), names))
    asked = {"models": paths("odd.npz", "other.npz"), "data": paths("data.npz"), "similarity": "pearson"}
    folder = Compare(**asked).execute()
    page = runs.read_run(folder)
    table = page.table("carriers").set_index("of")
    assert table["stimuli"].tolist() == ["s7", "s7"]
    kept = np.delete(np.arange(24), 7)
    without = rsa.similarity(read("odd.npz").rdms.take(kept), read("data.npz").rdms.take(kept)).mean()
    assert table.loc["similarity of odd", "without them"].replace("−", "-").startswith(f"{without:.3f} [")
    assert abs(without) < 0.2 < 0.8 < summary(folder)["rsa.odd.mean"]
    note = page.page["notes"][0]
    assert note.startswith("One stimulus has more than half of the influence on the similarity of odd, 0.9")
    assert ": s7. Without it the result is " in note
    assert [finding["name"] for finding in page.page["findings"] if finding.get("shown")] == ["answer", "carriers"]


@pytest.mark.parametrize(
    ("below", "above", "words"),
    [
        (0.0002, 0.99, ["The similarity is significantly below the lower bound of the ceiling (p < 0.001)."]),
        (0.97, 0.03, ["The similarity is significantly above the lower bound of the ceiling (p = 0.030)."]),
        (
            0.4,
            0.62,
            [
                "The similarity does not differ significantly from the lower bound of the ceiling (p = 0.400 for "
                "lying below, and "
                "p = 0.620 for lying above)."
            ],
        ),
        (np.nan, np.nan, []),
    ],
)
def test_both_sides_of_the_ceiling_are_told(below, above, words):
    assert reached({"p_ceiling": below, "p_above": above}) == words


def test_matching_by_label_tells_what_was_dropped(files, rng):
    few = rng.permutation(N)[:12]
    write("few.npz", RDMs(rng.random((1, PAIRS)), NAMES).take(few))
    folder = Compare(**files | {"models": paths("few.npz", "good.npz")}).execute()
    found = summary(folder)
    assert (found["stimuli.n"], found["stimuli.dropped"]) == (12, 4)
    record = runs.read_run(folder)
    dropped = record.table("dropped")
    assert set(dropped["stimulus"]) == set(np.delete(NAMES, np.sort(few)))
    assert set(dropped["missing in"]) == {"few.npz"}
    assert any("4 stimuli that not every file has were left out" in note for note in record.page["notes"])
    assert "over 12 stimuli (4 others left out): " in record.page["answer"]
    shown = [finding["name"] for finding in record.page["findings"] if finding.get("shown")]
    assert shown == ["answer", "dropped"]


def test_pairs_that_nobody_measured_are_left_out_everywhere(files, rng):
    """Without one pair of the 120: the numbers are those of the other 119, and the page says so."""
    brains, good = (read(file).rdms for file in ("human.mat", "good.npz"))
    good = good.take([good.stimuli.tolist().index(name) for name in NAMES])
    holed = [RDMs(rows.dissimilarities.copy(), NAMES, rows.labels) for rows in (brains, good)]
    for rows in holed:
        rows.dissimilarities[:, 7] = np.nan
    write("holed.npz", holed[0], categories=KINDS)
    write("model.npz", holed[1])
    folder = Compare(models=paths("model.npz"), data=paths("holed.npz")).execute()
    kept = np.arange(PAIRS) != 7
    expected = [spearmanr(good.dissimilarities[0, kept], row[kept]).statistic for row in brains.dissimilarities]
    assert summary(folder)["rsa.model.mean"] == pytest.approx(np.mean(expected))
    page = runs.read_run(folder).page
    assert "1 pair of stimuli was not measured (NaN) and left out of every number." in page["notes"]
    assert any("Pairs of stimuli that were not measured are left out." in words for words in page["methods"])
    figures = {finding["name"] for finding in page["findings"] if finding["kind"] == "figure"}
    assert figures == {"similarity", "rdms", "second_level"}


def test_subjects_may_lack_different_pairs_and_the_page_says_how_many_they_have(files, rng):
    """Each similarity is that of the pairs that both RDMs have; sessions of a subject fill each other's gaps."""
    brains, good = (read(file).rdms for file in ("human.mat", "good.npz"))
    good = good.take([good.stimuli.tolist().index(name) for name in NAMES])
    rows = np.where(rng.random((4, PAIRS)) < 0.1, np.nan, brains.dissimilarities)
    rows[0], rows[0, :5] = brains.dissimilarities[0], np.nan
    again = np.where(np.arange(PAIRS) < 3, brains.dissimilarities[0], np.nan)
    np.savez("gaps.npz", rdms=np.vstack([rows, again]), stimuli=NAMES, subjects=["Ann", "Bob", "Cy", "Di", "Ann"])
    folder = Compare(models=paths("good.npz"), data=paths("gaps.npz")).execute()
    rows[0, :3] = brains.dissimilarities[0, :3]
    there = ~np.isnan(rows)
    expected = [spearmanr(good.dissimilarities[0, t], row[t]).statistic for row, t in zip(rows, there, strict=True)]
    found = summary(folder)
    assert found["rsa.good.mean"] == pytest.approx(np.mean(expected))
    assert found["rsa.good.low"] < found["rsa.good.mean"] < found["rsa.good.high"]
    assert 0 < found["rsa.ceiling.lower"] < found["rsa.ceiling.upper"] < 1
    most, least = there.sum(axis=1).max(), there.sum(axis=1).min()
    note = f"Of 120 pairs, an RDM has, in the data {least} to {most}."
    page = runs.read_run(folder).page
    assert any(note in words for words in page["notes"])
    assert any("Every two RDMs are compared on the pairs of stimuli that both have." in w for w in page["methods"])
    figures = {finding["name"] for finding in page["findings"] if finding["kind"] == "figure"}
    assert figures == {"similarity", "rdms", "second_level"}


def test_names_of_models_and_their_seeds(files, rng):
    rows = RDMs(rng.random((3, PAIRS)), NAMES, ("fc", "pool", "fc"))
    write("layers.npz", rows)
    found = found_by(**files | {"models": paths("layers.npz", "good.npz")})
    assert {name: len(model) for name, model in found.inputs.models.items()} == {"fc": 2, "pool": 1, "good": 1}
    np.testing.assert_array_equal(found.inputs.models["fc"].dissimilarities, rows.dissimilarities[[0, 2]])
    assert {"rsa.fc.minus.pool.p", "rsa.fc.minus.good.p"} <= set(found.numbers())
    assert "averaged over subjects or seeds" in " ".join(found.methods())


def test_rows_of_one_subject_are_averaged_and_files_are_subjects(files, rng):
    values = rng.random((3, PAIRS))
    np.savez("sessions.npz", rdms=values, stimuli=NAMES, subjects=["Ann", "Bob", "Ann"])
    matched = Compare(**files | {"data": paths("sessions.npz", "human.mat")}).read()
    assert matched.data.labels == ("Ann", "Bob", "human: Ann", "human: Bob", "Cy", "Di")
    np.testing.assert_allclose(matched.data.dissimilarities[0], values[[0, 2]].mean(axis=0))


def test_one_subject_with_repeats_has_a_ceiling_and_without_has_none(files, rng):
    signal = rng.normal(size=(N, 40))
    write("twice.npz", responses(signal + rng.normal(size=(4, N, 40)), stimuli=NAMES))
    for dissimilarity in ("correlation", "crossnobis"):
        found = found_by(**files | {"data": paths("twice.npz"), "dissimilarity": dissimilarity})
        assert 0 < found.ceiling.lower < found.ceiling.upper < 1
        assert found.notes()[0] == "There are too few subjects to test whether a model reaches the noise ceiling."
    write("once.npz", responses(signal, stimuli=NAMES))
    found = found_by(**files | {"models": paths("good.npz"), "data": paths("once.npz")})
    assert "rsa.ceiling.lower" not in found.numbers()
    assert ["There is no noise ceiling" in note for note in found.notes()] == [True, False]
    assert "The data are of one subject" in found.notes()[1]
    with pytest.raises(InputError, match="--inference subjects needs several subjects"):
        Compare(**files | {"data": paths("once.npz"), "inference": "subjects"}).read()


def test_cross_validated_data_meet_plain_distances_of_models(files, rng):
    signal = rng.normal(size=(N, 40))
    write("model.npz", responses(signal, stimuli=NAMES))
    write("brain.nc", responses(signal + 0.5 * rng.normal(size=(3, N, 40)), stimuli=NAMES))
    options = Compare(models=paths("model.npz"), data=paths("brain.nc"), dissimilarity="cv-euclidean")
    matched = options.read()
    plain = Compare(models=paths("model.npz"), data=paths("brain.nc"), dissimilarity="euclidean").read()
    np.testing.assert_array_equal(matched.models["model"].dissimilarities, plain.models["model"].dissimilarities)
    assert matched.data.dissimilarities.mean() < plain.data.dissimilarities.mean() - 0.05  # no noise is added: 0.25·2/3
    with pytest.raises(InputError, match=r"repeat|run"):
        Compare(models=paths("model.npz"), data=paths("noise.nc"), dissimilarity="crossnobis").read()


def test_without_labels_the_order_counts_and_the_page_says_so(files, rng):
    np.savez("a.npz", rdms=rng.random((1, PAIRS)))
    np.savez("b.npz", rdms=rng.random((2, PAIRS)))
    found = found_by(models=paths("a.npz"), data=paths("b.npz"))
    assert any("matched by their order" in note for note in found.notes())
    assert "Stimuli were matched by their order." in " ".join(found.methods())
    np.savez("c.npz", rdms=rng.random((1, 3)))
    with pytest.raises(InputError, match=r"c.npz 3, and neither names them; add 'stimuli'"):
        Compare(models=paths("c.npz"), data=paths("b.npz")).read()
    with pytest.raises(InputError, match=r"human.mat names its stimuli and a.npz does not"):
        Compare(models=paths("a.npz"), data=paths("human.mat")).read()


def test_categories_from_a_table(files):
    lines = ["label,category", *(f"{name},{name.split()[0]}" for name in NAMES), "another,thing"]
    with open("kinds.csv", "w") as file:
        file.write("\n".join(lines))
    matched = Compare(**files, categories=Path("kinds.csv")).read()
    assert matched.categories.tolist() == KINDS.tolist()


def other(values, names=NAMES, labels=()):
    return lambda: write("bad.npz", RDMs(np.asarray(values, dtype=float), np.asarray(names), labels))


RANDOM = np.random.default_rng(5).random((1, PAIRS))
MISTAKES = {
    "numbers and text": (other(RANDOM, np.arange(N)), {}, r"are text \('face 0', …\) and those of bad.npz are numbers"),
    "nothing shared": (
        other(RANDOM, np.char.add(NAMES, "x")),
        {},
        r"share 0 stimuli, and a comparison needs at least 3",
    ),
    "constant": (other(np.ones((1, PAIRS))), {}, "The RDM of model 'bad' is the same for every pair"),
    "reserved": (other(np.vstack([RANDOM] * 2), labels=("data", "x")), {}, "A model cannot be called 'data'"),
    "same name": (other(np.vstack([RANDOM] * 2), labels=("good", "x")), {}, "Two models are called 'good'"),
    "constant responses": (
        lambda: np.savez("bad.npz", responses=np.ones((N, 3)), stimuli=NAMES),
        {},
        "every unit responds alike",
    ),
    "no table": (other(RANDOM), {"categories": Path("no.csv")}, "There is no file no.csv"),
    "binary table": (
        lambda: [other(RANDOM)(), Path("kinds.csv").write_bytes(b"\xff\xfe\x00,\x01")],
        {"categories": Path("kinds.csv")},
        "kinds.csv is not a CSV file of label,category",
    ),
    "one run": (
        lambda: np.savez("bad.npz", responses=np.ones((1, N, 3)), stimuli=NAMES),
        {"dissimilarity": "cv-euclidean"},
        "bad.npz: bad hold one run; cross-validation needs at least two",
    ),
    "negative counts": (
        lambda: np.savez("bad.npz", responses=-np.ones((2, N, 3)), stimuli=NAMES),
        {"dissimilarity": "poisson"},
        "bad.npz: Poisson needs counts or rates, which are not negative; got -1",
    ),
    "a folder": (lambda: Path("bad.npz").mkdir(), {}, "bad.npz is a folder; name a file in it, such as"),
    "similarity": (other(RANDOM), {"similarity": "spearmen"}, "Did you mean 'spearman'"),
    "measure": (other(RANDOM), {"measures": ("svcca", "kca")}, "There is no measures 'kca'. Did you mean 'cka'"),
    "no measure": (other(RANDOM), {"measures": ()}, "--measures needs at least one of rsa, cka"),
    "RDMs alone": (
        other(RANDOM),
        {"measures": ("rsa,cka,encoding",)},
        "cka and encoding need responses .* RDMs of the model 'good', the model 'bad', the data of 'Ann' and 3 more",
    ),
    "no pictures": (other(RANDOM), {"images": Path("none")}, "There is no picture or folder of pictures at none"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_bad_input_is_told_before_anything_is_written(case, files, tmp_path):
    make, options, sentence = MISTAKES[case]
    make()
    with pytest.raises(InputError, match=sentence):
        Compare(**files | {"models": paths("good.npz", "bad.npz")}, **options).execute()
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("face 0,face\nface 1,face", "names no category for 'face 2', 'face 3', 'face 4' and 11 more"),
        ("face 0;face", "Line 1 of kinds.csv must be label,category; it has 1 columns"),
        ("\n".join(f"{name},thing" for name in NAMES), "at least two categories"),
    ],
)
def test_tables_of_categories_that_cannot_be_used(text, sentence, files):
    with open("kinds.csv", "w") as file:
        file.write(text)
    with pytest.raises(InputError, match=re.escape(sentence)):
        Compare(**files, categories=Path("kinds.csv")).read()


def test_arrays_of_other_names(files, rng):
    np.savez("other.npz", dissim=read("good.npz").rdms.dissimilarities, image=read("good.npz").rdms.stimuli)
    names = ("rdms=dissim", "stimuli=image")
    matched = Compare(**files | {"models": paths("other.npz", "noise.nc")}, names=names).read()
    expected = Compare(**files).read()
    np.testing.assert_array_equal(matched.models["other"].dissimilarities, expected.models["good"].dissimilarities)
    with pytest.raises(InputError, match=r"No file has 'dissi', to be rdms: other.npz holds 'dissim', 'image'; human"):
        Compare(**files | {"models": paths("other.npz")}, names=("rdms=dissi",)).read()


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("rdms",), "--names takes WHAT=NAME, such as responses=data; got 'rdms'"),
        (("rdm=x",), "Did you mean 'rdms'"),
        (("rdms=x", "rdms=y"), "--names must not name one thing twice; got rdms=x rdms=y"),
    ],
)
def test_names_that_cannot_be(names, sentence, files):
    with pytest.raises(InputError, match=re.escape(sentence)):
        Compare(**files, names=names)
