"""What the parts of a view show, that their lines make the same, and that their pictures are drawn."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import isocortex as ic
from isocortex import InputError, RDMs

pytest.importorskip("panel")
from isocortex.explorer import Context
from isocortex.explorer.parts.comparison import ComparisonPart
from isocortex.explorer.parts.noise import NoisePart
from isocortex.explorer.parts.rdm import RDMPart
from isocortex.explorer.parts.rotation import projected
from isocortex.explorer.parts.source import LARGEST_RDM, Source, Wanted, rdms_of
from isocortex.explorer.parts.states import StatesPart
from isocortex.explorer.parts.trial import TrialPart
from isocortex.explorer.parts.tuning import TuningPart
from isocortex.explorer.runs.one import OneRun
from isocortex.explorer.runs.table import RunsTable

from .conftest import LABEL

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index")  # of Bokeh


@pytest.fixture
def opened(runs):
    """Open the part of a run behind a tab, as its page does."""

    def open_part(experiment, title, kind):
        name = sorted(path.name for path in runs.glob(f"{experiment}-*"))[0]
        view = OneRun(Context((runs,), query={"run": name}))
        view.body()
        tabs = view.parts.body()
        tabs.active = [tabs[i] for i in range(len(tabs))].index(
            next(t for t, n in zip(tabs, tabs._names, strict=True) if n == title)
        )
        assert not view.said.visible
        assert isinstance(view.parts.shown, kind)
        return view, view.parts.shown

    return open_part


def folder_of(view):
    return view.run.value


def test_the_comparison_is_that_of_the_run_and_moves_with_the_measure(opened, executed):
    view, part = opened("orientation-v1", "Comparison", ComparisonPart)
    summary = json.loads((folder_of(view) / "summary.json").read_text())
    table, ceiling = part.found
    for layer in ("pool", "fc"):
        found = table.loc[f"trained/{layer}", ["value", "low", "high"]]
        assert found.tolist() == pytest.approx(
            [summary[f"rsa.{layer}.trained.{end}"] for end in ("mean", "low", "high")]
        )
    assert [ceiling.lower, ceiling.upper] == pytest.approx(
        [summary[f"rsa.ceiling.{end}"] for end in ("lower", "upper")]
    )
    part.similarity.value, part.how.value, part.layers.value = "cosine", "euclidean", ["trained/pool"]
    again, moved = part.found
    assert again.index.tolist() == ["trained/pool"]
    assert again["value"].iloc[0] != pytest.approx(table["value"].iloc[0])
    assert moved.lower != pytest.approx(ceiling.lower)
    names = executed(view.lines().python)
    assert names["table"][["mean", "low", "high"]].to_numpy() == pytest.approx(again.to_numpy())
    assert isinstance(view.figure(), Figure)


@pytest.mark.parametrize(("what", "how"), [("trained/pool", "correlation"), ("animal 1", "euclidean")])
def test_the_rdm_is_made_by_its_lines(opened, executed, what, how):
    view, part = opened("orientation-v1", "RDM", RDMPart)
    part.what.value, part.how.value = what, how
    shown = rdms_of(part._source, part.wanted)
    names = executed(view.lines().python)
    assert np.array_equal(names["chosen"].dissimilarities, shown.dissimilarities)
    store = part._map._store.data
    n = len(shown.stimuli)
    assert np.reshape(store["square"][0], (n, n)) == pytest.approx(shown.mean().square()[0], rel=1e-6)
    assert store["names"][0][0] == "−90°"
    assert store["pictures"][0][0].startswith("data:image/png")
    assert isinstance(view.figure(), Figure)


@pytest.mark.slow
def test_the_rdms_of_a_comparison_are_those_of_its_files(executed, tmp_path, rng):
    for name, rows in {"mouse": 3, "model": 1}.items():
        ic.write(tmp_path / f"{name}.npz", RDMs(rng.random((rows, 45)), np.arange(10), tuple("abc"[:rows])))
    files = {"models": [str(tmp_path / "model.npz")], "data": [str(tmp_path / "mouse.npz")]}
    run = ic.run("compare", **files, out=tmp_path / "runs", progress=False)
    asked = {"run": run.folder.name}
    shut, view = (
        OneRun(Context(folders, query=asked)) for folders in ((tmp_path / "runs",), (tmp_path / "runs", tmp_path))
    )
    assert shut.parts.body()._names == ["Answer and numbers"]
    tabs = view.parts.body()
    tabs.active = tabs._names.index("RDM")
    view.parts.shown.what.value = "data"
    found = executed(view.lines().python)["chosen"]
    assert np.array_equal(found.dissimilarities, ic.read(tmp_path / "mouse.npz").rdms.dissimilarities)


def test_one_network_and_a_window_of_time_have_their_own_rdm(opened, executed):
    view, part = opened("perceptual-decision", "RDM", RDMPart)
    part.what.value, part.how.value = "trained/rate", "euclidean"
    part.network.value = 1
    part.window.value = (40.0, 80.0)
    shown = rdms_of(part._source, part.wanted)
    assert len(shown) == 1
    names = executed(view.lines().python)
    assert names["chosen"].dissimilarities == pytest.approx(shown.dissimilarities)
    assert shown.dissimilarities != pytest.approx(
        rdms_of(part._source, replace(part.wanted, window=None)).dissimilarities
    )


def test_a_large_rdm_is_shown_in_part(rng):
    n = LARGEST_RDM + 1
    source = Source("", rdms={"large": RDMs(rng.random((1, n * (n - 1) // 2)), np.arange(n))})
    assert len(rdms_of(source, Wanted("large")).stimuli) == (n + 1) // 2


def test_picked_units_are_drawn_and_made_by_the_lines(opened, executed):
    view, part = opened("orientation-v1", "Tuning", TuningPart)
    part._units.selected.indices = [3, 7]
    assert part.picked == [3, 7]
    names = executed(view.lines().python)
    assert np.array_equal(names["curves"].curves[names["picked"]], np.stack(part._lines.data["ys"]))
    assert isinstance(view.figure(), Figure)
    part._units.selected.indices = []
    with pytest.raises(InputError, match="Pick at least one unit"):
        view.figure()


def test_signal_and_noise_are_made_by_the_lines(opened, executed):
    view, part = opened("decode-it", "Signal and noise", NoisePart)
    assert executed(view.lines().python)["found"].equals(part.found)
    assert isinstance(view.figure(), Figure)


def test_paths_are_made_by_the_lines_and_turn(opened, executed):
    view, part = opened("perceptual-decision", "State space", StatesPart)
    part.what.value, part.network.value, part.colour.value, part.strength.value = (
        "trained/rate",
        1,
        "right",
        "coherence",
    )
    paths, _ = part.found
    assert executed(view.lines().python)["paths"].equals(paths)
    part._rotation.azimuth.value = 30
    drawn = view.figure()
    assert drawn.axes[0].azim == 30


def test_a_projection_is_a_view_from_its_direction():
    across, up = projected(np.eye(3), 20.0, 35.0)
    a, e = np.deg2rad([20, 35])
    towards = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    frame = np.stack([across, up, towards])
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(frame) == pytest.approx(1)


def test_a_trial_is_made_by_the_lines(opened, executed):
    view, part = opened("perceptual-decision", "One trial", TrialPart)
    part.trial.value, part.network.value = 3, 1
    names = executed(view.lines().python)
    assert np.array_equal(names["outputs"].transpose("unit", "time").values, part._sources["outputs"].data["ys"])
    assert np.array_equal(names["states"].values.astype(np.float32), part._sources["image"].data["image"][0].T)
    assert isinstance(view.figure(), Figure)


def test_labels_are_escaped_everywhere(opened):
    view, part = opened("decode-it", "RDM", RDMPart)
    assert LABEL not in json.dumps(part._map._store.data["names"])
    assert "&lt;script&gt;" in json.dumps(part._map._store.data["names"])
    overview = view.parts._made[0].body()
    assert not any(LABEL in str(pane.object) for pane in overview.select() if hasattr(pane, "object"))


def test_runs_outside_the_folders_are_refused(runs, tmp_path):
    for name in ("../secret", str(tmp_path), "/etc"):
        with pytest.raises(InputError, match="in the folders that the explorer was given"):
            OneRun(Context((runs,), query={"run": name}))


def test_a_run_that_is_damaged_is_a_sentence_and_others_open(runs, tmp_path):
    import shutil

    folder = tmp_path / "runs"
    shutil.copytree(runs, folder)
    broken, *others = sorted(folder.glob("orientation-v1-*"))
    (broken / "summary.json").write_text("{")
    view = OneRun(Context((folder,), query={"run": broken.name}))
    assert "is damaged or was edited" in view.said.object
    view.run.value = others[0]
    assert not view.said.visible
    assert "rsa.pool.trained" in view.parts.shown.names


def test_the_table_filters_chooses_and_says_how(runs, executed):
    view = RunsTable(Context((runs,), query={"of": "orientation-v1"}))
    assert len(view.table.value) == 3
    view.filter.value = "tau > 60 and task = tilt"
    assert view.table.value["tau"].tolist() == [100, 150]
    view.table.selection = [0, 1]
    names = executed(view.lines().python)
    assert names["table"]["run"].tolist() == view.table.value["run"].tolist()
    values = view.beside.values
    keys = view.beside._found.keys[view.beside.number.value]
    assert names["chosen"].loc[list(keys)].T.to_numpy(float) == pytest.approx(values.to_numpy()[:, : len(keys)])
    assert isinstance(view.figure(), Figure)
    view.filter.value = "tua > 60"
    assert "Did you mean &#x27;tau&#x27;" in view.said.object
    view.filter.value = ""
    assert not view.said.visible


def test_without_runs_the_page_says_what_to_do(tmp_path):
    for kind in (RunsTable, OneRun):
        with pytest.raises(InputError, match="isocortex run poisson"):
            kind(Context((tmp_path,)))
