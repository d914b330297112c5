"""Format versions of kept results of checks, planted worlds and hidden effects."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from imv_core.errors import OutdatedError
from imv_core.storage import DAMAGED

T = TypeVar("T")


def read_versioned(
    values: Mapping[str, Any], newest: int, subject: str, read: Callable[[int], T]
) -> T:
    """Read a record of the newest format or an older one.

    Args:
        values: of the record; without "version" it has version 1.
        newest: version that can be read.
        subject: of the error's sentence.
        read: reads the record, given its version.

    Raises:
        OutdatedError: a newer version wrote it, or an older one in a form that cannot be read.
        TypeError, ValueError, LookupError: it is no such record.
    """
    version = values.get("version", 1)
    if type(version) is not int or version < 1:
        raise ValueError(f"{version!r} is no version.")
    if version > newest:
        raise OutdatedError(subject, is_newer=True)
    try:
        return read(version)
    except (TypeError, ValueError, LookupError) as error:
        if version < newest:
            raise OutdatedError(subject) from error
        raise


def outdated_note(path: Path, from_json: Callable[[Any], object]) -> str:
    """Return why the record of a keyed file is of another version and cannot be read.

    Args:
        path: of the file.
        from_json: reads the record.

    Returns:
        A sentence for a user; empty if there is no file, or if it can be read or is damaged.
    """
    try:
        from_json(json.loads(path.read_text())["record"])
    except OutdatedError as error:
        return str(error)
    except DAMAGED:
        return ""
    return ""
