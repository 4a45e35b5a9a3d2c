"""A recording that is dropped: bounded, read, forgotten, escaped, and compared with models that ship."""

import io
import json
import shlex
import tempfile

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from isocortex import InputError
from isocortex.cli import main

pytest.importorskip("panel")
from isocortex.explorer import Context
from isocortex.explorer.files import dropped
from isocortex.explorer.files.dropped import around, comparing, opened
from isocortex.explorer.files.recording import MyRecording

from ..recordings.nwb_files import dandi
from .conftest import ANGLES, LABEL, _bumps

TABLE = f'stimulus,u1,u2,u3\nface,1,2,5\nhand,3,1,2\n"{LABEL}",0,5,1\ntree,2,2,7\n'


def npz(**arrays):
    saved = io.BytesIO()
    np.savez(saved, **arrays)
    return saved.getvalue()


@pytest.fixture(scope="module")
def angles():
    return npz(responses=_bumps(np.random.default_rng(0), 4, 20), stimuli=ANGLES)


def dropping(files):
    view = MyRecording(Context())
    view.body()
    view.drop.value = files
    return view


def open_tab(view, title):
    tabs = view.parts.body()
    tabs.active = tabs._names.index(title)
    return view.parts.shown


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"mine.npz": b"PK\x03\x04 and no more"}, r"^mine.npz is not an NPZ file, or was cut off"),
        ({"mine.csv": b"\xff\xfe\x00broken"}, "mine.csv"),
        ({"mine.pkl": b"x"}, "Did you mean|Known: "),
        ({"a.csv": TABLE, "b.csv": TABLE}, "Drop one recording"),
        ({"a.png": b""}, "Drop one recording"),
        ({"a.csv": TABLE, "face.png": b"no picture"}, "face.png is not a picture"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_the_next_file_is_read(files, sentence):
    view = dropping(files)
    assert view.said.visible
    with pytest.raises(InputError, match=sentence):
        opened(files)
    with pytest.raises(InputError, match="Drop a recording first"):
        view.lines()
    view.drop.value = {"mine.csv": TABLE}
    assert not view.said.visible
    assert "mine.csv holds mine (4 stimuli × 3 units)" in view._words.object


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(dropped, "LARGEST_MB", 1)
    with pytest.raises(InputError, match="The files have 2 MB, and a page takes 1 MB"):
        opened({"mine.npz": bytes(2_000_000)})


def test_nothing_stays_on_the_disk(angles, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened({"../../v1.npz": angles})
    assert list(tmp_path.iterdir()) == []


def test_labels_are_escaped():
    view = dropping({"mine.csv": TABLE})
    names = view.parts.shown._map._store.data["names"][0]
    assert names[2] == LABEL.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
    assert "<b>" not in dropping({"<b>.csv": TABLE})._words.object


def test_what_is_shown_is_made_by_the_lines(angles, executed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v1.npz").write_bytes(angles)
    view = dropping({"v1.npz": angles})
    part = open_tab(view, "RDM")
    part.how.value = "crossnobis"
    square = np.reshape(part._map._store.data["square"][0], (len(ANGLES), -1))
    assert executed(view.lines().python)["chosen"].square()[0] == pytest.approx(square, rel=1e-5)
    part = open_tab(view, "Signal and noise")
    assert executed(view.lines().python)["found"].equals(part.found)
    assert isinstance(view.figure(), Figure)


def test_a_session_asks_around_which_events_its_responses_are_taken(executed, tmp_path, monkeypatch):
    pytest.importorskip("pynwb")
    monkeypatch.chdir(tmp_path)
    view = dropping({"mouse.nwb": dandi(tmp_path / "mouse.nwb").read_bytes()})
    assert "window=(start, stop) in ms" in view.said.object
    assert "with start_time, stop_time, orientation" in view.said.object
    view.window.value, view.by.value = "soon", "orientation"
    assert "got &#x27;soon&#x27;" in view.said.object
    view.window.value = "0, 500"
    assert not view.said.visible
    part = open_tab(view, "RDM")
    square = np.reshape(part._map._store.data["square"][0], (4, -1))
    assert executed(view.lines().python)["chosen"].square()[0] == pytest.approx(square, rel=1e-5)
    assert comparing(opened(view.drop.value, around("0 500", "orientation")), "euclidean", "cka", "none").split()[
        3:10
    ] == [*("--data", "mouse.nwb", "--window", "0", "500", "--by", "orientation")]
    view.drop.value = {"mine.csv": TABLE}
    assert not view._events.visible
    assert not view.said.visible


@pytest.mark.slow
@pytest.mark.sample
def test_models_that_ship_are_compared_in_python_and_by_the_command(angles, executed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v1.npz").write_bytes(angles)
    view = dropping({"v1.npz": angles})
    part = open_tab(view, "Compare with models")
    assert not view.said.visible
    table, ceiling = part.found
    assert {"pixels", "energy: complex"} <= set(table.index)
    assert ceiling is not None
    lines = view.lines()
    assert executed(lines.python)["table"]["mean"].to_numpy() == pytest.approx(table["value"].to_numpy())
    main([*shlex.split(lines.shell)[1:], "--out", "runs"])
    (summary,) = (tmp_path / "runs").glob("*/summary.json")
    numbers = json.loads(summary.read_text())
    for name in table.index:
        found = [numbers.get(f"rsa.{name}.{end}", np.nan) for end in ("mean", "low", "high")]
        assert found == pytest.approx(table.loc[name].tolist(), nan_ok=True, rel=1e-6)


def test_without_angles_or_pictures_no_model_can_see(tmp_path):
    view = dropping({"mine.csv": TABLE.replace(LABEL, "cat")})
    tabs = view.parts.body()
    tabs.active = tabs._names.index("Compare with models")
    assert "drop the pictures too" in tabs[tabs.active][0].object


@pytest.mark.slow
def test_pictures_named_as_the_stimuli_are_shown_to_the_models(executed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    names = ["cat", "face", "hand", "house", "tree"]
    table = "stimulus,u1,u2,u3,u4\n" + "".join(f"{n},{','.join(map(str, rng.random(4)))}\n" for n in names)
    files = {"mine.csv": table}
    (tmp_path / "mine.csv").write_text(table)
    (tmp_path / "pictures").mkdir()
    for name in names:
        saved = io.BytesIO()
        Image.fromarray(rng.integers(256, size=(64, 64), dtype=np.uint8)).save(saved, "PNG")
        files[f"{name}.png"] = saved.getvalue()
        (tmp_path / "pictures" / f"{name}.png").write_bytes(saved.getvalue())
    view = dropping(files)
    assert view.parts.shown._map._store.data["pictures"][0][0].startswith("data:image/png")
    table, _ = open_tab(view, "Compare with models").found
    assert executed(view.lines().python)["table"]["mean"].to_numpy() == pytest.approx(table["value"].to_numpy())
