"""The server. From the project's root: python -m streamlit run dashboard/app.py.

What takes long to import is loaded before the server opens: the first visitor does not wait for it.
"""

import streamlit as st
from starlette.middleware import Middleware

import dashboard.charts.series  # noqa: F401
import imv_core.runs  # noqa: F401
from dashboard.late_requests import DropLateRequests

app = st.App("pages.py", middleware=[Middleware(DropLateRequests)])
