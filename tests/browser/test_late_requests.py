"""The way from page to page, as the server is asked for it."""

import urllib.parse

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class _Visitor:
    """What a browser does, without drawing anything."""

    def __init__(self, socket):
        self.socket = socket
        self.pages = {}  # name in the address -> hash
        self.fragments = set()

    def ask(self, **request):
        message = BackMsg()
        for key, value in request.items():
            setattr(message.rerun_script, key, value)
        self.socket.send(message.SerializeToString())

    def until_finished(self) -> list[str]:
        """Read until a run of a page has ended; the hashes of all pages begun meanwhile."""
        begun = []
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=60))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                begun.append(message.new_session.page_script_hash)
            elif kind == "navigation":
                pages = message.navigation.app_pages
                self.pages = {page.url_pathname: page.page_script_hash for page in pages}
            elif kind == "delta" and message.delta.fragment_id:
                self.fragments.add(message.delta.fragment_id)
            elif kind == "script_finished":
                return begun


@pytest.fixture
def visitor(address):
    where = urllib.parse.urlsplit(address).netloc
    stream = f"ws://{where}/_stcore/stream"
    with connect(stream, subprotocols=["streamlit"], origin=address, max_size=None) as socket:
        yield _Visitor(socket)


def test_a_part_that_draws_itself_again_does_not_lead_back_to_the_page_that_was_left(visitor):
    visitor.ask(page_name="explore")
    visitor.until_finished()
    explore, learn, trust = (visitor.pages[name] for name in ("explore", "learn", "trust"))
    part = min(visitor.fragments)

    visitor.ask(page_script_hash=explore, fragment_id=part, is_auto_rerun=True)
    assert visitor.until_finished() == [explore]  # while it is there, it is heard

    visitor.ask(page_script_hash=learn)
    for automatic in (True, False):
        visitor.ask(page_script_hash=explore, fragment_id=part, is_auto_rerun=automatic)
    assert visitor.until_finished() == [learn]
    visitor.ask(page_script_hash=trust)
    assert visitor.until_finished() == [trust]  # and nothing came between
    visitor.ask(page_script_hash=explore)
    assert visitor.until_finished() == [explore]  # a link back is a link
