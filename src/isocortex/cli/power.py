"""``isocortex power``: how often an experiment would name the right model; the experiment of that name."""

from .run import run


def power(words: list[str]) -> None:
    """Run ``isocortex power MODEL… --data DATA…``, which ``isocortex run power`` does too."""
    run("power", words, "isocortex power")
