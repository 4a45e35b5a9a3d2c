"""The public names of a package, for the reference: a table of them, and what the docstring of each says.

A name is public where a package imports it ``as`` itself, in ``__init__.py`` or its stub. Each name is described once,
in the innermost package that has it.
"""

import ast
import inspect
import re
from functools import cache
from importlib import import_module
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

import isocortex
from isocortex.registries import Registry

SOURCE = Path(isocortex.__file__).parent
AS = {
    f"isocortex.dynamics.{inner}": "isocortex.dynamics"
    for inner in ("core", "rate", "processes", "decision", "spiking")
}
"""Packages whose names a user takes from the package around them."""


@cache
def packages() -> list[str]:
    """Return all packages of isocortex, the outermost first."""
    folders = sorted(path.parent.relative_to(SOURCE).parts for path in SOURCE.rglob("__init__.py"))
    return [".".join(("isocortex", *parts)) for parts in folders]


@cache
def imported(package: str) -> dict[str, str]:
    """Return the public names of a package, and the module from which it takes each."""
    folder = SOURCE.joinpath(*package.split(".")[1:])
    stub = folder / "__init__.pyi"
    tree = ast.parse((stub if stub.exists() else folder / "__init__.py").read_text())
    return {
        alias.name: f"{package}.{line.module}" if line.module else package
        for line in tree.body
        if isinstance(line, ast.ImportFrom) and line.level == 1
        for alias in line.names
        if alias.asname == alias.name
    }


def home(package: str, name: str) -> str | None:
    """Return the module that defines a public name, or None where the name is a module or the version."""
    source = imported(package)[name]
    if inspect.ismodule(getattr(import_module(package), name)) or name == "__version__":
        return None
    while source in packages():
        source = imported(source)[name]
    return source


def described_in(package: str, name: str) -> str:
    """Return the innermost package that has a name."""
    source = imported(package)[name]
    while source in packages():
        package, source = source, imported(source)[name]
    return package


def described(package: str) -> list[str]:
    """Return the names that the page of a package describes."""
    names = imported(package)
    return [name for name in names if home(package, name) and described_in(package, name) == package]


def has_docstring(package: str, name: str) -> bool:
    """Return whether a name is a function or a class: the docstring of any other value is that of its type."""
    value = getattr(import_module(package), name)
    return inspect.isclass(value) or inspect.isroutine(value) or hasattr(value, "__wrapped__")


def entry(package: str, name: str, shown: str) -> str:
    """Return the description of a name, as reStructuredText, under the package where a user finds it."""
    value = getattr(import_module(package), name)
    if inspect.isclass(value):
        return f".. autoclass:: {shown}.{name}\n   :members:\n"
    if has_docstring(package, name):
        return f".. autofunction:: {shown}.{name}\n"
    lines = ModuleAnalyzer.for_module(home(package, name)).find_attr_docs().get(("", name), [])
    if isinstance(value, Registry):
        lines = [*lines, "Entries: " + ", ".join(f"``{key}``" for key in value) + "."]
    return "\n   ".join([f".. py:data:: {shown}.{name}", "", *lines, ""])


class PublicNames(SphinxDirective):
    """``{public-names} isocortex.models``: the table and the descriptions."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        package = self.arguments[0]
        shown = AS.get(package, package)
        names = described(package)
        table = [
            ".. autosummary::",
            "   :nosignatures:",
            "",
            *(f"   {name}" for name in names if has_docstring(package, name)),
            "",
        ]
        entries = (entry(package, name, shown) for name in names)
        text = "\n".join([f".. py:currentmodule:: {shown}", "", *table, *entries])
        return self.parse_text_to_nodes(f"````{{eval-rst}}\n{text}\n````")


class ShortNames(SphinxDirective):
    """``{short-names}``: what ``import isocortex`` gives without the name of a room."""

    def run(self) -> list[nodes.Node]:
        names = [name for name in imported("isocortex") if home("isocortex", name)]
        links = ", ".join(f"{{py:obj}}`{name} <{place(name)}>`" for name in names)
        return self.parse_text_to_nodes(links)


def place(name: str) -> str:
    """Return the name under which the reference describes a name of ``isocortex``."""
    package = described_in("isocortex", name)
    return f"{AS.get(package, package)}.{name}"


def as_prose(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep a docstring from being read as markup that it does not mean: |x| and **, and a colon in its first line."""
    if what in ("attribute", "property") and lines:
        lines[0] = f": {lines[0]}"  # Napoleon takes what stands before a colon as a type
    for i, line in enumerate(lines):
        if line.strip().startswith(">>>"):
            break
        prose = re.split(r"(``.*?``)", line)
        lines[i] = "".join(part if part.startswith("``") else re.sub(r"([|]|[*][*])", r"\\\1", part) for part in prose)


@cache
def places() -> dict[str, str]:
    """Return where the reference describes each public name, by the name alone; names without a room come first."""
    found: dict[str, str] = {name: place(name) for name in imported("isocortex") if home("isocortex", name)}
    for package in packages():
        for name in described(package):
            found.setdefault(name, f"{AS.get(package, package)}.{name}")
    return found


def resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, text: nodes.TextElement) -> object:
    """Lead another spelling of a public name, such as ``isocortex.fit``, to where the reference describes it."""
    *before, last = node.get("reftarget", "").split(".")
    where = places().get(last)
    if where is None and before and before[-1] in places():
        where = f"{places()[before[-1]]}.{last}"  # a method
    if node.get("refdomain") != "py" or where is None:
        return None
    return env.domains["py"].resolve_xref(env, node["refdoc"], app.builder, "obj", where, node, text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directives known to Sphinx."""
    app.add_directive("public-names", PublicNames)
    app.add_directive("short-names", ShortNames)
    app.connect("autodoc-process-docstring", as_prose, priority=400)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True}
