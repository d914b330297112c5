"""What a visitor reads where a part of a page fails: one sentence, and the rest of the page.

The log keeps the traceback. What Streamlit raises to end or repeat a run of a page is no failure,
and passes.
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
    """Let a failure cost no more than what is drawn within; also a decorator.

    A fragment needs it, as it may run by itself.
    """
    try:
        yield
    except Exception as error:
        show_failure(error)


def show_failure(error: Exception) -> bool:
    """Say what went wrong, in the place where it did; True: Streamlit need not say it."""
    if isinstance(error, ImvError):
        st.error(sentence(error))
    else:
        LOG.error("A part of a page failed.", exc_info=error)
        st.error(FAILED, icon=ICON)
    return True


class ContainedColumn:
    """A place of a page to draw in; a failure costs no more than this place.

    What a user can mend is said once for the section that the place belongs to.
    """

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place

    def __enter__(self) -> None:
        self._place.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        try:
            if isinstance(error, Exception) and not isinstance(error, ImvError):
                return show_failure(error)
            return False
        finally:
            self._place.__exit__(None, None, None)
