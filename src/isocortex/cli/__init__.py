"""The command line: ``isocortex run``, ``list`` and ``show``."""

from .main import main as main
