"""Keys of the session state: `Keys` makes those of the pages, `SessionKey` has all others.

Streamlit keeps one value per key for a whole visit. So two pages with the same key would change
each other's choices.
"""

from enum import StrEnum


class Key(str):
    """Key of a widget or of a stored value, made by one of `Keys`."""

    __slots__ = ()


class Keys(StrEnum):
    """Owners of keys: a page, or what several pages show. Call an owner to make a `Key`.

    >>> Keys.TRAIN("objective"), Keys.LEARN("objective")
    ('train-objective', 'learn-objective')
    """

    DATA = "data"
    TRAIN = "train"
    FORECAST = "forecast"
    EXPLAIN = "explain"
    EXPLORE = "explore"
    TRUST = "trust"
    LEARN = "learn"  # with all its chapters, which share the window, variable and lag
    SIDEBAR = "sidebar"
    FIGURE = "figure"  # and its downloads; a page draws each figure once
    RUN = "run"  # buttons of a run, on any page
    SHARED = "shared"  # choices that hold on all pages, such as the order of variables

    def __call__(self, *parts: object) -> Key:
        """Make a key from parts, such as a word and the name of a run's folder."""
        return Key("-".join((self.value, *map(str, parts))))


class SessionKey(StrEnum):
    """Keys of the values that `dashboard.session` stores for all pages, and it alone reads."""

    PAGES = "pages"
    TABLE = "table"  # the open table
    RUN = "run"  # the open run
    CHOICE = "choice"  # target, variables and split of the next training
    REVISION = "revision"  # how often the choice was set from elsewhere than its widgets
    AT = "at"  # time of the forecast that the page Explore shows
    AHEAD = "ahead"  # its step ahead
    NOTICE = "notice"  # a sentence to show once
    UPLOAD = "upload"  # the uploaded files that were opened last
    UPLOAD_ERROR = "upload_error"
    ORIGIN = "origin"  # the files of the open table
    FINER_TABLE = "finer_table"  # the table that the open one was resampled from
    JUST_DELETED = "just_deleted"  # folders of deleted runs that can be restored
