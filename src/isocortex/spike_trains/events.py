"""Find the spikes around events."""

import numpy as np
from jaxtyping import Float, Int

from ..errors import require


def around(
    times: Float[np.ndarray, " spike"],
    trial: Int[np.ndarray, " spike"],
    at: Float[np.ndarray, " event"],
    of: Int[np.ndarray, " event"],
    window: tuple[float | int, float | int],
    recorded: tuple[float, float],
) -> tuple[Int[np.ndarray, " taken"], Int[np.ndarray, " taken"]]:
    """Return which spikes lie in the window around which event; `of` is the trial of every event."""
    before, after = window
    start, stop = recorded
    require(len(at) > 0, "There is no event.")
    require(bool(before < after), f"A window must start before it ends; got {before:g}…{after:g} ms.")
    outside = ~((at + before >= start) & (at + after <= stop))
    require(
        not outside.any(),
        f"The window {before:g}…{after:g} ms around the event at {at[np.argmax(outside)]:g} ms reaches beyond the "
        f"recording, {start:g}…{stop:g} ms; leave such events out.",
    )
    spikes = trial + 1j * times  # complex numbers are sorted by the real part, then by the imaginary one
    first, last = (np.searchsorted(spikes, of + 1j * (at + edge)) for edge in window)
    n = last - first
    taken = np.arange(n.sum()) + np.repeat(first - (np.cumsum(n) - n), n)
    return taken, np.repeat(np.arange(len(at)), n)
