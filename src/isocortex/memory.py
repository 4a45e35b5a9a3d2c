"""How much memory the machine has, so that what cannot fit is refused before it is taken."""

import ctypes
import os
import subprocess
import sys

from .errors import require

LARGEST_SHARE = 1 / 4
"""Of the machine's memory, that one array may take: a computation holds a few of its size at once."""


class _MemoryStatus(ctypes.Structure):
    """What Windows fills in: MEMORYSTATUSEX of sysinfoapi.h."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total_physical", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 6),
    )


def physical_memory() -> int:
    """Return how many bytes of memory the machine has: on Linux, macOS and Windows.

    Examples
    --------
    >>> physical_memory() > 2**20
    True
    """
    if sys.platform == "win32":
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return status.total_physical
    if sys.platform == "darwin":
        return int(subprocess.run(["sysctl", "-n", "hw.memsize"], check=True, capture_output=True).stdout)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def require_memory(needed: int, what: str, advice: str) -> None:
    """Raise unless an array takes at most a quarter of the machine's memory.

    Parameters
    ----------
    needed : int
        Bytes.
    what : str
        The subject of the message, with its verb: "2 recordings need".
    advice : str
        What to do instead.

    Raises
    ------
    InputError
    """
    require(
        needed < LARGEST_SHARE * physical_memory(),
        f"{what} {needed / 1e9:.1f} GB, more than a quarter of this machine's memory; {advice}.",
    )
