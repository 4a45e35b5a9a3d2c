"""How long a frame of the explorer takes after the first: what is computed and put into the sources, for every model.

Run: python benchmarks/explorer.py
"""

import time

import numpy as np

from isocortex.cores import use_compilation_cache
from isocortex.explorer import VIEWS, Context
from isocortex.explorer.models.moving import Moving

FRAMES = 50


def seconds(view: Moving) -> tuple[float, np.ndarray]:
    """Return the time of the first frame, and of the others, the first slider one step further each time."""
    begun = time.perf_counter()
    view.body()
    first = time.perf_counter() - begun
    knob, taken = view.knobs[0], []
    for step in range(1, FRAMES + 1):
        begun = time.perf_counter()
        view.show(view.frame(view.values | {knob.name: knob.value + step % 10 * knob.step}))
        taken.append(time.perf_counter() - begun)
    return first, np.array(taken)


def main() -> None:
    use_compilation_cache()
    print(f"{'view':24}{'first':>8}{'median':>10}{'slowest':>10}")
    for name, entry in VIEWS.items():
        view = entry.make(Context()) if entry.group == "Models" else None
        if isinstance(view, Moving):
            first, taken = seconds(view)
            print(f"{name:24}{first:6.1f} s{1e3 * np.median(taken):7.0f} ms{1e3 * taken.max():7.0f} ms")


if __name__ == "__main__":
    main()
