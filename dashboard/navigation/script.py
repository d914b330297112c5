"""The script that Streamlit runs for every visit: the menu, the sidebar and the open page."""

import streamlit as st

from dashboard import session
from dashboard.navigation.page_list import PAGES
from dashboard.navigation.sidebar import sidebar
from dashboard.paths import HERE
from dashboard.ui.failure import contain_failures

st.set_page_config(page_title="IMV-LSTM: forecasts that show why", page_icon="📈", layout="wide")
pages = {
    page.name: st.Page(
        page.draw,
        title=page.title,
        icon=f":material/{page.icon}:",
        url_path=page.name,
        default=page is PAGES[0],
    )
    for page in PAGES
}
st.html(HERE / "style.css")
with contain_failures():
    session.start(pages)
current = st.navigation(list(pages.values()))
if any(page.has_own_data and pages[page.name] is current for page in PAGES):
    st.sidebar.caption("This page has a series and models of its own.")
else:
    sidebar()
with contain_failures():
    current.run()
