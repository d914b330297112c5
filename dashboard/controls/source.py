"""Where the data comes from: a sample, or a file."""

import streamlit as st

from dashboard import cached, state
from dashboard.places import SAMPLES
from dashboard.words import sentence
from imv_core import ImvError


def choose_source() -> None:
    """Open a sample or an uploaded file."""
    with st.container(key="beside-sources"):
        left, right = st.columns(2, gap="large")
    with left:
        file = st.file_uploader(
            "Upload a file: CSV, TSV or semicolons, also packed (gz, xz, zip), or Parquet",
            help="Separator, encoding, decimal comma and time column are found and shown below.",
        )
        if file is not None:
            try:
                state.upload(file)
            except ImvError as error:
                st.error(sentence(error))
    with right:
        st.markdown("or open a sample")
        for name, path in SAMPLES.items():
            if st.button(name, icon=":material/database:", width="stretch"):
                state.open_table(cached.sample(path))
                st.rerun()
