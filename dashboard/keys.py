"""Keys of the session state: each page makes its own by `Keys`; `Shared` has the rest.

Streamlit keeps one value per key for a whole visit: two pages with the same key would change each
other's choices.
"""

from enum import StrEnum


class Key(str):
    """Key of a widget or of a kept value, made by one of `Keys`."""

    __slots__ = ()


class Keys(StrEnum):
    """Owners of keys: the pages, and parts of several pages. Call one to make a `Key`.

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
    RUN = "run"  # buttons of a run, on any page
    SHARED = "shared"  # choices for all pages, such as the order of variables

    def __call__(self, *parts: object) -> Key:
        """Make a key from its parts, such as a word and the folder of a run."""
        return Key("-".join((self.value, *map(str, parts))))


class Shared(StrEnum):
    """Keys of the whole session, which `dashboard.session` alone reads."""

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
