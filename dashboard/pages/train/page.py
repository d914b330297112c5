"""Page Train: choose settings, train in the background, look after runs, load a model file."""

import streamlit as st

from dashboard import run_catalogue, session, task_queue
from dashboard.pages.train.controls import choose_settings
from dashboard.pages.train.progress import show_progress
from dashboard.pages.train.run_actions import load_model_file
from dashboard.pages.train.run_list import show_runs
from dashboard.session import redraw
from dashboard.ui.failure import contain_failures
from dashboard.wording import plain, sentence
from imv_core import ImvError, Settings, Table
from imv_core.model.imv_lstm import count_parameters
from imv_core.phrases import counted
from imv_core.runs.run import Run


def page() -> None:
    """Draw the page."""
    st.title("Train")
    table = session.table()
    if table is None:
        st.info("No data is open.")
        session.link("data", "Choose a sample or upload a file", "table_chart")
        st.stop()
    choice = session.choice()
    st.markdown(
        f"Forecast **{plain(choice.target)}** of {plain(table.name)} from "
        f"{counted(len(choice.variables), 'variable')}."
    )
    session.link("data", "Choose other columns or another split", "table_chart")
    if choice.variables:
        _start_training(choice, table)
    else:
        st.warning("No variable is chosen. Choose at least one on the page Data.")
    show_progress()
    show_runs(table)
    load_model_file(table)


@contain_failures()
def _start_training(choice: session.Choice, table: Table) -> None:
    settings = choose_settings(choice)
    with st.container(horizontal=True, vertical_alignment="center"):
        is_clicked = st.button("Train", type="primary", icon=":material/play_arrow:")
        st.caption(_size(settings, table))
    if not is_clicked:
        return
    try:
        name = run_catalogue.new_name(settings.target, table)
        run = Run.create(run_catalogue.new_folder(), settings, table, name)
        try:
            task_queue.start(run)
        except ImvError:
            run.discard()  # or it would wait for ever
            raise
    except ImvError as error:
        st.error(sentence(error))
    else:
        session.open_run(run)
        redraw()


def _size(settings: Settings, table: Table) -> str:
    """Describe the numbers of parameters, windows, rows and variables."""
    variables = len(settings.variables or table.usable)
    parameters = count_parameters(settings.model(variables))
    rows = round(len(table.frame) * settings.train_share)
    windows = max(rows - settings.lookback - settings.horizon + 1, 0)
    models = f"{settings.seeds} models of " if settings.seeds > 1 else ""
    return (
        f"{models}{counted(parameters, 'parameter')}, learnt from about "
        f"{counted(windows, 'window')} of {counted(settings.lookback, 'row')} and "
        f"{counted(variables, 'variable')}."
    )
