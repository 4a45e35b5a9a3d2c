"""What the JSON files of a run folder hold, checked where they are read: somebody may have edited them."""

import re
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, get_type_hints

from typeguard import CollectionCheckStrategy, TypeCheckError, check_type

from ..errors import InputError, require
from .files import read_json

PLAIN_NAME = re.compile(r"[^./\\\x00][^/\\\x00]*")
"""A name of a file that stays in its folder."""


class Config(TypedDict):
    """``config.json``: what was asked."""

    schema: int
    experiment: str
    options: dict[str, Any]
    files: dict[str, str]


class Environment(TypedDict):
    """``environment.json``: where the run was made."""

    python: str
    platform: str
    device: str
    packages: dict[str, str]
    folder: NotRequired[str]
    git_commit: NotRequired[str]


class Finding(TypedDict):
    """A figure or a table, and what is said of it."""

    kind: Literal["figure", "table"]
    name: str
    title: str
    caption: str
    alt: NotRequired[str]
    shown: NotRequired[bool]
    text: NotRequired[list[str]]


class Quantity(TypedDict):
    """What a number of ``summary.json`` is."""

    meaning: str
    unit: str


class Page(TypedDict):
    """``findings.json``: what the report says."""

    question: str
    answer: str
    mark: str
    findings: list[Finding]
    notes: list[str]
    methods: list[str]
    references: list[str]
    meanings: dict[str, str]
    quantities: dict[str, Quantity]


class Stage(TypedDict):
    """The seconds of one stage in ``timing.json``."""

    seconds: float
    of_which_compiling: float


LAYOUT: dict[str, Any] = {
    "config": Config,
    "environment": Environment,
    "findings": Page,
    "summary": dict[str, float],
    "timing": dict[str, Stage],
}


def read_part(folder: Path, name: str) -> Any:
    """Read one JSON file of a run folder, named without its suffix.

    Raises
    ------
    InputError
        If it is missing, no JSON, or holds something else than :data:`LAYOUT` says.
    """
    path, layout = folder / f"{name}.json", LAYOUT[name]
    try:
        content = read_json(path)
        known = get_type_hints(layout) if isinstance(layout, type) and layout is not dict else None
        found = {k: v for k, v in content.items() if k in known} if known and isinstance(content, dict) else content
        check_type(found, layout, collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS)
    except (OSError, ValueError, RecursionError, TypeCheckError) as error:
        raise InputError(f"{path} is damaged or was edited: {error}.") from error
    for finding in content["findings"] if name == "findings" else ():
        require(
            PLAIN_NAME.fullmatch(finding["name"]) is not None,
            f"{path} names a finding {finding['name']!r}, which is not the name of a file in the run folder.",
        )
        needed = "alt" if finding["kind"] == "figure" else "shown"
        require(needed in finding, f"{path} is damaged or was edited: {finding['name']!r} lacks {needed!r}.")
    return content
