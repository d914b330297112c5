"""A model file that somebody sent, to be used on the open data."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from dashboard.redraw import redraw
from dashboard.views.failure import contained
from dashboard.words import sentence, short
from imv_core import ImvError, IMVForecaster, Table
from imv_core.runs import Run


@contained()
def adopt_a_file(table: Table) -> None:
    """Ask for the file, and make a run of it."""
    with st.expander("Load a model file that somebody sent"):
        file = st.file_uploader(
            "Model file (.imv)",
            help="It is used on the data that is open. Nothing in it is executed.",
            key=Keys.TRAIN("model-file"),
        )
        if file is None or not st.button("Use it on the open data", key=Keys.TRAIN("adopt")):
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "model.imv"  # the name that was sent is no path
                copy.write_bytes(file.getvalue())
                forecaster = IMVForecaster.load(copy)
            name = f"{short(forecaster.settings.target)}, from {short(file.name)}"
            state.open_run(Run.adopt(state.new_folder(), forecaster, table, name))
        except ImvError as error:
            st.error(sentence(error))
        else:
            redraw()
