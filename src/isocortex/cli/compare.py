"""``isocortex compare``: models against brains, from files; the experiment of that name under a verb of its own."""

from .run import run


def compare(words: list[str]) -> None:
    """Run ``isocortex compare MODEL… --data DATA…``, which ``isocortex run compare`` does too."""
    run("compare", words, "isocortex compare")
