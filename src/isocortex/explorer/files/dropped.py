"""Files that were dropped on a page: their sizes are bounded, and they are gone once they are read."""

import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import InputError, require
from ...recordings import read
from ...recordings.contents import Contents
from ...recordings.interchange import READERS
from ...stimuli.pictures import SUFFIXES, read_pictures

LARGEST_MB = 100
"""Of all dropped files together."""
SIDE = 64
"""Pixels along the edge of a picture, as models see it."""


@dataclass(frozen=True, eq=False)
class Dropped:
    """A recording, and pictures of what was shown.

    Attributes
    ----------
    name : str
        Of the file.
    contents : Contents
    pictures : dict of str to array, shape (64, 64)
        Grey, of 0…1, by the name of the file without its ending.
    """

    name: str
    contents: Contents
    pictures: dict[str, np.ndarray]


def opened(files: Mapping[str, bytes | str]) -> Dropped:
    """Read the one recording among files, and all pictures.

    Parameters
    ----------
    files : mapping of str to bytes
        Name → content; text where the browser took it for text.

    Raises
    ------
    InputError
        If there is no recording or several, it is too large, or it cannot be read.

    Examples
    --------
    >>> found = opened({"mine.csv": "stimulus,u1,u2\\nface,1,2\\nhand,3,1\\ntree,0,5\\n"})
    >>> found.contents.stimuli.tolist()
    ['face', 'hand', 'tree']
    """
    contents = {Path(name).name: each.encode() if isinstance(each, str) else each for name, each in files.items()}
    size = sum(map(len, contents.values())) / 1e6
    require(size <= LARGEST_MB, f"The files have {size:.0f} MB, and a page takes {LARGEST_MB} MB: {LARGER}")
    pictures = [name for name in contents if Path(name).suffix.lower() in SUFFIXES]
    recordings = [name for name in contents if name not in pictures]
    require(len(recordings) == 1, f"Drop one recording, with an ending of {', '.join(READERS)}; got {len(recordings)}.")
    with tempfile.TemporaryDirectory(prefix="isocortex-") as folder:
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        (recording,) = recordings
        try:
            found = read(Path(folder) / recording)
            seen = {Path(name).stem: read_pictures(Path(folder) / name, side=SIDE)[0] for name in pictures}
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from error
    return Dropped(recording, found, seen)


LARGER = "read a larger one in Python, with isocortex.read."


def reading(name: str) -> str:
    """Return the lines of Python that read a file of this name in the current folder."""
    return f"import isocortex as ic\n\ncontents = ic.read({name!r})"


def comparing(name: str, dissimilarity: str, similarity: str, inference: str) -> str:
    """Return the command that compares models in ``models.nc`` with a file of this name."""
    words = ["isocortex", "compare", "models.nc", "--data", name, "--dissimilarity", dissimilarity]
    return shlex.join([*words, "--similarity", similarity, "--inference", inference])
