"""The server. From the project's root: python -m streamlit run dashboard/app.py.

What takes long to import is loaded before the server opens: the first visitor does not wait for it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

import dashboard.figures.series  # noqa: F401
from dashboard import task_queue
from dashboard.middleware import DropLateRequests, Redirect
from dashboard.ui.failure import show_failure


@asynccontextmanager
async def until_the_end(_: st.App) -> AsyncIterator[None]:
    """Note what is at work as interrupted when the server ends, also by SIGTERM."""
    yield
    task_queue.end()


app = st.App(
    "navigation/script.py",
    lifespan=until_the_end,
    middleware=[Middleware(Redirect), Middleware(DropLateRequests)],
    on_script_error=show_failure,
)
