"""Start the explorer; light to import, so that a missing extra is a sentence."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import require
from ..user_code import made_by

if TYPE_CHECKING:
    from .server import Explorer


def explore(
    *folders: str | Path,
    systems: Sequence[str] = (),
    port: int = 0,
    show: bool = True,
    background: bool = False,
) -> "Explorer":
    """Open the explorer in the browser: models to move, runs to read, recordings to look at.

    The page is served to this machine alone (127.0.0.1), and to who has the token in its address.

    Parameters
    ----------
    *folders : str or Path
        Folders of runs and recordings; no file outside them is opened. Default the folder ``runs``, if there is one.
    systems : sequence of str
        Systems of two variables by ``module:Class`` or ``file.py:Class``, which get a view of their own. The code is
        run, so name only what you trust.
    port : int
        Default 0: any free one.
    show : bool
        Whether to open the browser. Default True.
    background : bool
        Whether to return at once and serve from a thread, as in a notebook. Default False: serve until Ctrl-C.

    Returns
    -------
    Explorer
        With its ``address``, and ``stop()``.

    Raises
    ------
    InputError
        If the extra is not installed, a folder or a system cannot be used, or the port is taken.

    Examples
    --------
    >>> explorer = explore(show=False, background=True)
    >>> explorer.address.startswith("http://127.0.0.1:")
    True
    >>> explorer.stop()
    """
    paths = [Path(folder) for folder in folders] or [path for path in [Path("runs")] if path.is_dir()]
    for path in paths:
        require(path.is_dir(), f"The explorer opens folders; {str(path)!r} is none.")
    require_extra()
    from .server import Explorer

    made = {place: made_by(place, what="system", kind="class") for place in systems}
    explorer = Explorer(tuple(paths), made, port=port)
    explorer.serve(show=show, background=background)
    return explorer


def require_extra() -> None:
    """Raise an InputError that says what to install, unless the extra is there."""
    there = all(find_spec(name) for name in ("bokeh", "panel"))
    require(there, "The explorer needs the extra 'explore': pip install 'isocortex[explore]'.")
