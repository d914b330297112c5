"""Names in the session: each page owns those that its own `Keys` make; `Shared` names the rest.

Streamlit keeps one value per name for a whole visit. Two pages that used the same name would change
each other's choices.
"""

from enum import StrEnum


class Key(str):
    """Name of a widget or of a kept value, made by one of `Keys`."""

    __slots__ = ()


class Keys(StrEnum):
    """Owners of names: every page, and what stands on several pages. Call one to make a `Key`.

    >>> Keys.TRAIN("objective"), Keys.LEARN("objective")
    ('train-objective', 'learn-objective')
    """

    DATA = "data"
    TRAIN = "train"
    FORECAST = "forecast"
    EXPLAIN = "explain"
    EXPLORE = "explore"
    TRUST = "trust"
    LEARN = "learn"  # its chapters share the window, the variable and the lag
    SIDEBAR = "sidebar"
    FIGURE = "figure"  # with its downloads; a page draws each figure once
    RUN = "run"  # buttons of a run, wherever they stand
    SHARED = (
        "shared"  # chosen on one page for all: what lags are read by, variables and their order
    )

    def __call__(self, *parts: object) -> Key:
        """Make a name from its parts, such as a word and the folder of a run."""
        return Key("-".join((self.value, *map(str, parts))))


class Shared(StrEnum):
    """What the whole session knows; `dashboard.session` alone reads these."""

    PAGES = "pages"
    TABLE = "table"
    RUN = "run"
    CHOICE = "choice"
    REVISION = "revision"
    AT = "at"
    AHEAD = "ahead"
    NOTICE = "notice"
    UPLOAD = "upload"
    UPLOAD_ERROR = "upload_error"
    ORIGIN = "origin"
    FINER_TABLE = "finer_table"
    JUST_DELETED = "just_deleted"
