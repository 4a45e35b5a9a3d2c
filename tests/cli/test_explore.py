"""``isocortex explore``: every mistake is one sentence, and a page is written."""

import sys

import pytest

from isocortex.cli import main


def said(words, capsys):
    """Return the exit code of a command and what it printed to stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["explore", *words])
    return ended.value.code, " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "many"], "--port takes a whole number; got 'many'."),
        (["--port", "70000"], "--port takes a number from 1 to 65535; got 70000."),
        (["--sistem", "a:B"], "isocortex explore has no option --sistem; --help shows those that it has."),
        (["nowhere"], "The explorer opens folders; 'nowhere' is none."),
        (["--view", "lif"], "--view is for a page that is written: give --export FILE.html too."),
        (["--export", "page.html", "--set", "w_ee"], "--set takes NAME=VALUE, such as w_ee=8; got 'w_ee'."),
        (["--export", "page.html", "--set", "a=1", "a=2"], "--set names a twice."),
        (["--export", "page.html", "--system", "none.py:A"], "There is no file none.py."),
        (["runs", "--export", "page.html"], "A page of a model needs no folder; got runs."),
    ],
)
def test_one_sentence_for_every_mistake(words, sentence, capsys, tmp_path, monkeypatch):
    pytest.importorskip("panel")
    monkeypatch.chdir(tmp_path)
    assert said(words, capsys) == (2, f"error: {sentence}")


@pytest.mark.parametrize("words", [["--no-browser"], ["--export", "page.html"]])
def test_without_its_extra_a_sentence_says_what_to_install(words, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "panel", None)
    assert said(words, capsys) == (
        2,
        "error: The explorer needs the extra 'explore': pip install 'isocortex[explore]'.",
    )


def test_help_names_every_option(capsys):
    main(["explore", "--help"])
    shown = capsys.readouterr().out
    for flag in ("--system", "--port", "--no-browser", "--export", "--view", "--over", "--grid", "--set"):
        assert flag in shown


def test_a_page_is_written_and_its_size_is_said(capsys, tmp_path):
    pytest.importorskip("panel")
    page = tmp_path / "page.html"
    main(["explore", "--export", str(page), "--view", "short-term-plasticity", "--grid", "2", "--set", "U0=0.2"])
    assert f"{page} holds 2 values of rate, in {page.stat().st_size / 1e6:.1f} MB." in capsys.readouterr().out.replace(
        "\n", ""
    )
