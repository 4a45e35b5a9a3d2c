"""Power from a pilot: against the tests it predicts, and against experiments where the truth is known."""

import jax
import numpy as np
import pytest

from isocortex import InputError, RDMs, plots, responses, rsa

FEATURES, CHANNELS = 10, 30


def experiment(rng, n_stimuli, n_subjects):
    """New stimuli and subjects; the models see six and four of the ten features that all subjects share."""
    features = rng.normal(size=(n_stimuli, FEATURES))
    common = np.random.default_rng(0).normal(size=(FEATURES, CHANNELS))
    own = common + 0.8 * rng.normal(size=(n_subjects, FEATURES, CHANNELS))
    noisy = features @ own + 2 * rng.normal(size=(n_subjects, n_stimuli, CHANNELS))
    models = {name: features[:, :n] @ common[:n] for name, n in (("six", 6), ("four", 4))}
    data = rsa.rdm({str(i): responses(x) for i, x in enumerate(noisy)})
    return {name: rsa.rdm(responses(x)) for name, x in models.items()}, data


@pytest.fixture
def pilot():
    return experiment(np.random.default_rng(20), 24, 5)


def test_at_the_size_of_the_pilot_the_error_is_the_one_that_was_found(pilot, key):
    """The parts of the variance add up again where none of them came out negative, as in this pilot."""
    table = rsa.power(*pilot, key=key, stimuli=[24], subjects=[5])
    found = rsa.differences(*pilot, factors=("stimulus", "subject"))
    assert table.loc[0, "difference"] == pytest.approx(found.loc[0, "difference"])
    assert table.loc[0, "se"] == pytest.approx(found.loc[0, "se"], rel=1e-6)


def test_power_is_the_level_without_a_difference_and_grows_with_everything(pilot, key):
    sizes = {"stimuli": [12, 24, 48, 96], "subjects": [4, 8, 16]}
    none = rsa.power(*pilot, key=key, **sizes, difference=0.0)
    assert none["power"].max() < 0.065
    some = rsa.power(*pilot, key=key, **sizes, difference=0.15).pivot(index="subjects", columns="stimuli", values="se")
    assert (np.diff(some, axis=0) < 0).all()
    assert (np.diff(some, axis=1) < 0).all()
    assert rsa.power(*pilot, key=key, **sizes, difference=5.0)["power"].min() > 0.9


def test_fewer_repeats_have_less_power(rng, key):
    features = rng.normal(size=(30, 8))
    models = {name: rsa.rdm(responses(features[:, part])) for name, part in (("a", slice(8)), ("b", slice(4, 8)))}
    recorded = {str(i): features @ rng.normal(size=(8, 40)) + 8 * rng.normal(size=(6, 30, 40)) for i in range(5)}
    labelled = {name: responses(x, dims=("repeat", "stimulus", "unit")) for name, x in recorded.items()}
    table = rsa.power(models, labelled, key=key, stimuli=[30], subjects=[5], repeats=[1, 6])
    assert table["difference"].is_monotonic_increasing
    assert table["power"].is_monotonic_increasing
    with pytest.raises(InputError, match="has 6 repeats, and 7 cannot"):
        rsa.power(models, labelled, key=key, stimuli=[30], subjects=[5], repeats=[7])


@pytest.mark.slow
def test_predictions_hold_where_the_truth_is_known(rng, key, capsys):
    """Pilots of 20 stimuli and 4 subjects predict experiments of 30 and 6: s.e. to 10 %, power to 0.1, on average."""
    done = [rsa.differences(*experiment(rng, 30, 6)).loc[0] for _ in range(400)]
    truth = float(np.mean([row["difference"] for row in done]))
    share, spread = np.mean([row["p"] < 0.05 for row in done]), np.std([row["difference"] for row in done])
    options = {"key": key, "stimuli": [30], "subjects": [6], "difference": truth, "n_simulations": 500}
    predicted = [rsa.power(*experiment(rng, 20, 4), **options).loc[0] for _ in range(60)]
    se = np.sqrt(np.mean([row["se"] ** 2 for row in predicted]))
    power = np.mean([row["power"] for row in predicted])
    with capsys.disabled():
        print(f"\nse {se:.4f} (true {spread:.4f}); power {power:.3f} (true {share:.3f})")
    assert se == pytest.approx(spread, rel=0.1)
    assert power == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"stimuli": [4]}, "needs at least 5 stimuli; got 4"),
        ({"subjects": [1]}, "needs at least two subjects"),
        ({"alpha": 5.0}, "alpha must be between"),
        ({"repeats": [2]}, "Repeats need the responses"),
    ],
)
def test_bad_sizes_are_told(options, sentence, pilot):
    with pytest.raises(InputError, match=sentence):
        rsa.power(*pilot, key=jax.random.key(0), **{"stimuli": [20], "subjects": [4]} | options)


def test_a_pilot_of_one_subject_is_refused(pilot, key):
    models, data = pilot
    one = RDMs(data.dissimilarities[:1], data.stimuli)
    with pytest.raises(InputError, match="at least two subjects"):
        rsa.power(models, one, key=key, stimuli=[20], subjects=[4])
    with pytest.raises(InputError, match="difference between two models; got 3"):
        rsa.power(models | {"third": models["four"]}, data, key=key, stimuli=[20], subjects=[4])


def test_the_picture_has_a_panel_per_repeats_and_a_line_per_subjects(pilot, key):
    table = rsa.power(*pilot, key=key, stimuli=[12, 24, 48], subjects=[4, 8], n_simulations=200)
    table = table.assign(repeats=2)
    figure = plots.power_curves(table)
    (axis,) = figure.axes
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["8 subjects", "4 subjects"]
    assert axis.get_title() == "2 repeats"
