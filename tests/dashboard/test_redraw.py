"""A page that is drawn anew does not forget what its visitor asked for meanwhile."""

from streamlit.testing.v1 import AppTest


def _out_of_date():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from dashboard.session import redraw

    st.session_state.runs = st.session_state.get("runs", 0) + 1
    if st.session_state.runs == 1:
        # a click, while this runs: the address is to be another, as with a link to another page
        get_script_run_ctx().script_requests.request_rerun(RerunData(query_string="clicked=yes"))
        redraw()
    if st.session_state.runs == 2:
        st.session_state.clicked = st.query_params.get("clicked")
        redraw()


def test_a_click_that_comes_as_a_page_draws_itself_anew_is_not_lost():
    page = AppTest.from_function(_out_of_date).run()
    assert page.session_state.runs == 3
    assert page.session_state.clicked == "yes"
