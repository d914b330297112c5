"""Show a failure of a part of a page in one sentence; the rest of the page stays.

The log keeps the traceback. Streamlit ends and repeats runs of a page by exceptions of its own:
these pass.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.wording import sentence
from imv_core import ImvError

LOG = logging.getLogger(__name__)
FAILED = (
    "This part of the page cannot be shown. The rest works; what went wrong stands in the log of "
    "the server."
)
ICON = ":material/bug_report:"  # of no other sentence: tests look for it


@contextmanager
def contain_failures() -> Iterator[None]:
    """Show a failure of what is drawn within, and go on; also a decorator.

    A fragment needs a decorator of its own, as it may run by itself.
    """
    try:
        yield
    except Exception as error:
        show_failure(error)


def show_failure(error: Exception) -> bool:
    """Show what went wrong; return True, so that Streamlit does not show it too."""
    if isinstance(error, ImvError):
        st.error(sentence(error))
    else:
        LOG.error("A part of a page failed.", exc_info=error)
        st.error(FAILED, icon=ICON)
    return True


class ContainedColumn:
    """A column to draw in, whose unexpected failures leave the columns beside it as they are.

    An `ImvError`, which a user can mend, is raised: the section shows it once.
    """

    def __init__(self, column: DeltaGenerator) -> None:
        self._column = column

    def __enter__(self) -> None:
        self._column.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        try:
            if isinstance(error, Exception) and not isinstance(error, ImvError):
                return show_failure(error)
            return False
        finally:
            self._column.__exit__(None, None, None)
