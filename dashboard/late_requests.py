"""Requests of a page that its visitor has left are dropped.

A figure that draws itself again every second, or a slider that waits a moment for a next press, may
ask for its part of a page just after the visitor clicked on the link to another one. Streamlit
runs a part on the page that its request names: the visitor would be led back, the click lost.
"""

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState


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
