"""Several measures at once: the same as one by one, tables, ceilings, units, and clear errors."""

import numpy as np
import pandas as pd
import pytest

from isocortex import InputError, responses, rsa
from isocortex.analysis import alignment
from isocortex.analysis.alignment import MEASURES, cka, compare, procrustes_similarity, ridge_predictivity
from isocortex.analysis.alignment.matrices import centred
from isocortex.analysis.alignment.recordings import pooled, recorded
from isocortex.analysis.inference import jackknife

N = 24
FUNCTIONS = {"cka": cka, "procrustes": procrustes_similarity, "encoding": ridge_predictivity}


@pytest.fixture
def models(rng):
    features = rng.normal(size=(N, 6))
    return {"a": features[:, :4], "b": features[:, 2:], "unrelated": rng.normal(size=(N, 5))}


@pytest.fixture
def subjects(models, rng):
    features = np.concatenate([models["a"], models["b"][:, 2:]], axis=1)
    return {f"s{i}": features @ rng.normal(size=(6, 12)) + 2 * rng.normal(size=(3, N, 12)) for i in range(4)}


def test_means_are_those_of_the_single_functions(models, subjects):
    found = compare(models, subjects).scores.set_index(["measure", "model"])["mean"]
    for measure, function in FUNCTIONS.items():
        for model, x in models.items():
            each = [function(x, y.mean(axis=0)) for y in subjects.values()]
            assert found[measure, model] == pytest.approx(np.mean(each))


def test_rsa_among_the_measures_is_rsa(models, subjects):
    """Means, intervals and tests of models and of their differences are those of rsa.compare and rsa.differences."""
    found = compare(models, subjects, measures=("rsa", "cka"), correction="none")
    rdms = {name: rsa.rdm(responses(x)) for name, x in models.items()}
    data = rsa.rdm({name: responses(x) for name, x in subjects.items()})
    columns = ["mean", "low", "high", "se", "p"]
    alone = rsa.compare(rdms, data)
    pd.testing.assert_frame_equal(
        found.scores.query("measure == 'rsa'")[columns].reset_index(drop=True),
        alone[columns].reset_index(drop=True).assign(**{c: alone[c].to_numpy() for c in columns}),
    )
    pairs = rsa.differences(rdms, data)
    assert found.differences.query("measure == 'rsa'")["low"].to_numpy() == pytest.approx(pairs["low"])
    ceiling = rsa.noise_ceiling(data)
    assert found.ceilings.set_index("measure").loc["rsa", ["lower", "upper"]].tolist() == pytest.approx(
        [ceiling.lower, ceiling.upper]
    )


def test_the_covariance_is_that_of_leaving_out_by_hand(models, subjects):
    """For measures without pairs, stimuli alone give the jackknife of any statistic."""
    wanted = ("procrustes", "encoding")
    found = compare(models, subjects, measures=wanted, factors=("stimulus",)).uncertainty.total[:6, :6]
    layers = {name: responses(x) for name, x in models.items()}
    means = {name: responses(y.mean(axis=0)) for name, y in subjects.items()}

    def statistic(data):
        return [
            [np.mean([FUNCTIONS[m](data[name].values, data[s].values) for s in means]) for name in layers]
            for m in wanted
        ]

    by_hand = jackknife(statistic, layers | means, ["stimulus"]).total
    assert found[:3, :3] == pytest.approx(by_hand[:3, :3])
    # penalties of a ridge regression are relative to all stimuli, and change by one in 24 without one
    assert np.sqrt(np.diag(found)[3:]) == pytest.approx(np.sqrt(np.diag(by_hand)[3:]), rel=0.1)


def test_the_ceiling_of_several_subjects(models, subjects):
    """Lower: each with the pooled units of the others. A copy of the subjects reaches the upper, and is above 1."""
    wholes = [centred(y.mean(axis=0)) for y in subjects.values()]
    everybody = pooled(wholes)
    found = compare(models | {"everybody": everybody}, subjects, measures=("cka", "cka-biased", "encoding"))
    ceilings, scores = found.ceilings.set_index("measure"), found.scores.set_index(["measure", "model"])
    others = [pooled([y for j, y in enumerate(wholes) if j != i]) for i in range(4)]
    for measure, how in (("cka", {}), ("cka-biased", {"corrected": "none"})):
        each = [cka(x, y, **how) for x, y in zip(others, wholes, strict=True)]
        assert ceilings.loc[measure, "lower"] == pytest.approx(np.mean(each))
        assert ceilings.loc[measure, "upper"] == pytest.approx(scores.loc[(measure, "everybody"), "mean"])
        assert scores.loc[(measure, "everybody"), "of_ceiling_low"] > 1
        assert (scores.xs(measure)["mean"] <= ceilings.loc[measure, "upper"] + 1e-12).all()
    explainable = np.mean([recorded(y).explainable for y in subjects.values()])
    assert ceilings.loc["encoding", "upper"] == pytest.approx(explainable)


def test_the_explainable_share_is_that_of_the_signal(rng):
    """Signal variance 1, noise variance 4 over 8 repeats: 1/(1 + 1/2)."""
    x = rng.normal(size=(400, 50)) + 2 * rng.normal(size=(8, 400, 50))
    assert recorded(x).explainable == pytest.approx(2 / 3, abs=0.01)
    assert np.isnan(recorded(x[0]).explainable)


def test_one_subject_has_a_ceiling_from_halves_and_intervals_for_its_units(rng):
    features = rng.normal(size=(40, 4))
    signal = features @ rng.normal(size=(4, 12))
    data = {"one": signal + rng.normal(size=(6, 40, 12))}
    models = {"perfect": signal, "part": features[:, :2]}
    wide, narrow = (
        compare(models, data, measures=("rsa", "cka", "procrustes", "encoding"), factors=factors)
        for factors in (("stimulus", "unit"), ("stimulus",))
    )
    ceilings, scores = wide.ceilings.set_index("measure"), wide.scores.set_index(["measure", "model"])
    assert (ceilings["lower"] < ceilings["upper"]).all()
    for measure in (
        "rsa",
        "cka",
        "procrustes",
    ):  # a perfect model is at the upper bound, within the noise of one data set
        assert scores.loc[(measure, "perfect"), "mean"] == pytest.approx(ceilings.loc[measure, "upper"], abs=0.05)
    assert scores["mean"].to_numpy() == pytest.approx(narrow.scores["mean"])
    assert (scores["se"].to_numpy() > narrow.scores["se"]).all()


def test_seeds_of_a_model_are_shared_by_measures(rng, subjects):
    """The seeds' part of the variance cancels where two measures are one."""
    seeds = {"net": responses(rng.normal(size=(5, N, 4)), dims=("seed", "stimulus", "unit"))}
    found = compare(seeds, subjects, measures=("cka", "cka-biased"), factors=("seed",)).uncertainty.alone["seed"]
    assert found[0, 1] > 0.5 * np.sqrt(found[0, 0] * found[1, 1])
    assert found[0, 2] == 0


def test_agreement_ranks_models(models, subjects):
    more = models | {"both": np.concatenate([models["a"], models["b"]], axis=1)}
    found = compare(more, subjects, measures=("cka", "encoding"))
    assert found.agreement.loc["cka", "cka"] == 1
    assert 0 < found.agreement.loc["cka", "encoding"] <= 1
    assert compare({"a": models["a"]}, subjects, measures=("cka",)).agreement.empty


def test_measures_without_a_zero_are_not_tested_against_it(models, subjects):
    found = compare(models, subjects, measures=("cka", "cka-biased", "procrustes")).scores
    tested = found.groupby("measure")["p"].agg(lambda p: p.notna().all())
    assert tested.to_dict() == {"cka": True, "cka-biased": False, "procrustes": False}


def test_two_subjects_have_a_ceiling_without_an_interval(models, subjects):
    found = compare(models, dict(list(subjects.items())[:2]), measures=("cka",))
    assert np.isfinite(found.ceilings["lower"]).all()
    assert found.ceilings[["low", "high"]].isna().all(axis=None)
    assert found.scores["of_ceiling_low"].isna().all()
    assert found.between.empty


def test_words_say_what_was_done(models, subjects):
    said = compare(models, subjects, measures=("rsa", "procrustes")).methods
    assert "3 models and 4 subjects were compared over 24 stimuli by 2 measures" in said
    assert "Procrustes similarity" in said
    assert "jackknife over stimuli and subjects with their units, which" in said
    assert "Holm" in said


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"measures": ("ckaa",)}, "There is no measure 'ckaa'. Did you mean 'cka'"),
        ({"measures": ("cka", "cka")}, "named twice"),
        ({"measures": ()}, "at least one measure"),
        ({"factors": ("neuron",)}, "There is no factor 'neuron'"),
        ({"factors": ()}, "at least one factor"),
        ({"factors": ("stimulus", "unit")}, "Units vary together with their subjects"),
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"models": {}}, "no models"),
        ({"data": {}}, "no data"),
        ({"data": {"s": np.random.default_rng(0).normal(size=(23, 4))}}, "'a' has other stimuli than the data"),
        ({"models": {"a": np.ones((N, 3))}}, "the same for every stimulus"),
    ],
)
def test_what_cannot_be_compared(changed, says, models, subjects):
    arguments = {"models": models, "data": subjects} | changed
    with pytest.raises(InputError, match=says):
        compare(arguments.pop("models"), arguments.pop("data"), **arguments)


def test_another_package_adds_a_measure(models, subjects, monkeypatch):
    entry = alignment.Measure(lambda x, y, kept: np.zeros(len(kept)), "nothing", "anything")
    monkeypatch.setattr(MEASURES, "_entries", dict(MEASURES._entries))
    MEASURES.register("nothing", entry)
    assert (compare(models, subjects, measures=("nothing",)).scores["mean"] == 0).all()
