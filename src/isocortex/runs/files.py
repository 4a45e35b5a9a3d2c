"""Write files completely or not at all."""

import errno
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import DiskFullError

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system calls a full disk, and a user's share of it that is used up."""


@contextmanager
def whole(path: Path, size: int) -> Iterator[Path]:
    """Yield the name of a temporary file beside `path`, which takes its place once it is written.

    Raises
    ------
    DiskFullError
        If the disk has no room for it; `size`, in bytes, says how much it needs.
    """
    partial = path.with_name(path.name + ".tmp")
    try:
        yield partial
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:  # HDF5 gives the reason in words only
        if getattr(error, "errno", None) not in FULL and os.strerror(errno.ENOSPC) not in str(error):
            raise
        needed, free = math.ceil(size / 1e5) / 10, shutil.disk_usage(path.parent).free / 1e6
        raise DiskFullError(
            f"The disk is full: {path} needs {needed:.1f} MB, and {free:.1f} MB are free. Make room for it."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file by way of a temporary one beside it."""
    with whole(path, len(content)) as partial:
        partial.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys and no NaN."""
    text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"
    write_whole(path, text.encode())


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text("utf-8"))
