"""Where the data comes from: a sample, or files."""

import streamlit as st

from dashboard import cached, state
from dashboard.keys import Keys
from dashboard.places import SAMPLES
from dashboard.redraw import redraw
from dashboard.words import sentence
from imv_core import ImvError


def choose_source() -> None:
    """Open a sample or uploaded files."""
    with st.container(key="beside-sources"):
        left, right = st.columns(2, gap="large")
    with left:
        files = st.file_uploader(
            "Upload CSV, TSV or semicolons, also packed (gz, xz, zip), Excel or Parquet; several "
            "files of the same columns become one table",
            accept_multiple_files=True,
            help="Separator, encoding, decimal comma, sheet and time column are found and shown "
            "below.",
            key=Keys.DATA("files"),
        )
        if files:
            try:
                state.upload(files)
            except ImvError as error:
                st.error(sentence(error))
                if len(files) > 1:
                    st.caption("To open one file alone, take the others out of the list above.")
    with right:
        st.markdown("or open a sample")
        for name, path in SAMPLES.items():
            if st.button(name, icon=":material/database:", width="stretch"):
                state.open_table(cached.sample(path))
                redraw()
