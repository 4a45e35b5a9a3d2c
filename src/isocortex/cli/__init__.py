"""The command line: ``isocortex run``, ``compare``, ``list``, ``data``, ``show`` and ``runs``."""

from .main import main as main
