"""The command line: ``isocortex run``, ``compare``, ``list``, ``data`` and ``show``."""

from .main import main as main
