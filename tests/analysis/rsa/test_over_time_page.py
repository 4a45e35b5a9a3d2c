"""docs/rsa-over-time.md and docs/power.md: their examples run and find what is there, and every option is named."""

from pathlib import Path

import pytest

from isocortex.experiments.comparison.power import Power
from isocortex.experiments.shared.options import options_of

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.slow
def test_the_examples_over_time_and_units_run(run_page, tmp_path):
    made = run_page("rsa-over-time.md")
    (cluster,) = made["found"].clusters.query("p < 0.05").to_dict("records")
    assert cluster["model"] == "features"
    assert {path.name for path in tmp_path.iterdir()} == {"courses.svg", "strip.svg"}
    light, here = made["light"], made["places"][:, 0] < 0.35
    assert (light.p.sel(model="features").values[here] < 0.05).mean() > 0.9
    assert (light.p.sel(model="other").values > 0.05).all()


@pytest.mark.slow
def test_the_example_of_power_runs(run_page):
    table = run_page("power.md")["found"].recovered
    for measure in ("rsa", "cka"):
        few, many = table[table["measure"] == measure]["recovered"]
        assert 1 / 3 < few < many


def test_the_page_of_power_names_its_options():
    page = (DOCS / "power.md").read_text()
    own = set(options_of(Power)) - {"models", "data", "names", "seed", "out", "resume"}
    assert all(f"`--{name}`" in page for name in own)
