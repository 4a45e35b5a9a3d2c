"""Small files written whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys and no NaN, through a temporary file beside it."""
    partial = path.with_name(path.name + ".tmp")
    partial.write_text(
        json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n", "utf-8"
    )
    os.replace(partial, path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text("utf-8"))
