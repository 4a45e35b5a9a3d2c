"""Walk through a MATLAB file of version 5 before SciPy reads it, whose compiled reader trusts the file.

One wrong byte, the type of an array's data, ends the interpreter there. Every tag, size and count is therefore checked
here against the format (MathWorks, MAT-File Format, "Level 5 MAT-Files").
"""

import math
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from struct import unpack_from
from typing import NamedTuple

from .arrays import require_memory

HEADER_BYTES = 128
HEAD_BYTES = 2**12
"""Bytes of a variable within which its class, size and name stand: at most 32 dimensions, and a name of 63 letters."""
ITEM_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}
"""Type of an element of numbers → bytes of one number."""
INT8, INT32, UINT32, MATRIX, COMPRESSED, UTF8 = 1, 5, 6, 14, 15, 16
TEXTS = (UTF8, 17, 18)
CELL, STRUCT, OBJECT, CHAR, SPARSE, FUNCTION, OPAQUE = 1, 2, 3, 4, 5, 16, 17
NUMERIC = range(6, 16)
CLASSES = {
    CELL: "cell",
    STRUCT: "struct",
    OBJECT: "object",
    CHAR: "char",
    SPARSE: "sparse matrix",
    FUNCTION: "function",
}
COMPLEX = 1 << 11
MOST_DIMENSIONS = 32


class Variable(NamedTuple):
    """Name, class and size of a variable; the class is "numeric", one of :data:`CLASSES`, or MATLAB's own name."""

    name: str
    kind: str
    shape: tuple[int, ...]
    flags: int = 0


class Elements:
    """The elements in a stretch of bytes, taken one after the other."""

    def __init__(self, data: memoryview, order: str) -> None:
        self.data, self.order, self.at = data, order, 0

    def take(self, *kinds: int) -> tuple[int, memoryview]:
        """Return type and content of the next element, whose type must be one of `kinds`."""
        kind, size, start, after = self._tag()
        _require(kind in kinds, f"byte {self.at}: an element of type {kind}")
        _require(size <= len(self.data) - start, f"byte {self.at}: an element of {size} bytes is cut off")
        self.at = after
        return kind, self.data[start : start + size]

    def integers(self) -> tuple[int, ...]:
        """Return an element of 32-bit integers."""
        _, content = self.take(INT32, UINT32)
        _require(len(content) % 4 == 0, f"byte {self.at}: {len(content)} bytes of 32-bit integers")
        return unpack_from(f"{self.order}{len(content) // 4}i", content)

    def text(self) -> str:
        """Return an element of single-byte text."""
        return bytes(self.take(INT8, UTF8)[1]).decode("latin1")

    def numbers(self, count: int) -> None:
        """Pass over an element of so many numbers."""
        kind, content = self.take(*ITEM_BYTES)
        _require(len(content) == count * ITEM_BYTES[kind], f"byte {self.at}: {len(content)} bytes of {count} numbers")

    def _tag(self) -> tuple[int, int, int, int]:
        """Return type and size of the next element, where its content starts, and where the next one does."""
        first, size = unpack_from(f"{self.order}II", self.data, self.at)
        if first >> 16:  # up to four bytes of content stand in the tag itself
            _require(first >> 16 <= 4, f"byte {self.at}: {first >> 16} bytes in a tag")
            return first & 0xFFFF, first >> 16, self.at + 4, self.at + 8
        padding = 0 if first == COMPRESSED else -size % 8
        return first, size, self.at + 8, self.at + 8 + size + padding


def check_structure(path: Path, content: memoryview, wanted: Collection[str] | None = None) -> list[Variable]:
    """Check every tag of the wanted variables, of all by default, and return what all variables of the file are.

    Raises
    ------
    ValueError, struct.error, zlib.error, RecursionError
        If the content is not a whole file of version 5.
    InputError
        If a wanted variable is too large for the memory.
    """
    orders = {b"IM": "<", b"MI": ">"}
    order = orders.get(bytes(content[126:HEADER_BYTES]), "<")
    version_5 = len(content) >= HEADER_BYTES and unpack_from(f"{order}H", content, 124) == (0x0100,)
    _require(version_5 and 0 not in content[:4], "its header is not of version 5 or 7.3; MATLAB's save -v7 writes one")
    elements = Elements(content[HEADER_BYTES:], order)
    return list(_variables(path, elements, wanted))


def _variables(path: Path, elements: Elements, wanted: Collection[str] | None) -> Iterator[Variable]:
    """Check the variables of a file, each plain or compressed."""
    order = elements.order
    while elements.at < len(elements.data):
        kind, content = elements.take(MATRIX, COMPRESSED)
        size = len(content)
        head = content
        if kind == COMPRESSED:
            start = zlib.decompressobj().decompress(content, HEAD_BYTES)
            found, size = unpack_from(f"{order}II", start)
            _require(found == MATRIX, f"a compressed element of type {found}")
            head = memoryview(start)[8 : 8 + size]
        _require(kind == COMPRESSED or size % 8 == 0, f"a variable of {size} bytes")
        variable = _header(Elements(head, order))
        if wanted is None or variable.name in wanted:
            require_memory(path, variable.name, size)
            if kind == COMPRESSED:
                whole = zlib.decompressobj().decompress(content, 8 + size)
                _, content = Elements(memoryview(whole), order).take(MATRIX)
            _matrix(content, order)
        yield variable


def _header(elements: Elements) -> Variable:
    """Return what a variable is, and leave `elements` at its content."""
    flags = elements.integers()
    _require(len(flags) == 2, f"{len(flags)} flags of a variable")
    kind = flags[0] & 0xFF
    if kind == OPAQUE:
        name, _, its_class = elements.text(), elements.text(), elements.text()
        return Variable(name, its_class, (), flags[0])
    shape = elements.integers()
    _require(1 <= len(shape) <= MOST_DIMENSIONS and min(shape) >= 0, f"a variable of size {shape}")
    return Variable(elements.text(), CLASSES.get(kind, "numeric"), shape, flags[0])


def _matrix(content: memoryview, order: str) -> None:
    """Check the elements of one variable, or of one cell or field of it."""
    if not content:
        return
    elements = Elements(content, order)
    name, _, shape, flags = _header(elements)
    kind, count, parts = flags & 0xFF, math.prod(shape), 2 if flags & COMPLEX else 1
    if kind in NUMERIC:
        for _ in range(parts):
            elements.numbers(count)
    elif kind == CHAR:
        _, characters = elements.take(*ITEM_BYTES, *TEXTS)
        _require(count <= len(characters), f"{name!r} has {len(characters)} bytes of {count} characters")
    elif kind == SPARSE:
        for _ in range(2 + parts):  # rows, columns, values
            elements.take(*ITEM_BYTES)
    elif kind == CELL:
        _matrices(elements, count)
    elif kind in (STRUCT, OBJECT):
        if kind == OBJECT:
            elements.text()
        fields = _fields(elements)
        _require(fields > 0 or count <= 1, f"{name!r} is {count} structs without a field")
        _matrices(elements, count * fields)
    elif kind in (FUNCTION, OPAQUE):
        _matrices(elements, 1)
    else:
        raise ValueError(f"{name!r} is of the unknown class {kind}")
    _require(elements.at >= len(content), f"{name!r} ends {len(content) - elements.at} bytes early")


def _matrices(elements: Elements, count: int) -> None:
    """Check so many variables inside of another."""
    for _ in range(count):
        _matrix(elements.take(MATRIX)[1], elements.order)


def _fields(elements: Elements) -> int:
    """Return how many fields a struct has."""
    longest = elements.integers()
    _require(len(longest) == 1 and longest[0] > 0, f"fields with names of {longest} bytes")
    return len(elements.take(INT8, UTF8)[1]) // longest[0]


def _require(condition: bool, message: str) -> None:
    """Raise a ValueError unless the condition holds; the caller names the file."""
    if not condition:
        raise ValueError(message)
