"""A browser that opens the pages of the explorer, and a folder of small runs to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from isocortex import responses, rsa
from isocortex.runs import Run

CHROMIUM = Path("/usr/bin/chromium")
ANGLES = np.arange(-90.0, 90, 15)
LABEL = "<script>document.title='caught'</script>"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's browser, driven by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="This test drives a browser by Playwright.")
    if not CHROMIUM.exists():
        pytest.skip(f"This test needs a browser: apt install chromium puts one at {CHROMIUM}.")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs with layers beside animals, one of a network in time, and one whose stimuli have bad labels."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (0, 1, 2):
        _beside_animals(folder, seed)
    _in_time(folder)
    _labelled(folder)
    return folder


@pytest.fixture
def executed() -> Callable[[str], dict[str, Any]]:
    """Run lines of Python, and return the names that they define."""

    def run(lines: str) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec(lines, names)
        return names

    return run


def _bumps(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return tuned responses with noise, shape (…, stimulus, unit)."""
    preferred = rng.uniform(-90, 90, shape[-1])
    tuned = np.exp(2 * np.cos(np.deg2rad(2 * (ANGLES[:, None] - preferred))) - 2)
    return (tuned + 0.2 * rng.normal(size=(*shape[:-1], len(ANGLES), shape[-1]))).astype(np.float32)


def _beside_animals(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    animals = {f"animal {i}": responses(_bumps(rng, 30), stimuli=ANGLES) for i in (1, 2, 3)}
    layers = {
        f"trained/{name}": responses(_bumps(rng, 2, units), stimuli=ANGLES, dims=("seed", "stimulus", "unit"))
        for name, units in {"pool": 12, "fc": 6}.items()
    }
    data = rsa.rdm(animals)
    models = {name: rsa.rdm(x) for name, x in layers.items()}
    table = rsa.compare(models, data, method="pearson", factors=("subject", "seed"))
    ceiling = rsa.noise_ceiling(data, "pearson")
    numbers = {
        f"rsa.{name.removeprefix('trained/')}.trained.{what}": float(table.loc[name, what])
        for name in models
        for what in ("mean", "low", "high")
    } | {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
    options = {"dissimilarity": "correlation", "similarity": "pearson", "seed": seed, "tau": 50.0 * (seed + 1)}
    options |= {"spatial_frequency": 1 / 28, "resolution": 0.05, "task": "tilt" if seed else "boundary"}
    _write(folder, "orientation-v1", options, numbers, {**animals, **layers})


def _in_time(folder: Path) -> None:
    rng = np.random.default_rng(0)
    coherence, right = np.repeat([0.0, 50.0], 10), np.tile([0, 1], 10)
    shown: dict[str, Any] = {
        "coherence": ("trial", coherence),
        "right": ("trial", right),
        "stimulus": ("trial", [f"coherence {c:g}, right {r}" for c, r in zip(coherence, right, strict=True)]),
        "time": 20.0 * np.arange(8),
    }
    inputs = xr.DataArray(rng.normal(size=(20, 8, 2)), {**shown, "unit": ["left", "right"]}, ("trial", "time", "unit"))
    sides = (2 * right - 1)[:, None, None] * np.linspace(0, 1, 8)[:, None]
    states = sides * rng.normal(size=5) + 0.1 * rng.normal(size=(2, 20, 8, 5))
    done = {
        "correct": (("seed", "trial"), rng.random((2, 20)) < 0.8),
        "choice": (("seed", "trial"), np.tile(right, (2, 1))),
    }
    rate = xr.DataArray(states, {**shown, **done, "unit": np.arange(5)}, ("seed", "trial", "time", "unit"))
    output = rate.isel(unit=slice(2)).assign_coords(unit=["left", "right"])
    groups = {"input": inputs, "target": inputs, "trained/rate": rate, "trained/output": output}
    _write(folder, "perceptual-decision", {"seed": 0, "tau": 100.0}, {"accuracy.trained.mean": 0.8}, groups)


def _labelled(folder: Path) -> None:
    rng = np.random.default_rng(0)
    x = responses(
        rng.normal(size=(3, 4, 6)), stimuli=["face", "hand", LABEL, "tree"], dims=("repeat", "stimulus", "unit")
    )
    _write(folder, "decode-it", {"seed": 0, "data": LABEL}, {"accuracy": 0.5}, {"monkey": x})


def _write(folder: Path, experiment: str, options: dict, numbers: dict, groups: dict) -> None:
    run = Run.create(experiment, options, out=folder)
    run.summary(numbers)
    run.responses(groups)
    quantities = {key: {"meaning": "A number", "unit": ""} for key in numbers}
    words = {"question": "Why?", "answer": "Because.", "methods": [], "references": [], "meanings": {}}
    run.describe(**words, quantities=quantities)
    run.close()
    run.finish()


@pytest.fixture(scope="session")
def place_of() -> Callable[[Any], dict[str, float]]:
    """Return the function that says where a figure of a page is, once it no longer moves: a page fills bit by bit."""

    def resting(figure: Any) -> dict[str, float]:
        before, place = None, figure.bounding_box()
        while place != before:
            figure.page.wait_for_timeout(500)
            before, place = place, figure.bounding_box()
        return place

    return resting
