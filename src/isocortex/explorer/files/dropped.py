"""Files that were dropped on a page: their sizes are bounded, and they are gone once they are read."""

import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, require
from ...recordings import read
from ...recordings.contents import Contents
from ...recordings.interchange import NWB, READERS
from ...stimuli.pictures import SUFFIXES, read_pictures

LARGEST_MB = 100
"""Of all dropped files together."""
ENDINGS = (*READERS, NWB)
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
    how : mapping of str to object
        The options of :func:`isocortex.read` with which it was read.
    """

    name: str
    contents: Contents
    pictures: dict[str, np.ndarray]
    how: Mapping[str, Any] = field(default_factory=dict)


def is_session(name: str) -> bool:
    """Return whether a file is an NWB file, whose responses are taken around events.

    Examples
    --------
    >>> is_session("mouse.NWB"), is_session("mouse.npz")
    (True, False)
    """
    return Path(name).suffix.lower() == NWB


def around(window: str, by: str) -> dict[str, Any]:
    """Return, as options of :func:`isocortex.read`, around which events responses are taken; none if a word is empty.

    Parameters
    ----------
    window : str
        Start and stop in ms, relative to the event.
    by : str
        The column of the table of events that names the stimuli.

    Raises
    ------
    InputError
        If the window is not two numbers.

    Examples
    --------
    >>> around("50, 450", "image_name")
    {'window': (50.0, 450.0), 'by': 'image_name'}
    """
    if not (window.strip() and by.strip()):
        return {}
    try:
        start, stop = map(float, window.replace(",", " ").split())
    except ValueError as error:
        raise InputError(
            f"The window is two numbers, start and stop in ms, such as 50, 450; got {window!r}."
        ) from error
    return {"window": (start, stop), "by": by.strip()}


def opened(files: Mapping[str, bytes | str], how: Mapping[str, Any] | None = None) -> Dropped:
    """Read the one recording among files, and all pictures.

    Parameters
    ----------
    files : mapping of str to bytes
        Name → content; text where the browser took it for text.
    how : mapping of str to object, optional
        Options of :func:`isocortex.read` for an NWB file, as :func:`around` returns them.

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
    require(len(recordings) == 1, f"Drop one recording, with an ending of {', '.join(ENDINGS)}; got {len(recordings)}.")
    with tempfile.TemporaryDirectory(prefix="isocortex-") as folder:
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        (recording,) = recordings
        how = dict(how or {}) if is_session(recording) else {}
        try:
            found = read(Path(folder) / recording, **how)
            seen = {Path(name).stem: read_pictures(Path(folder) / name, side=SIDE)[0] for name in pictures}
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from error
    return Dropped(recording, found, seen, how)


LARGER = "read a larger one in Python, with isocortex.read."


def reading(dropped: Dropped) -> str:
    """Return the lines of Python that read a dropped file in the current folder."""
    how = "".join(f", {name}={value!r}" for name, value in dropped.how.items())
    return f"import isocortex as ic\n\ncontents = ic.read({dropped.name!r}{how})"


def comparing(dropped: Dropped, dissimilarity: str, similarity: str, inference: str) -> str:
    """Return the command that compares models in ``models.nc`` with a dropped file."""
    words = ["isocortex", "compare", "models.nc", "--data", dropped.name]
    if dropped.how:
        words += ["--window", *(f"{ms:g}" for ms in dropped.how["window"]), "--by", dropped.how["by"]]
    words += ["--dissimilarity", dissimilarity, "--similarity", similarity, "--inference", inference]
    return shlex.join(words)
