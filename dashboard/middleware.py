"""Requests on their way to Streamlit: correct typed addresses, drop late requests."""

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState


class Redirect:
    """ASGI middleware: redirect `/overview` to `/`, and `/Data` and `/data/` to `/data`.

    The query stays. The new address is relative to the old one, so that it also works behind a
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
    """Return the address of the page that a path names, relative to the path.

    None where the path is the page's address already, or names no page.

    Args:
        path: of the request.
        home: path below which the pages lie, without a slash at its end.
    """
    from dashboard.navigation.page_list import PAGES  # the pages need a running server

    names = [listed.name for listed in PAGES]
    first = names[0]  # Streamlit serves it at the root alone
    typed = path.rstrip("/")
    folder, _, last = typed.rpartition("/")
    page = last.lower()
    if folder != home or page not in names or (path == typed and last == page != first):
        return None
    up = "../" * (len(path) - len(typed)) or "./"
    return up if page == first else up + page


class DropLateRequests:
    """ASGI middleware: drop requests for a part of a page that the visitor has left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        connection = _Connection()

        async def receive_in_time() -> Message:
            while True:
                message = await receive()
                if not connection.is_late(message):
                    return message

        is_visit = scope["type"] == "websocket"
        await self.app(scope, receive_in_time if is_visit else receive, send)


class _Connection:
    """The last page that a connected browser requested."""

    def __init__(self) -> None:
        self._page = ""  # "": the page of the address, which only the server can name

    def is_late(self, message: Message) -> bool:
        """Return whether a message requests a part of a page that the visitor has left."""
        request = _rerun_request(message)
        if request is None:
            return False
        if request.fragment_id:
            return self._page not in ("", request.page_script_hash)
        self._page = request.page_script_hash
        return False


def _rerun_request(message: Message) -> ClientState | None:
    """Return the requested run of a page, or None where a message requests something else."""
    sent = BackMsg()
    try:
        sent.ParseFromString(message.get("bytes") or b"")
    except DecodeError:
        return None  # Streamlit closes such a connection
    return sent.rerun_script if sent.HasField("rerun_script") else None
