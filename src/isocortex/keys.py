"""Random numbers of NumPy from keys of JAX."""

import jax
import numpy as np

from .shapes import PRNGKey


def generator(key: PRNGKey) -> np.random.Generator:
    """Return NumPy's generator seeded with a key: nothing is compiled, which for few numbers would take longest.

    Examples
    --------
    >>> import jax
    >>> int(generator(jax.random.key(0)).integers(100)), int(generator(jax.random.key(1)).integers(100))
    (85, 52)
    """
    return np.random.default_rng(np.asarray(jax.random.key_data(key)))
