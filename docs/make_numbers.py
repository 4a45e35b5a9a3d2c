"""Write docs/numbers.md: what every number of every experiment is."""

from pathlib import Path

from isocortex.experiments import EXPERIMENTS, experiment
from isocortex.report import numbers_page

if __name__ == "__main__":
    page = numbers_page({name: experiment(name).quantities() for name in sorted(EXPERIMENTS)})
    (Path(__file__).parent / "numbers.md").write_text(page, "utf-8")
