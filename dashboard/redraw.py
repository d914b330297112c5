"""Draw the page anew, from a place in it that has found the page out of date."""

from typing import NoReturn

import streamlit as st


def redraw() -> NoReturn:
    """Run the page once more; what its visitor asked for meanwhile comes first.

    `st.rerun` alone would name this page in a request that has come but is not yet begun: a click
    on the link to another page would be lost. What is drawn gives way to such a request.
    """
    st.empty()
    st.rerun()
