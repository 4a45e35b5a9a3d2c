"""A file imports from its own folder and from floors below; nothing climbs, no neighbours on one floor."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "isocortex"
FLOORS = {
    "cli": 6,
    "experiments": 5,
    "learning": 4,
    "plots": 4,
    "analysis": 3,
    "tasks": 3,
    "models": 3,
    "report": 3,
    "recordings": 2,
    "runs": 2,
    "dynamics": 2,
    "stimuli": 2,
    "cores": 1,
    "errors": 1,
    "shapes": 1,
    "responses": 1,
    "rdms": 1,
    "spike_trains": 1,
    "citation": 1,
    "version": 1,
}
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or path.stem != "__init__")


def rooms_imported(path: Path) -> set[str]:
    """Return the top-level folders and files of the package that a file imports from."""
    package = ["isocortex", *path.relative_to(SOURCE).parent.parts]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = base + (node.module.split(".") if node.module else [])
            names = [module] if len(module) > 1 else [[*module, alias.name] for alias in node.names]
        found |= {name[1] for name in names if name[0] == "isocortex" and len(name) > 1}
    return found


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_import_climbs(path: Path) -> None:
    mine = room(path)
    for other in rooms_imported(path) - {mine}:
        neighbours = FLOORS[mine] == 1 and FLOORS[other] == 1
        assert FLOORS[other] < FLOORS[mine] or neighbours, f"{mine} imports {other}"


def test_a_climbing_import_is_seen(tmp_path: Path) -> None:
    file = SOURCE / "stimuli" / "gratings.py"
    assert rooms_imported(file) == {"errors", "shapes"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_room_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 600
