"""Format versions of kept results of checks, planted worlds and hidden effects."""

from collections.abc import Callable, Mapping
from typing import Any

from imv_core.errors import OutdatedError


def need_format(values: Mapping[str, Any], newest: int, subject: str) -> int:
    """Return the format version of a record; a record without one has version 1.

    Args:
        values: of the record.
        newest: version that can be read.
        subject: of the error's sentence.

    Raises:
        OutdatedError: a newer version wrote it.
        TypeError, ValueError: it is no version.
    """
    version = values.get("format", 1)
    if type(version) is not int or version < 1:
        raise ValueError(f"{version!r} is no format version.")
    if version > newest:
        raise OutdatedError(subject, is_newer=True)
    return version


def outdated_note(from_json: Callable[[Mapping[str, Any]], object]) -> Callable[[Any], str]:
    """Return a function that explains why a record of another version cannot be read.

    Args:
        from_json: reads the record.

    Returns:
        A function of the record's values: the sentence for a user; empty if it can be read.
    """

    def note(values: Any) -> str:
        try:
            from_json(values)
        except OutdatedError as error:
            return str(error)
        return ""

    return note
