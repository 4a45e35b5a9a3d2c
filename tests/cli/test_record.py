"""isocortex record: a model in a Python file, a folder of pictures, and a file that compare takes."""

import numpy as np
import pytest
from PIL import Image

import isocortex as ic
from isocortex.cli import main

MODEL = """
import numpy as np

def edges():
    def model(images):
        assert images.shape[1:] == (8, 8), images.shape
        return {"across": np.diff(images, axis=2), "mean": images.mean(axis=(1, 2))}
    return model

def wrong():
    raise KeyError("no weights")

def ours():
    import isocortex
    return isocortex.Pixels()

def interrupted():
    def model(images):
        raise KeyboardInterrupt
    return model

number = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for name in ("face", "hand", "tree", "house"):
        Image.fromarray(rng.integers(0, 256, (10, 12, 3), np.uint8)).save(tmp_path / "pictures" / f"{name}.png")
    return tmp_path


def run(*words, capsys):
    try:
        main(list(words))
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    said = capsys.readouterr()
    return code, said.out, said.err


COMMAND = ("record", "model.py:edges", "--images", "pictures", "--size", "8", "--channels", "1")


def test_a_file_that_compare_takes(folder, capsys):
    code, out, _ = run(*COMMAND, "--mean", "0.5", "--std", "0.25", "--out", "edges.nc", capsys=capsys)
    assert code == 0
    assert "4 pictures were shown to model.py:edges." in out
    assert "isocortex compare edges.nc --data …" in out
    found = ic.read("edges.nc")
    assert list(found.responses) == ["across", "mean"]
    assert found.stimuli.tolist() == ["face", "hand", "house", "tree"]
    grey = np.asarray(Image.open("pictures/hand.png").resize((8, 8), Image.Resampling.BILINEAR), float) / 255
    expected = ((grey @ [0.299, 0.587, 0.114] - 0.5) / 0.25).mean()
    np.testing.assert_allclose(found.responses["mean"].sel(stimulus="hand"), [expected], rtol=1e-4)


def test_our_own_models_too(folder, capsys):
    words = ("record", "model.py:ours", "--images", "pictures", "--channels", "1", "--out", "pixels.nc")
    assert run(*words, capsys=capsys)[0] == 0
    assert ic.read("pixels.nc").responses["pixels"].shape == (4, 120)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record",), "record needs a model and pictures: isocortex record MODEL.py:FUNCTION --images FOLDER."),
        (("record", "model.py", "--images", "pictures"), "A model is named as MODEL.py:FUNCTION"),
        (("record", "other.py:edges", "--images", "pictures"), "There is no file other.py."),
        (("record", "model.py:edge", "--images", "pictures"), "There is no function in model.py 'edge'. Did you mean"),
        (("record", "model.py:wrong", "--images", "pictures"), "model.py:wrong() fails (KeyError: 'no weights')."),
        (("record", "model.py:number", "--images", "pictures"), "must be a function that returns the model"),
        (("record", "model.py:edges", "--images", "nowhere"), "There is no picture or folder of pictures at nowhere."),
        ((*COMMAND, "--layers", "acros"), "There is no layer 'acros'. Did you mean 'across'?"),
        ((*COMMAND, "--layer", "across"), "There is no option '--layer'. Did you mean '--layers'?"),
        ((*COMMAND, "--memory", "0"), "--memory must be above 0"),
        ((*COMMAND, "--size", "8", "8", "8"), "--size takes one number, or rows and columns; got 3 numbers."),
        ((*COMMAND, "--out", "x.csv"), "The activity is written as netCDF, .nc; got the file x.csv."),
    ],
)
def test_one_sentence_for_every_mistake(folder, words, said, capsys):
    code, _, err = run(*words, capsys=capsys)
    assert code == 2
    assert said in " ".join(err.split())
    assert {path.name for path in folder.iterdir()} <= {"model.py", "pictures", "__pycache__"}


def test_an_interruption_leaves_nothing(folder, capsys):
    words = ("record", "model.py:interrupted", "--images", "pictures", "--out", "x.nc")
    assert run(*words, capsys=capsys)[0] == 130
    assert {path.name for path in folder.iterdir()} <= {"model.py", "pictures", "__pycache__"}


def test_help_has_an_example(capsys):
    code, out, _ = run("record", "--help", capsys=capsys)
    assert code == 0
    assert "isocortex record model.py:resnet --images photographs" in out
