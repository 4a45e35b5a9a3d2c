"""Shapes are checked, and what is compiled is shared, in all tests; both begin before the package is imported."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from jaxtyping import install_import_hook

jax.config.update("jax_numpy_rank_promotion", "raise")
PLAINLY = (
    "--xla_backend_optimization_level=1",
    "--xla_cpu_use_fusion_emitters=false",
    "--xla_cpu_parallel_codegen_split_count=1",
)
ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
COMPILED = {
    "jax_compilation_cache_dir": str(ROOT / ".pytest_cache" / "compiled"),
    "jax_persistent_cache_min_compile_time_secs": 0.05,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
NAMES_SHAPES = re.compile(r"^from (jaxtyping|\.+shapes) import", re.MULTILINE)
MANY_SMALL_CALLS = (
    "isocortex.analysis.alignment",
    "isocortex.analysis.recovery",
    "isocortex.analysis.rsa",
    "isocortex.analysis.decoding",
    "isocortex.analysis.inference",
    "isocortex.recordings.matlab_structure",
)


def pytest_configure(config: pytest.Config) -> None:
    """Compiling and checks take half of the time.

    Shapes are checked in the modules that name some; in quick tests not where small functions call each other. What one
    process has compiled serves the others; only ``-m slow`` alone lets XLA optimise in full.
    """
    quick = config.option.markexpr == "not slow"
    files = [path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if NAMES_SHAPES.search(path.read_text())]
    names = [".".join(path.with_suffix("").parts) for path in files]
    checked = [name for name in names if not (quick and name.startswith(MANY_SMALL_CALLS))]
    install_import_hook(checked, "beartype.beartype")
    for name, value in COMPILED.items():
        jax.config.update(name, value)
        os.environ[name.upper()] = str(value)
    if config.option.markexpr != "slow" and "XLA_FLAGS" not in os.environ:
        plainly = os.environ | {"XLA_FLAGS": " ".join(PLAINLY)}
        known = subprocess.run([sys.executable, "-c", "import jax; jax.devices()"], env=plainly, capture_output=True)
        os.environ["XLA_FLAGS"] = plainly["XLA_FLAGS"] if known.returncode == 0 else ""  # it aborts on unknown flags


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked ``first_variant``, leave all but its first to the slow tests."""
    seen = set()
    for item in items:
        if item.get_closest_marker("first_variant"):
            name = item.nodeid.split("[")[0]
            if name in seen:
                item.add_marker("slow")
            seen.add(name)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def key() -> jax.Array:
    return jax.random.key(0)


@pytest.fixture
def run_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Return the function that runs the Python of a page in docs/ as printed, and gives what the page defines.

    It runs in ``tmp_path``, where a page may write its files.
    """

    def run(page: str) -> dict[str, Any]:
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
        assert blocks
        monkeypatch.chdir(tmp_path)
        found: dict[str, Any] = {}
        exec(compile("\n".join(blocks), page, "exec"), found)
        return found

    return run


@pytest.fixture(scope="session")
def documented() -> Callable[..., list[str]]:
    """Return the function that finds the row of a table in docs/ by its first cells, and gives the other cells.

    A test that measures such a row compares with it, so that the page says what the code does.
    """

    def rest_of_row(page: str, *first: str) -> list[str]:
        lines = (ROOT / "docs" / page).read_text().splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
        (found,) = [row[len(first) :] for row in rows if row[: len(first)] == list(first)]
        return found

    return rest_of_row


@pytest.fixture(autouse=True, scope="module")
def forgetting() -> Iterator[None]:
    """Forget compiled programs after each module, 1.5 MB each: few are needed again."""
    yield
    jax.clear_caches()
