"""Shape checks are switched on for the whole package, before anything of it is imported."""

from collections.abc import Iterator

from jaxtyping import install_import_hook

install_import_hook("isocortex", "beartype.beartype")

import jax  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")


def pytest_configure(config: pytest.Config) -> None:
    """Most of the time is compiling: workers, and one session after another, share it through pytest's cache."""
    if hasattr(config, "cache"):
        jax.config.update("jax_compilation_cache_dir", str(config.cache.mkdir("programs")))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def key() -> jax.Array:
    return jax.random.key(0)


@pytest.fixture(autouse=True, scope="module")
def forgetting() -> Iterator[None]:
    """Forget compiled programs after each module, 1.5 MB each: what is needed again is read from pytest's cache."""
    yield
    jax.clear_caches()
