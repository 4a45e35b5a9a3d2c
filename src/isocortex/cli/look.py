"""``isocortex look``: the experiment of that name, which prints what a recording holds and writes a report about it."""

from pathlib import Path

from rich.text import Text

from ..errors import InputError
from .console import PipedConsole
from .run import run
from .tables import print_table

FILE = ".nwb"


def look(words: list[str]) -> None:
    """Run ``look SESSION.nwb``, with the options of the experiment; without events, print only what the file holds.

    Raises
    ------
    InputError
        If the file cannot be read, or it holds no responses that can be aligned.
    """
    files = [Path(word) for word in words if word.lower().endswith(FILE)]
    resumed = any(word.split("=")[0] == "--resume" for word in words)
    if not files and words and not resumed and not any(word.startswith("-") for word in words):
        raise InputError(f"isocortex look reads NWB files, whose names end in {FILE}; got {' '.join(words)}.")
    try:
        run("look", words, "isocortex look")
    except InputError:
        if files and files[0].is_file():
            print_inside(files[0])
        raise


def print_inside(path: Path) -> None:
    """Print what an NWB file holds."""
    from ..recordings.nwb import open_session

    console = PipedConsole(highlight=False)
    with open_session(path) as session:
        inside = session.inside()
    for name, table in inside.items():
        columns = {str(column): table[column].tolist() for column in table}
        print_table(console, columns, title=name)
    console.print(Text())
