"""The line under every explanation: the sentence of its checks, and a link to them."""

import streamlit as st

from dashboard import cache, session, task_queue
from dashboard.ui.failure import contain_failures
from dashboard.ui.verdict import LOOKS, of_checks
from dashboard.wording import sentence
from imv_core.runs.records import State
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

UNKNOWN = ":gray[:material/help:]"


@contain_failures()
def verdict_line(run: Run, name: str = "") -> None:
    """Show the sentence of a run's checks, or that there are none.

    Args:
        run: with the explanation above.
        name: of the run, where several explanations stand side by side.
    """
    sign, text = _sign_and_text(run)
    line = f"{sign} :small[{sentence(f'{name}: {text}' if name else text)}]"
    opened = session.run()
    if opened is not None and opened.path == run.path:
        session.link("trust", line)
    else:  # the page Trust shows the open run
        st.markdown(line)


def _sign_and_text(run: Run) -> tuple[str, str]:
    """Return a sign as Markdown, and its meaning as text."""
    trust = cache.trust(run)
    if trust is not None:
        found = of_checks(trust)
        look = LOOKS[found.kind]
        return f":{look.colour}[:material/{look.icon}:]", found.text
    checking = run.checking
    is_queued = task_queue.position(run, TaskKind.CHECKS) is not None
    if checking is None or not (checking.is_running or is_queued):
        if checking is not None and checking.state == State.FAILED:
            return UNKNOWN, f"It could not be checked: {checking.message}"
        when = "on the page Trust" if run.has_model else "when the training has ended"
        return UNKNOWN, cache.outdated(run, TaskKind.CHECKS) or (
            f"Not checked yet: that is done {when}."
        )
    if checking.state == State.WAITING:
        return ":gray[:material/hourglass_empty:]", "Not checked yet: the checks are in the queue."
    return ":gray[:material/hourglass_top:]", f"Being checked, {checking.progress:.0%} done."
