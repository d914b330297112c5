"""Addresses that a person may type for a page lead to the address that the page has."""

import streamlit as st
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FIRST = "overview"  # Streamlit serves the first page at the root alone
PAGES = (FIRST, "data", "train", "forecast", "explain", "explore", "trust", "learn")


class Redirect:
    """ASGI middleware: redirects `/overview` to `/`, and `/Data` and `/data/` to `/data`.

    The query stays. The new address is relative to the old one, so that it also holds behind a
    proxy that serves the pages below a path of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a redirect, or pass the request on."""
        to = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            home = scope.get("root_path") or f"/{st.get_option('server.baseUrlPath')}"
            to = redirect(scope["path"], home.rstrip("/"))
        if to is None:
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        response = RedirectResponse(f"{to}?{query}" if query else to, status_code=307)
        await response(scope, receive, send)


def redirect(path: str, home: str) -> str | None:
    """Return the address of the page that a path names, relative to it; None: it is there already.

    Args:
        path: that was asked for.
        home: path below which the pages lie, without a slash at its end.
    """
    typed = path.rstrip("/")
    folder, _, last = typed.rpartition("/")
    page = last.lower()
    if folder != home or page not in PAGES or (path == typed and last == page != FIRST):
        return None
    up = "../" * (len(path) - len(typed)) or "./"
    return up if page == FIRST else up + page
