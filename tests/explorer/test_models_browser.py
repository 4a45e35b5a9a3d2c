"""Models in a real browser: load, move a slider, click a trajectory, open a page from its file, and no error."""

import shlex
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

pytest.importorskip("panel")
import isocortex as ic
from isocortex.dynamics import WilsonCowan, fixed_points
from isocortex.explorer import export
from isocortex.explorer.views import VIEWS

MODELS = [name for name, entry in VIEWS.items() if entry.group == "Models"]
COMPILING = 120_000
"""ms, for the first frame of a model on a busy machine."""
COLUMN = """([source, name]) => {
  for (const document of Bokeh.documents) {
    const model = document.get_model_by_name(source)
    if (model != null) return Array.from(model.data instanceof Map ? model.data.get(name) : model.data[name])
  }
}"""
MOVED = """([source, name, last]) => {
  const document = Bokeh.documents.find(document => document.get_model_by_name(source) != null)
  const data = document.get_model_by_name(source).data
  const column = Array.from(data instanceof Map ? data.get(name) : data[name])
  return JSON.stringify(column) !== last
}"""


@pytest.fixture(scope="module")
def served():
    explorer = ic.explore(show=False, background=True)
    yield explorer
    explorer.stop()


@pytest.fixture
def tabs(chromium):
    """Open tabs of some width and scheme; fail if one says an error or asks for anything from outside."""
    faults, contexts = [], []

    def open_tab(address, width=1280, scheme="light"):
        contexts.append(chromium.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme))
        tab = contexts[-1].new_page()
        tab.set_default_timeout(COMPILING)
        tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("request", lambda asked: None if ours(asked.url) else faults.append(asked.url))
        tab.goto(address)
        return tab

    yield open_tab
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def view(tabs, served):
    """Open a view of the explorer and wait for its first frame."""

    def open_view(name, **how):
        address, token = served.address.split("/?")
        tab = tabs(f"{address}/{name}?{token}", **how)
        tab.locator(".bk-Figure").first.wait_for()
        tab.locator(".pn-loading").wait_for(state="detached")
        return tab

    return open_view


def ours(url):
    return url.startswith(("http://127.0.0.1", "data:", "blob:", "file:"))


def shown(tab, source, name):
    """Return a column of a source as the browser has it."""
    return np.array(tab.evaluate(COLUMN, [source, name]), float)


def until_other(tab, source, name, before):
    """Wait until the browser has another column."""
    tab.wait_for_function(MOVED, arg=[source, name, before])


def text_of(tab, source, name):
    return tab.evaluate(f"(place) => JSON.stringify(({COLUMN})(place))", [source, name])


def press(tab, key, times, slider=0):
    tab.locator(".noUi-handle").nth(slider).focus()
    for _ in range(times):
        tab.keyboard.press(key)


def test_a_slider_moves_the_synapse_and_the_code_follows(view):
    tab = view("short-term-plasticity")
    before = text_of(tab, "here", "x")
    tab.get_by_text("Show the code").click()
    tab.get_by_text("isocortex run synapses --train-rates 20").wait_for()
    press(tab, "ArrowRight", 5)
    until_other(tab, "here", "x", before)
    tab.get_by_text("isocortex run synapses --train-rates 22.5").wait_for()
    assert shown(tab, "here", "x").tolist() == [22.5]


def test_a_page_opened_from_its_file_moves_without_a_server(tabs, tmp_path):
    found = export(tmp_path / "page.html", "short-term-plasticity", over=["rate", "U0"], grid=3)
    tab = tabs(found.path.as_uri())
    tab.locator(".noUi-handle").first.wait_for()
    before = text_of(tab, "closed form", "y")
    press(tab, "ArrowRight", 1)
    until_other(tab, "closed form", "y", before)
    assert shown(tab, "here", "x").tolist() == [51.0]
    before = text_of(tab, "closed form", "y")
    press(tab, "ArrowRight", 1, slider=1)
    until_other(tab, "closed form", "y", before)
    assert shown(tab, "used", "y")[0] == pytest.approx(1.0)  # U0, the share that the first spike uses


@pytest.mark.slow
@pytest.mark.sample
def test_a_click_starts_a_trajectory_in_the_phase_plane(view, place_of):
    tab = view("wilson-cowan")
    tab.get_by_text("stable spiral").wait_for()
    before = text_of(tab, "starts", "x")
    place = place_of(tab.locator(".bk-Figure").first)
    tab.mouse.click(place["x"] + 0.6 * place["width"], place["y"] + 0.6 * place["height"])  # right of the separatrix
    until_other(tab, "starts", "x", before)
    assert len(shown(tab, "starts", "x")) == 4
    first = [shown(tab, f"course {name}", "x") for name in ("E", "I")]
    assert np.hypot(*(path[-1] - goal for path, goal in zip(first, (0.938, 0.672), strict=True))) < 0.01
    tab.get_by_text("Clear the trajectories").click()
    until_other(tab, "starts", "x", text_of(tab, "starts", "x"))
    assert len(shown(tab, "starts", "x")) == 1


@pytest.mark.slow
def test_fifty_quick_moves_end_at_the_last(view):
    tab = view("wilson-cowan")
    press(tab, "ArrowRight", 50, slider=4)
    last = f"(place) => Math.abs(({COLUMN})(place)[0] - 1) < 1e-9"  # from 0 in steps of 0.02
    tab.wait_for_function(last, arg=["now", "x"])
    found = fixed_points(WilsonCowan(I_e=1.0), {"E": (-0.05, 1.05), "I": (-0.05, 1.05)})
    np.testing.assert_allclose(shown(tab, "here", "x"), found["x"].values[:, 0], atol=1e-6)
    np.testing.assert_allclose(shown(tab, "here", "over"), 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (420, "dark")])
def test_every_model_loads_and_fits_into_the_page(view, name, width, scheme):
    tab = view(name, width=width, scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    with tab.expect_download() as saved:
        tab.get_by_text("Save the picture").click()
    assert ElementTree.parse(saved.value.path()).getroot().tag.endswith("svg")


@pytest.mark.slow
def test_memory_is_flat_over_500_moves(view):
    tab = view("wilson-cowan")
    press(tab, "ArrowRight", 20)
    used = []
    for _ in range(5):
        for _ in range(10):
            press(tab, "ArrowRight", 5)
            press(tab, "ArrowLeft", 5)
            tab.wait_for_timeout(300)
        used.append(resident())
    # the first hundred fill caches; then nothing is kept: a frame holds 60 kB, and 400 of them would be 24 MB
    assert used[-1] - used[0] < 8, used


def resident():
    """Return the memory of this process, in which the server runs, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


@pytest.mark.slow
def test_the_command_that_a_view_gives_writes_the_same_page(view, tabs, tmp_path, monkeypatch):
    from isocortex.cli import main

    monkeypatch.chdir(tmp_path)
    tab = view("rate-model")
    press(tab, "ArrowRight", 3)
    tab.get_by_text("Show the code").click()
    command = tab.get_by_text("isocortex explore --export").inner_text().splitlines()[-1]
    tab.wait_for_timeout(1000)
    main([*shlex.split(command)[1:], "--grid", "5"])
    page = tabs((tmp_path / "rate-model.html").as_uri())
    page.locator(".noUi-handle").first.wait_for()
    np.testing.assert_allclose(shown(page, "slope", "x"), shown(tab, "slope", "x"), atol=1e-6)
