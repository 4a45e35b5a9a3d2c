"""``python -m isocortex.cli``."""

from .main import main

main()
