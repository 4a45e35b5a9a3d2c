"""A file imports from its own folder and from floors below; nothing climbs, no neighbours, no family knows another."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "isocortex"
FLOORS = {
    "cli": 7,
    "explorer": 6,
    "sweeps": 6,
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
    "memory": 1,
    "keys": 1,
    "errors": 1,
    "shapes": 1,
    "responses": 1,
    "registries": 1,
    "formats": 1,
    "summaries": 1,
    "rdms": 1,
    "spike_trains": 1,
    "citation": 1,
    "user_code": 1,
    "version": 1,
}
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or path.stem != "__init__")
EXPERIMENTS = sorted((SOURCE / "experiments").glob("*/*.py"))


def modules_imported(path: Path) -> list[list[str]]:
    """Return the modules of the package that a file imports, each as its parts below ``isocortex``."""
    package = ["isocortex", *path.relative_to(SOURCE).parent.parts]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = base + (node.module.split(".") if node.module else [])
            found += [module] if len(module) > 1 else [[*module, alias.name] for alias in node.names]
    return [name[1:] for name in found if name[0] == "isocortex" and len(name) > 1]


def rooms_imported(path: Path) -> set[str]:
    """Return the top-level folders and files of the package that a file imports from."""
    return {name[0] for name in modules_imported(path)}


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_no_import_climbs() -> None:
    for path in FILES:
        mine = room(path)
        for other in rooms_imported(path) - {mine}:
            neighbours = FLOORS[mine] == 1 and FLOORS[other] == 1
            assert FLOORS[other] < FLOORS[mine] or neighbours, f"{path.relative_to(SOURCE)} imports {other}"


def test_no_family_of_experiments_knows_another() -> None:
    for path in EXPERIMENTS:
        families = {name[1] for name in modules_imported(path) if name[0] == "experiments"}
        assert families <= {path.parent.name, "shared"}, path.stem


def test_a_walk_is_no_longer_than_sixty_lines() -> None:
    for path in EXPERIMENTS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name == "walk" and node.end_lineno is not None:
                assert node.end_lineno - node.lineno < 60, path.stem


def test_a_climbing_import_is_seen(tmp_path: Path) -> None:
    file = SOURCE / "stimuli" / "gratings.py"
    assert rooms_imported(file) == {"errors", "shapes"}


def test_no_file_is_too_long() -> None:
    assert [path.stem for path in FILES if len(path.read_text().splitlines()) > 600] == []
