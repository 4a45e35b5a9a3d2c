"""Tables of named things of one kind, open from outside by ``register`` and by entry points."""

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from .errors import require, unknown

Entry = TypeVar("Entry")


class Registry(Mapping[str, Entry], Generic[Entry]):
    """A table of named entries, which are all instances of one dataclass.

    Another package adds an entry with :meth:`register`, or without being imported by an entry point of the group
    ``isocortex.<plural>`` in its ``pyproject.toml``, whose object is the entry::

        [project.entry-points."isocortex.similarities"]
        my-similarity = "my_package.measures:ENTRY"

    Entry points are looked up when the names are listed, or when a name is not among the package's own.

    Parameters
    ----------
    kind : str
        What one entry is called in an error message, such as ``"similarity"``.
    plural : str
        The end of the name of the group of entry points.
    entries : mapping of str to entry
        The package's own.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Colour:
    ...     code: str
    >>> colours = Registry("colour", "colours", {"red": Colour("#f00")})
    >>> colours.register("blue", Colour("#00f"))
    >>> colours["blue"].code
    '#00f'
    """

    def __init__(self, kind: str, plural: str, entries: Mapping[str, Entry]) -> None:
        self.kind = kind
        self.group = f"isocortex.{plural}"
        self._entries = dict(entries)
        self._outside_is_known = False

    def register(self, name: str, entry: Entry) -> None:
        """Add an entry under a name that is still free.

        Raises
        ------
        InputError
            If the name is taken, or if the entry is not of the kind of the others.
        """
        self._load_outside()
        self._add(name, entry)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            self._load_outside()
        if name not in self._entries:
            raise KeyError(name)
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        self._load_outside()
        return iter(self._entries)

    def __len__(self) -> int:
        self._load_outside()
        return len(self._entries)

    def named(self, name: str) -> Entry:
        """Return the entry of a name.

        Raises
        ------
        InputError
            For an unknown name; the message suggests the nearest one.
        """
        if name not in self:
            raise unknown(self.kind, name, self)
        return self[name]

    def _add(self, name: str, entry: Entry) -> None:
        require(name not in self._entries, f"There is already a {self.kind} named {name!r}.")
        expected = type(next(iter(self._entries.values())))
        require(
            isinstance(entry, expected),
            f"An entry for a {self.kind} is a {expected.__name__}; {name!r} is a {type(entry).__name__}.",
        )
        self._entries[name] = entry

    def _load_outside(self) -> None:
        """Add what other installed packages offer, once."""
        if self._outside_is_known:
            return
        self._outside_is_known = True
        for point in entry_points(group=self.group):
            self._add(point.name, point.load())
