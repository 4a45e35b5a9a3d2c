"""Shape checks are switched on for the whole package, before anything of it is imported."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from jaxtyping import install_import_hook

install_import_hook("isocortex", "beartype.beartype")

import jax  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")


def pytest_configure(config: pytest.Config) -> None:
    """Half of the time is compiling: the quick tests do it plainly where XLA can, the slow ones as users do."""
    if config.option.markexpr == "not slow" and "XLA_FLAGS" not in os.environ:
        plainly = os.environ | {"XLA_FLAGS": "--xla_backend_optimization_level=1 --xla_cpu_use_fusion_emitters=false"}
        known = subprocess.run([sys.executable, "-c", "import jax; jax.devices()"], env=plainly, capture_output=True)
        os.environ["XLA_FLAGS"] = plainly["XLA_FLAGS"] if known.returncode == 0 else ""  # it aborts on unknown flags


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def key() -> jax.Array:
    return jax.random.key(0)


@pytest.fixture(scope="session")
def documented() -> Callable[..., list[str]]:
    """Return the function that finds the row of a table in docs/ by its first cells, and gives the other cells.

    A test that measures such a row compares with it, so that the page says what the code does.
    """

    def rest_of_row(page: str, *first: str) -> list[str]:
        lines = (Path(__file__).parents[1] / "docs" / page).read_text().splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
        (found,) = [row[len(first) :] for row in rows if row[: len(first)] == list(first)]
        return found

    return rest_of_row


@pytest.fixture(autouse=True, scope="module")
def forgetting() -> Iterator[None]:
    """Forget compiled programs after each module, 1.5 MB each: few are needed again."""
    yield
    jax.clear_caches()
