"""The sidebar of every page: the open data, its model, and the report."""

from datetime import UTC, date, datetime

import streamlit as st

from dashboard import cache, run_catalogue, session
from dashboard.cache import TRUST_KEYS
from dashboard.session import redraw
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.wording import in_short, plain, sentence, short
from imv_core import ImvError
from imv_core.runs.run import Run


@contain_failures()
def sidebar() -> None:
    """Show the open table and offer its models."""
    table = session.table()
    with st.sidebar:
        if (text := session.take_notice()) is not None:
            st.error(sentence(text))
        if table is None:
            st.markdown("**No data open.** Choose a sample or upload a file on the page Data.")
            return
        st.markdown(f"**Data**  \n{plain(table.name)}")
        st.caption(f"{len(table.frame):,} rows, {len(table.frame.columns)} variables")
        models = [run for run in run_catalogue.runs_on(table) if run.has_model]
        current = session.run()
        if not models:
            st.markdown("**Model**  \nnone for this data yet")
            return
        paths = [run.path for run in models]
        labels = [_label(run) for run in models]
        chosen = st.selectbox(
            "**Model**",
            models,
            index=paths.index(current.path) if current and current.path in paths else None,
            format_func=lambda run: _unique_label(run, labels),
            placeholder="Choose a model",
        )
        if chosen is not None and (current is None or chosen.path != current.path):
            if session.open_run(chosen):
                redraw()
            st.error(sentence(session.take_notice() or ""))
        elif chosen is not None:
            st.caption(in_short(chosen.config.settings))
            _offer_report(chosen)


def _offer_report(run: Run) -> None:
    """Offer the report as a download; a click makes it."""
    st.download_button(
        "Report",
        lambda: report(run, datetime.now(UTC).date()),
        file_name="report.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        help="One HTML file with the figures, scores, settings and findings of this model. It "
        "opens offline and contains parts of the data.",
        key=Keys.SIDEBAR("report"),
    )


def _label(run: Run) -> str:
    created = datetime.fromisoformat(run.config.created)
    loaded = "loaded " if run.config.is_adopted else ""
    return f"{short(run.config.settings.target)}, {loaded}{created:%d %b %H:%M} UTC"


def _unique_label(run: Run, labels: list[str]) -> str:
    """Return a label that no other run has: a select box takes equal labels for one option."""
    label = _label(run)
    return f"{label}, {run.path.name}" if labels.count(label) > 1 else label


@st.cache_data(max_entries=2, hash_funcs=TRUST_KEYS, show_spinner=False)
def report(run: Run, made: date) -> bytes:
    """Return the report of a run as HTML, or a page that states why there is none."""
    from dashboard import report as reports  # slow to import, and rarely used

    try:
        subject = cache.forecaster(run), cache.table(run), cache.explanation(run, "test")
        return reports.html(*subject, made, cache.trust(run)).encode()
    except ImvError as error:
        return reports.refusal(error).encode()
