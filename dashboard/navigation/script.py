"""The script that Streamlit runs for every visit: the list of pages, and the page that is open."""

import streamlit as st

from dashboard import session
from dashboard.navigation.sidebar import sidebar
from dashboard.pages.data import page as data
from dashboard.pages.explain import page as explain
from dashboard.pages.explore import page as explore
from dashboard.pages.forecast import page as forecast
from dashboard.pages.learn.page import page as learn
from dashboard.pages.overview import page as overview
from dashboard.pages.train import page as train
from dashboard.pages.trust import page as trust
from dashboard.paths import HERE
from dashboard.ui.failure import contain_failures

st.set_page_config(page_title="IMV-LSTM: forecasts that show why", page_icon="📈", layout="wide")
pages = {
    "overview": st.Page(
        overview.page,
        title="Overview",
        icon=":material/insights:",
        url_path="overview",
        default=True,
    ),
    "data": st.Page(data.page, title="Data", icon=":material/table_chart:", url_path="data"),
    "train": st.Page(train.page, title="Train", icon=":material/model_training:", url_path="train"),
    "forecast": st.Page(
        forecast.page, title="Forecast", icon=":material/timeline:", url_path="forecast"
    ),
    "explain": st.Page(
        explain.page, title="Explain", icon=":material/grid_on:", url_path="explain"
    ),
    "explore": st.Page(
        explore.page, title="Explore", icon=":material/center_focus_strong:", url_path="explore"
    ),
    "trust": st.Page(trust.page, title="Trust", icon=":material/verified:", url_path="trust"),
    "learn": st.Page(learn, title="Learn", icon=":material/school:", url_path="learn"),
}
st.html(HERE / "style.css")
with contain_failures():
    session.start(pages)
page = st.navigation(list(pages.values()))
if page is pages["learn"]:
    st.sidebar.caption("This page has a series and models of its own.")
else:
    sidebar()
with contain_failures():
    page.run()
