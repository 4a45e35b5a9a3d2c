"""How many steps a duration has."""

import math

from ...errors import require


def whole_steps(duration: float | int, dt: float | int, name: str = "duration") -> int:
    """Return the number of steps, checked."""
    require(math.isfinite(duration) and duration > 0, f"{name} must be above 0 ms; got {duration}.")
    n = round(duration / dt)
    require(
        n >= 1 and abs(n * dt - duration) <= 1e-6 * dt * n,
        f"{name} must be a whole number of steps of {dt:g} ms; got {duration:g} ms.",
    )
    return n
