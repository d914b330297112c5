"""The server. From the project's root: python -m streamlit run dashboard/app.py.

What takes long to import is loaded before the server opens: the first visitor does not wait for it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

import dashboard.charts.series  # noqa: F401
from dashboard import jobs
from dashboard.addresses import Redirect
from dashboard.late_requests import DropLateRequests
from dashboard.views.failure import show_failure


@asynccontextmanager
async def until_the_end(_: st.App) -> AsyncIterator[None]:
    """Note what is at work as interrupted when the server ends, also by SIGTERM."""
    yield
    jobs.end()


app = st.App(
    "pages.py",
    lifespan=until_the_end,
    middleware=[Middleware(Redirect), Middleware(DropLateRequests)],
    on_script_error=show_failure,
)
