"""Consoles that survive a closed pipe, and a Ctrl-C that cannot be lost."""

import os
import signal
import sys
from types import FrameType

from rich.console import Console


class PipedConsole(Console):
    """A console that ends quietly when its reader has gone, as in ``isocortex show RUN | head``."""

    def on_broken_pipe(self) -> None:
        """Leave with exit code 0: whoever read has read enough."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


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
