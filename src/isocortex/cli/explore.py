"""``isocortex explore``: the explorer in the browser; or one of its views as a file."""

from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from ..cores import use_compilation_cache
from ..errors import require
from ..explorer import explore
from ..explorer.launch import require_extra
from ..formats import counted, listed, number, visible
from ..runs.progress import progress_bars
from ..user_code import made_by
from .console import PipedConsole
from .words import parted, whole_number

HELP = """usage: isocortex explore [FOLDER…] [options]

Open a page in the browser: models to move, runs to read, recordings to look at. Only this machine can open it, with
the token in its address, and no file outside the folders is opened. Without a folder it is runs, if there is one.

  --system PLACE …         systems of one or two variables, as MODULE:CLASS or FILE.py:CLASS; their code is run
  --port N                 default: any free one
  --no-browser             only print the address

  --export FILE.html       write a view of a model as a page that works without a server, and end
  --view NAME              the name in its address; default: wilson-cowan
  --over PARAMETER …       one or two parameters that the page moves; default: the one that matters most
  --grid N                 values of each; default: 61 of one parameter, 17 of each of two
  --set NAME=VALUE …       values of other parameters

examples:
  isocortex explore runs
  isocortex explore --system models.py:FitzHughNagumo
  isocortex explore --export view.html --view wilson-cowan --over I_e --set w_ee=10"""
MANY, ONE = ("--system", "--over", "--set"), ("--port", "--export", "--view", "--grid")
FLAGS = ("--no-browser",)
OF_A_FILE = ("--view", "--over", "--grid", "--set")


def explore_command(words: list[str]) -> None:
    """Run ``explore [FOLDER…]``, or ``explore --export FILE.html``."""
    if "-h" in words or "--help" in words:
        print(HELP)
        return
    asked, folders = parted(words, many=MANY, one=ONE, flags=FLAGS)
    strange = next((word for word in folders if word.startswith("-")), None)
    require(strange is None, f"isocortex explore has no option {strange}; --help shows those that it has.")
    use_compilation_cache()
    if "--export" in asked:
        require(not folders, f"A page of a model needs no folder; got {' '.join(folders)}.")
        _write(asked)
        return
    alone = next((flag for flag in OF_A_FILE if flag in asked), None)
    require(alone is None, f"{alone} is for a page that is written: give --export FILE.html too.")
    port = whole_number(asked, "--port") or 0
    require(0 <= port < 65536, f"--port takes a number from 1 to 65535; got {port}.")
    explore(*folders, systems=asked.get("--system", []), port=port, show="--no-browser" not in asked)


def _write(asked: Mapping[str, list[str]]) -> None:
    """Write a page and say how large it is."""
    require_extra()
    from ..explorer import export

    systems = {place: made_by(place, what="system", kind="class") for place in asked.get("--system", [])}
    with progress_bars() as progress:
        found = export(
            Path(asked["--export"][0]), asked.get("--view", ["wilson-cowan"])[0], over=asked.get("--over", []),
            grid=whole_number(asked, "--grid"), values=_values(asked.get("--set", [])), systems=systems,
            progress=progress,
        )  # fmt: skip
    held = listed([f"{counted(count, 'value')} of {name}" for name, count in found.grid.items()])
    PipedConsole(highlight=False).print(
        Text(visible(f"{found.path} holds {held}, in {number(found.megabytes, 1)} MB.")), soft_wrap=True
    )


def _values(words: list[str]) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        require(bool(name and equals and value), f"--set takes NAME=VALUE, such as w_ee=8; got {word!r}.")
        require(name not in found, f"--set names {name} twice.")
        found[name] = value
    return found
