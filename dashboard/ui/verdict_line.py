"""The line under every explanation: what its checks say, and the way to them."""

import streamlit as st

from dashboard import cache, session, task_queue
from dashboard.ui.failure import contain_failures
from dashboard.ui.verdict import of_checks
from dashboard.wording import sentence
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

ICONS = {"good": "check_circle", "equal": "balance", "caution": "warning", "unfit": "block"}
COLOURS = {"good": "green", "caution": "orange", "unfit": "red"}


@contain_failures()
def verdict_line(run: Run, name: str = "") -> None:
    """The sentence of a run's checks, or that there are none.

    Args:
        run: whose explanation stands above.
        name: to tell it from others; empty where it is the only one.
    """
    sign, text = _said(run)
    line = f"{sign} :small[{sentence(f'{name}: {text}' if name else text)}]"
    opened = session.run()
    if opened is not None and opened.path == run.path:
        session.link("trust", line)
    else:  # the page Trust tells of the open run
        st.markdown(line)


def _said(run: Run) -> tuple[str, str]:
    """A sign, and what it stands for, as text."""
    trust = cache.trust(run)
    if trust is not None:
        kind, text = (checked := of_checks(trust)).kind, checked.text
        return f":{COLOURS[kind]}[:material/{ICONS[kind]}:]", text
    checking = run.checking
    is_queued = task_queue.position(run, TaskKind.CHECKS) is not None
    if checking is None or not (checking.is_running or is_queued):
        if checking is not None and checking.state == "failed":
            return ":gray[:material/help:]", f"It could not be checked: {checking.message}"
        when = "on the page Trust" if run.has_model else "when the training has ended"
        return ":gray[:material/help:]", f"Not checked yet: that is done {when}."
    if checking.state == "waiting":
        return ":gray[:material/hourglass_empty:]", "Not checked yet: the checks are in the queue."
    return ":gray[:material/hourglass_top:]", f"Being checked, {checking.progress:.0%} done."
