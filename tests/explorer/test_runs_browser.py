"""Runs and recordings in a real browser: filter, compare, open, point at a cell, turn, play, drop, and no error."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("panel")
import isocortex as ic
from isocortex.explorer.parts.rotation import projected

from .conftest import ANGLES, LABEL, _bumps

BUSY = 120_000
"""ms, on a machine that does much else."""
ROWS = """([kind, n]) => {
  const below = each => [each, ...(each.shadowRoot ? inside(each.shadowRoot) : [])]
  const inside = root => [...root.querySelectorAll("*")].flatMap(below)
  return inside(document).filter(each => each.classList.contains(kind)).length == n
}"""
SERVE = "import sys, isocortex; isocortex.explore(sys.argv[1], show=False)"


@pytest.fixture(scope="module")
def address(runs, chromium, tmp_path_factory):
    """The address of an explorer in a process of its own, which must not have failed in the end."""
    log = tmp_path_factory.mktemp("log") / "stderr"
    words = [sys.executable, "-u", "-c", SERVE, str(runs)]
    with log.open("w") as errors, subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        yield said[said.index("http") :].strip()
        server.terminate()
    assert "A view of the explorer failed" not in log.read_text()


@pytest.fixture
def page(chromium, address):
    """A page that opens an address of the explorer, and fails if the browser found an error."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
    tab.set_default_timeout(BUSY)
    errors = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))

    def open_page(path):
        place, token = address.split("/?")
        tab.goto(f"{place}{path}{'&' if '?' in path else '?'}{token}")
        return tab

    yield open_page
    assert errors == []
    tab.close()


def open_run(page, runs, experiment, tab):
    name = sorted(path.name for path in runs.glob(f"{experiment}-*"))[0]
    opened = page(f"/run?run={name}")
    opened.get_by_text("Because.").wait_for()
    opened.get_by_text(tab, exact=True).click()
    return opened, runs / name


@pytest.mark.slow
def test_runs_are_filtered_and_two_stand_side_by_side(page, runs):
    tab = page("/runs?of=orientation-v1")
    tab.get_by_text("3 runs of 3").wait_for()
    tab.get_by_label("Show only runs with").fill("tau > 60")
    tab.keyboard.press("Enter")
    tab.get_by_text("2 runs of 3").wait_for()
    boxes = tab.locator(".tabulator-row input[type=checkbox]")
    tab.wait_for_function(ROWS, arg=["tabulator-row", 2])
    for n in (1, 2):
        boxes.nth(n - 1).click()
        tab.wait_for_function(ROWS, arg=["tabulator-selected", n])
    tab.get_by_role("heading", name="Side by side").wait_for()
    options = tab.locator(".scrolled").first
    options.get_by_text("150.0").wait_for()
    options.get_by_text("100.0").wait_for()
    rows = options.locator("tbody tr").all_inner_texts()
    assert [re.split(r"\s+", row) for row in rows] == [["seed", "≠", "1", "2"], ["tau", "≠", "100.0", "150.0"]]


@pytest.mark.slow
def test_the_numbers_of_a_run_are_those_of_its_summary(page, runs):
    name = sorted(path.name for path in runs.glob("orientation-v1-*"))[0]
    tab = page(f"/run?run={name}")
    tab.get_by_label("Show only numbers with").fill("rsa.pool")
    tab.keyboard.press("Enter")
    row = tab.locator(".tabulator-row", has_text="rsa.pool.trained")
    row.wait_for()
    summary = json.loads((runs / name / "summary.json").read_text())
    cells = [row.locator(f"[tabulator-field={column}]").inner_text() for column in ("value", "low", "high")]
    shown = [float(cell.replace("−", "-")) for cell in cells]
    assert shown == pytest.approx([summary[f"rsa.pool.trained.{end}"] for end in ("mean", "low", "high")], rel=5e-4)
    tab.get_by_text("Show the code").click()
    tab.get_by_text(f"isocortex show {runs / name} --keys").wait_for()


@pytest.mark.slow
def test_a_cell_of_an_rdm_names_its_two_stimuli(page, runs, place_of):
    tab, folder = open_run(page, runs, "orientation-v1", "RDM")
    tab.get_by_text("Point at a cell").wait_for()
    canvas = place_of(tab.locator("canvas").first)
    tab.mouse.move(canvas["x"] + 0.4 * canvas["width"], canvas["y"] + 0.3 * canvas["height"])
    told = tab.get_by_text("1 − Pearson correlation")
    told.wait_for()
    first, second = (float(tab.locator("b").nth(i).inner_text().strip("°").replace("−", "-")) for i in (0, 1))
    assert {first, second} <= set(ANGLES.tolist())
    said = float(re.search(r"correlation ([\d.]+)", told.inner_text())[1])
    rdm = ic.rsa.rdm(ic.load_run(folder).responses["animal 1"]).square()[0]
    i, j = (int(np.flatnonzero(angle == ANGLES)[0]) for angle in (first, second))
    assert said == pytest.approx(rdm[i, j], rel=1e-3)
    assert tab.locator("img").count() == 2


@pytest.mark.slow
def test_the_interval_moves_with_the_measure(page, runs):
    tab, _ = open_run(page, runs, "orientation-v1", "Comparison")
    tab.get_by_text("The largest similarity").wait_for()
    before = tab.get_by_text("The largest similarity").inner_text()
    tab.get_by_label("Similarity of RDMs").select_option("spearman")
    tab.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    tab.get_by_text("The noise ceiling (grey) is").wait_for()


@pytest.mark.slow
def test_the_state_space_turns_under_the_pointer_as_python_computes_it(page, runs, place_of):
    tab, _ = open_run(page, runs, "perceptual-decision", "State space")
    tab.get_by_text("Drag the picture to turn it").wait_for()
    canvas = place_of(tab.locator("canvas").first)
    middle = (canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 60, middle[1] + 20, steps=6)
    tab.mouse.up()
    tab.wait_for_timeout(500)
    found = tab.evaluate(
        """() => {
          const models = [...Bokeh.documents[0]._all_models.values()]
          const slider = title => models.find(m => m.title == title).value
          const store = models.find(m => m.data?.points != null).data
          const lines = models.find(m => m.data?.xs != null && m.data?.strength != null).data
          return {azimuth: slider("Turn around (°)"), elevation: slider("Tilt (°)"), points: [...store.points[0]],
                  xs: [...lines.xs].map(x => [...x]), ys: [...lines.ys].map(y => [...y])}
        }"""
    )
    assert found["azimuth"] != -60
    points = np.reshape(found["points"], (len(found["xs"]), -1, 3))
    across, up = projected(points, float(found["azimuth"]), float(found["elevation"]))
    assert np.asarray(found["xs"]) == pytest.approx(across, abs=1e-6)
    assert np.asarray(found["ys"]) == pytest.approx(up, abs=1e-6)


@pytest.mark.slow
def test_a_trial_is_played(page, runs):
    tab, folder = open_run(page, runs, "perceptual-decision", "One trial")
    tab.get_by_text("The network answers this trial").wait_for()
    tab.locator("input[type=range]").first.fill("5")
    tab.wait_for_timeout(500)
    shown = tab.evaluate(
        "() => [...[...Bokeh.documents[0]._all_models.values()].find(m => m.data?.state != null).data.state]"
    )
    state = ic.load_run(folder).responses["trained/rate"].isel(seed=0, trial=0, time=5).values
    assert shown == pytest.approx(state.tolist(), rel=1e-5)


@pytest.mark.slow
def test_files_are_dropped_broken_ones_too_and_the_server_lives_on(page, tmp_path, place_of):
    good, broken, labelled = tmp_path / "v1.npz", tmp_path / "broken.npz", tmp_path / "labels.csv"
    np.savez(good, responses=_bumps(np.random.default_rng(0), 4, 20), stimuli=ANGLES)
    broken.write_bytes(good.read_bytes()[:500])
    labelled.write_text(f'stimulus,u1,u2,u3\nface,1,2,5\nhand,3,1,2\n"{LABEL}",0,5,1\n')
    says = {
        broken: "broken.npz is not an NPZ file, or was cut off",
        good: "v1.npz holds v1 (4 repeats × 12 stimuli × 20 units)",
        labelled: "labels.csv holds labels (3 stimuli × 3 units)",
    }
    for path, words in says.items():
        tab = page("/recording")
        tab.locator("input[type=file]").set_input_files(path)
        tab.get_by_text(words).wait_for()
    canvas = place_of(tab.locator("canvas").first)
    tab.mouse.move(canvas["x"] + 0.25 * canvas["width"], canvas["y"] + 0.8 * canvas["height"])
    tab.get_by_text("1 − Pearson correlation").wait_for()
    assert LABEL in tab.locator("b").all_inner_texts()
    assert "caught" not in tab.title()


@pytest.mark.slow
def test_every_page_fits_a_telephone(page, runs):
    names = [
        sorted(path.name for path in runs.glob(f"{kind}-*"))[0] for kind in ("orientation-v1", "perceptual-decision")
    ]
    for path in ("/runs", "/recording", *(f"/run?run={name}" for name in names)):
        tab = page(path)
        tab.set_viewport_size({"width": 420, "height": 900})
        tab.wait_for_timeout(1500)
        widths = tab.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], path
