"""What can go wrong for a user, each said in one sentence: the culprit, and the remedy."""

import os


class ImvError(Exception):
    """Anything that a user can mend; its text is shown as it is, in the page and in the shell."""


class TableError(ImvError):
    """A file or frame cannot be used as a multivariate time series."""


class NoWindowError(TableError):
    """A part of a table has no window to forecast from."""


class SettingsError(ImvError):
    """A setting is out of its range, or does not go with the table."""


class ModelFileError(ImvError):
    """A model file cannot be read, or does not fit the table it is used with."""


class CheckpointError(ImvError):
    """A checkpoint cannot be gone on from."""


class RunError(ImvError):
    """A run's folder cannot be read or written."""


class RunVersionError(RunError):
    """A run was written by a version of this program whose files this one cannot read."""


class VersionError(ImvError):
    """A file is of a version that this program cannot read."""


class CheckStopped(ImvError):  # noqa: N818 (a wish, no error, as StopIteration is none)
    """Checks were asked to stop before they came to an end."""


def in_words(error: OSError) -> str:
    """What the system says of an error, without codes: "No space left on device"."""
    return os.strerror(error.errno) if error.errno else str(error)
