"""Phrases that the sentences of several parts share."""

from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(2067, "row")
    '2,067 rows'
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(names: Iterable[str], at_most: int = 8) -> str:
    """Return names in quotes as a list; the last names of a long list become a number.

    >>> listed(["a", "b", "c", "d"], at_most=3)
    "'a', 'b' and 2 more"
    """
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > at_most:
        quoted = [*quoted[: at_most - 1], f"{len(quoted) - at_most + 1} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def plain(value: object) -> str:
    r"""Return any object as text that UTF-8 can encode; a lone surrogate becomes a question mark.

    >>> plain("a\ud800")
    'a?'
    """
    return str(value).encode("utf-8", "replace").decode()
