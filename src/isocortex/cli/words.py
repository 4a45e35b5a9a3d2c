"""Options of a command itself, apart from the words that it hands on."""

from collections.abc import Mapping, Sequence

from ..errors import InputError, require


def parted(
    words: Sequence[str], *, many: Sequence[str] = (), one: Sequence[str] = (), flags: Sequence[str] = ()
) -> tuple[dict[str, list[str]], list[str]]:
    """Return a command's own options with their words, and all other words in order.

    Parameters
    ----------
    words : sequence of str
    many, one, flags : sequence of str
        Options that take one word or more, exactly one, and none.

    Raises
    ------
    InputError
        If one is given twice, or without what it needs.

    Examples
    --------
    >>> parted(["a", "--vary", "x=1", "y=2", "--seed", "3"], many=["--vary"])
    ({'--vary': ['x=1', 'y=2']}, ['a', '--seed', '3'])
    """
    own: dict[str, list[str]] = {}
    rest: list[str] = []
    into = rest
    for word in words:
        flag, equals, value = word.partition("=")
        if flag in (*many, *one, *flags):
            require(flag not in own, f"{flag} is given twice.")
            own[flag] = [value] if equals else []
            into = own[flag] if flag in many or (flag in one and not equals) else rest
        elif word.startswith("--"):
            into = rest
            rest.append(word)
        else:
            into.append(word)
            if any(into is own.get(name) for name in one):
                into = rest
    for flag, given in own.items():
        require(bool(given) or flag in flags, f"{flag} needs a value.")
        require(not given or flag not in flags, f"{flag} takes no value; got {' '.join(given)}.")
    return own, rest


def whole_number(own: Mapping[str, Sequence[str]], flag: str) -> int | None:
    """Return the value of an option that takes a whole number; None where it is not given.

    Examples
    --------
    >>> whole_number({"--port": ["8080"]}, "--port")
    8080
    """
    if flag not in own:
        return None
    try:
        return int(own[flag][0])
    except ValueError:
        raise InputError(f"{flag} takes a whole number; got {own[flag][0]!r}.") from None
