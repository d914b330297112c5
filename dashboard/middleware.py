"""Addresses that a person may type for a page lead to the address that the page has."""

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

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


class DropLateRequests:
    """ASGI middleware between a browser and Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        visit = _Visit()

        async def receive_in_time() -> Message:
            while True:
                message = await receive()
                if not visit.is_late(message):
                    return message

        is_visit = scope["type"] == "websocket"
        await self.app(scope, receive_in_time if is_visit else receive, send)


class _Visit:
    """What one connected browser asked for last."""

    def __init__(self) -> None:
        self._page = ""  # "": that of the address, which only the server can name

    def is_late(self, message: Message) -> bool:
        """Return whether a message asks for a part of a page that the visitor has left."""
        request = _request(message)
        if request is None:
            return False
        if request.fragment_id:
            return self._page not in ("", request.page_script_hash)
        self._page = request.page_script_hash
        return False


def _request(message: Message) -> ClientState | None:
    """The run of a page that a message asks for; None: it is about something else."""
    sent = BackMsg()
    try:
        sent.ParseFromString(message.get("bytes") or b"")
    except DecodeError:
        return None  # Streamlit closes such a connection
    return sent.rerun_script if sent.HasField("rerun_script") else None
