"""A visitor's session without a browser: Streamlit's own messages over its websocket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE = 120  # seconds that a busy machine may take for one message


@contextmanager
def opened(url: str, *, cookies: str = "", **how: Any) -> Iterator[ClientConnection]:
    """Open the websocket of the server at ``url``, an address with http or https.

    Args:
        url: of the server.
        cookies: the header of that name.
        how: further arguments of ``websockets.sync.client.connect``.
    """
    headers = {**how.pop("additional_headers", {}), **({"Cookie": cookies} if cookies else {})}
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(
        address,
        subprotocols=["streamlit"],
        additional_headers=headers,
        open_timeout=PATIENCE,
        max_size=None,
        proxy=None,
        **how,
    ) as connection:
        yield connection


def run_page(connection: ClientConnection) -> list[ForwardMsg]:
    """Ask for the first page; return all that comes until its script has ended."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    connection.send(asked.SerializeToString())
    answers: list[ForwardMsg] = []
    while not answers or answers[-1].WhichOneof("type") != "script_finished":
        answers.append(ForwardMsg.FromString(connection.recv(timeout=PATIENCE)))
    return answers


def session_id(answers: list[ForwardMsg]) -> str:
    """The id of a session, from what its first page sent."""
    [first] = [a.new_session for a in answers if a.WhichOneof("type") == "new_session"][:1]
    return first.initialize.session_id
