"""How tables of runs look: in the colours of the page, for light and for dark."""

from pathlib import Path

TABLE = Path(__file__).with_name("table.css").read_text()
