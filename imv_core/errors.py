"""Errors that a user can correct; each message is a sentence with the culprit and the remedy."""

import os


class ImvError(Exception):
    """Base of all errors that a user can correct; pages and shell show the message as it is."""


class TableError(ImvError):
    """A file or frame cannot be used as a multivariate time series."""


class NoWindowError(TableError):
    """A part of a table has no window to forecast from."""


class SettingsError(ImvError):
    """A setting is out of its range, or does not fit the table."""


class ModelFileError(ImvError):
    """A model file cannot be read, or does not fit the table."""


class CheckpointError(ImvError):
    """A training cannot continue from its checkpoint."""


class RunError(ImvError):
    """The folder of a run cannot be read or written."""


class RunVersionError(RunError):
    """A run was written by a version of this program whose files this one cannot read."""


class VersionError(ImvError):
    """A file is of a version that this program cannot read."""


class OutdatedError(VersionError, ValueError):
    """A kept result is of another version of this program."""

    def __init__(self, subject: str, is_newer: bool = False) -> None:
        version = "a newer" if is_newer else "an older"
        super().__init__(f"{subject} were made by {version} version; run them again.")


class CheckStopped(ImvError):  # noqa: N818 (a request, not an error, as StopIteration)
    """Checks were stopped on request before they were complete."""


def in_words(error: OSError) -> str:
    """Return the system's text for an error, without codes: "No space left on device"."""
    return os.strerror(error.errno) if error.errno else str(error)
