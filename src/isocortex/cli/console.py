"""Consoles that survive a closed pipe, and a Ctrl-C that cannot be lost."""

import os
import signal
import sys
from types import FrameType
from unicodedata import bidirectional, category

from rich.console import Console

ESCAPED = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, halves of characters, and separators of lines."""
TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Unicode's classes of characters that turn the direction of writing."""


class PipedConsole(Console):
    """A console that ends quietly when its reader has gone, as in ``isocortex show RUN | head``."""

    def on_broken_pipe(self) -> None:
        """Leave with exit code 0: whoever read has read enough."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def visible(text: object) -> str:
    """Return text with the characters escaped that command a terminal, or turn the direction of writing.

    Labels come from files, and "\\x1b[2J" in one would clear the screen.

    Examples
    --------
    >>> print(visible("V1\\x1b[31m, caf\\u00e9"))
    V1\\x1b[31m, café
    """
    return "".join(
        c.encode("unicode_escape").decode()
        if c != "\n" and (category(c) in ESCAPED or bidirectional(c) in TURNS)
        else c
        for c in str(text)
    )


class Interruption:
    """Remembers a Ctrl-C: one that strikes inside a callback, where Python drops exceptions, is raised again later."""

    def __init__(self) -> None:
        self.struck = False

    def watch(self) -> None:
        """Take over SIGINT for the rest of the process."""
        signal.signal(signal.SIGINT, self._strike)

    def _strike(self, number: int, frame: FrameType | None) -> None:
        self.struck = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if one has struck."""
        if self.struck:
            raise KeyboardInterrupt
