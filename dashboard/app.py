"""The server. From the project's root: python -m streamlit run dashboard/app.py.

All pages are imported before the server opens, so that the first visitor does not wait for it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from dashboard import task_queue
from dashboard.middleware import DropLateRequests, Redirect
from dashboard.ui.failure import show_failure


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import the pages at the start; at the end, also by SIGTERM, record tasks as interrupted."""
    import dashboard.navigation.page_list  # noqa: F401 (the pages need a running server)

    yield
    task_queue.end()


app = st.App(
    "navigation/script.py",
    lifespan=lifespan,
    middleware=[Middleware(Redirect), Middleware(DropLateRequests)],
    on_script_error=show_failure,
)
