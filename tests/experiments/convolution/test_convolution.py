"""The lesson on convolution, small: every promised number, closed forms, bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError, runs
from isocortex.experiments.convolution.convolution import Convolution

SMALL = {"resolution": 0.05, "epochs": 1, "trials": 20, "size": 5, "pool": 4}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Convolution(**SMALL, out=tmp_path_factory.mktemp("runs")).execute()


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_weights_are_counted_right(whole):
    found = summary(whole)
    outputs = 6 * 24 * 32
    assert found["weights.outputs"] == outputs
    assert found["weights.convolution"] == 6 * 26
    assert found["weights.locally_connected"] == outputs * 26
    assert found["weights.fully_connected"] == outputs * (24 * 32 + 1)
    assert found["weights.FC.total"] == 3072 * 10 + 10 + 11
    assert found["weights.ConvFC.total"] == 6 * 26 + 6 * 3072 * 10 + 10 + 11
    assert found["weights.ConvPoolFC.total"] == 6 * 26 + 288 * 10 + 10 + 11
    assert found["matrix.distinct"] == 25
    assert found["matrix.error"] < 1e-5


@pytest.mark.slow
def test_cells_obey_their_closed_forms(whole):
    """48 phases: F0 of a rectified sinusoid is off by at most 1.1·π²/(3·48²) = 1.6e-3, F2 by three times as much.

    Energy is not quite flat, because the canvas cuts gratings off within the tails of the envelope: below 1 %.
    """
    found = summary(whole)
    for cell in ("simple", "rectified"):
        for which in ("lowest", "median", "highest"):
            assert found[f"modulation.{cell}.{which}"] == pytest.approx(np.pi / 2, rel=1.6e-3)
        assert found[f"modulation.{cell}.second"] == pytest.approx(2 / 3, rel=5e-3)
    for cell in ("complex", "complex_pooled", "one_phase", "random_pair"):
        assert found[f"modulation.{cell}.highest"] < 1e-6
    assert found["modulation.complex.second"] < 0.01
    assert found["modulation.one_phase.second"] == pytest.approx(2 / 3, rel=5e-3)
    assert 0.1 < found["modulation.random_pair.second"] < 2 / 3
    assert found["modulation.pixel.median"] == pytest.approx(1, abs=1e-6)
    assert found["modulation.pooled.median"] < 1
    assert found["thresholds.error"] < 3e-3


@pytest.mark.slow
def test_pooling_follows_its_closed_form(whole):
    """The largest of sampled positions misses the peak by half a pixel at most along a cardinal grating, 20.5° of
    phase at 8.8 pixels per cycle: 1 − cos 20.5° = 6 % of the response, and less of a ratio of means: below 0.05."""
    assert summary(whole)["pools.error"] < 0.05
    table = runs.read_run(whole).table("pooling")
    first = table[table["width"] == 1]["f1_f0"]
    np.testing.assert_allclose(first, np.pi / 2, rtol=1.6e-3)
    assert table[table["cycles"] >= 1]["f1_f0"].max() < 0.05


@pytest.mark.slow
def test_position_is_tolerated_by_complex_and_pooled_cells_alone(whole):
    found = summary(whole)
    assert found["position.complex.width"] > 2 * found["position.simple.width"]
    assert found["position.pooled.width"] > 2 * found["position.rectified.width"]


@pytest.mark.slow
def test_the_published_convention_of_rows_and_columns(whole):
    found = summary(whole)
    assert found["tuning.gabor_0.at_0"] == pytest.approx(0, abs=1e-6)
    assert found["tuning.gabor_90.at_90"] == pytest.approx(0, abs=1e-6)
    assert found["tuning.gabor_90.at_0"] > 0.1
    for angle in (0, 45, 90, 135):
        off = found[f"tuning.gabor_{angle}.preferred"] - found[f"tuning.gabor_{angle}.expected"]
        assert abs((off + 90) % 180 - 90) < 5
        assert found[f"tuning.gabor_{angle}.selectivity"] > 10 * found["tuning.on_centre.selectivity"]
    assert "tuning.on_centre.expected" not in found


@pytest.mark.slow
def test_the_page_shows_every_figure_with_its_text(whole):
    page = (whole / "report.html").read_text()
    names = {path.stem for path in (whole / "figures").glob("*.svg")}
    assert names == {
        "stimuli", "filters", "activation", "stride_and_padding", "weight_matrix", "trained_bank", "trained_random",
        "fc_weights", "tuning", "phase", "position", "modulation", "mechanisms",
    }  # fmt: skip
    assert page.count("<img ") == len(names)
    assert len(page) < 3e6
    assert "Skottun" in page
    sizes = runs.read_run(whole).table("map_sizes").set_index("map")
    assert sizes.loc["stride 2, valid"].tolist() == [10, 14]
    assert sizes.loc["stride 4, 4 zeros (full)"].tolist() == [7, 9]


@pytest.mark.slow
def test_the_words_come_from_the_values(whole):
    page = runs.read_run(whole).page
    assert "the layer needs 156 weights and biases" in page["answer"]
    assert f"F1/F0 = {summary(whole)['modulation.rectified.median']:.3f} (theory 1.571)" in page["answer"]
    assert any("through a data set of its own of 20 trials" in paragraph for paragraph in page["methods"])
    assert page["quantities"]["tuning.gabor_45.preferred"]["unit"] == "°"


@pytest.mark.slow
def test_same_options_give_the_same_bytes(whole, tmp_path):
    again = Convolution(**SMALL, out=tmp_path).execute()
    assert (again / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()


@pytest.mark.slow
def test_random_filters_with_stride_and_padding_in_pixels_and_another_seed(whole, tmp_path):
    """The control of random pairs depends on the seed alone, so it tells whether the seed reaches it."""
    options = SMALL | {"filters": "random", "stride": 3, "padding": 1, "seed": 1}
    folder = Convolution(**options, out=tmp_path).execute()
    found = summary(folder)
    assert (found["map.rows"], found["map.columns"]) == (8, 10)
    assert found["weights.outputs"] == 6 * 8 * 10
    assert found["modulation.rectified.median"] == pytest.approx(np.pi / 2, rel=1.6e-3)
    assert "tuning.filter_1.expected" not in found
    assert found["modulation.random_pair.second"] != summary(whole)["modulation.random_pair.second"]
    assert "stride 3, 1 zeros" in set(runs.read_run(folder).table("map_sizes")["map"])


BAD_OPTIONS = {
    "filters": ({"filters": "bnak"}, "no filters 'bnak'. Did you mean 'bank'"),
    "channels": ({"channels": 2}, "--channels must be at least 3 and at most 32; got 2"),
    "even": ({"size": 6}, "--size must be odd, and at most 12 for images of 24 × 32 pixels; got 6"),
    "large": ({"size": 13}, "--size must be odd, and at most 12"),
    "stride": ({"stride": 0}, "--stride must be at least 1 and at most 60; got 0"),
    "padding": ({"padding": "smae"}, "no padding 'smae'. Did you mean 'same'"),
    "negative": ({"padding": -2}, "--padding must be at least 0 and at most 58; got -2"),
    "wide": ({"padding": 5}, "--padding must be below --size 5"),
    "pool": ({"pool": 21}, "--pool must be at most 20 positions here; got 21"),
    "resolution": ({"resolution": 0.5}, "--resolution must be at least 0.05 and at most 0.25; got 0.5"),
    "not a number": ({"resolution": float("nan")}, "--resolution must be at least"),
    "fine": ({"spatial_frequency": 0.39}, "gratings of 0.806 pixels per cycle; the lesson needs 4…24"),
    "coarse": ({"spatial_frequency": 0.012}, "gratings of 26.2 pixels per cycle; the lesson needs 4…24"),
    "no frequency": ({"spatial_frequency": 0.0}, "--spatial-frequency must be at least 0.01"),
    "epochs": ({"epochs": 0}, "--epochs must be at least 1 and at most 10000; got 0"),
    "trials": ({"trials": 0}, "--trials must be at least 1 and at most 20000; got 0"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD_OPTIONS[case]
    with pytest.raises(InputError, match=sentence):
        Convolution(**(SMALL | options), out=tmp_path)
    assert list(tmp_path.iterdir()) == []
