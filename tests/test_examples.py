"""Every public function and class has an example: in its docstring, or in the gallery if it draws."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import isocortex

SOURCE = Path(isocortex.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
GALLERY = "".join(path.read_text("utf-8") for path in (DOCS / "gallery").glob("*.md"))


def public_names():
    """Return every public function and class, by the innermost package that has it."""
    found = {}
    for file in sorted(SOURCE.rglob("__init__.py"), key=lambda path: len(path.parts)):
        package = ".".join(("isocortex", *file.parent.relative_to(SOURCE).parts))
        stub = file.with_suffix(".pyi")
        lines = ast.parse((stub if stub.exists() else file).read_text("utf-8")).body
        names = [a.name for line in lines if isinstance(line, ast.ImportFrom) for a in line.names if a.asname == a.name]
        for name in names:
            value = getattr(import_module(package), name)
            if inspect.isclass(value) or inspect.isroutine(value):
                found[id(value)] = (f"{package}.{name}", value)
    return dict(found.values())


def has_example(name, value):
    drawn = f"plots.{name.rsplit('.', 1)[1]} <{name}>" in GALLERY
    return drawn if name.startswith("isocortex.plots.") else ">>>" in (inspect.getdoc(value) or "")


def test_every_public_name_has_an_example():
    missing = {name for name, value in public_names().items() if not has_example(name, value)}
    assert missing == set(), "Write an example for each of these: in its docstring, or in docs/gallery if it draws."


def test_every_room_has_its_page_of_the_reference():
    """Names of the two inner packages of rsa are on its page."""
    pages = "".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    rooms = {name.rsplit(".", 1)[0] for name in public_names()}
    inner = {f"isocortex.analysis.rsa.{name}" for name in ("dissimilarities", "similarities")}
    assert {room for room in rooms - inner if f"{{public-names}} {room}\n" not in pages} == set()
