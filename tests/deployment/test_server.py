"""What a real server answers: which hosts and sites it lets in, with which headers."""

import http.client
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.server.middleware import HEADERS
from tests.deployment import session
from tests.deployment.conftest import NAME

pytestmark = pytest.mark.slow


def get(url, path, **headers):
    """The answer to one request, with its body."""
    server = urlsplit(url).netloc
    with closing(http.client.HTTPConnection(server, timeout=session.PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/media/none.png", "/no/such/page.js"])
def test_every_answer_forbids_frames_and_other_hosts(served, path):
    answer, _ = get(served[0], path)
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value]
    policy = dict(rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "http" not in "".join(policy.values())


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 200),
        (NAME, 200),
        ("evil.example.org", 400),
        ("127.0.0.1.evil.example.org", 400),
        ("", 400),
    ],
)
def test_a_request_under_another_name_is_refused(served, host, status):
    assert get(served[0], "/", Host=host)[0].status == status
    assert get(served[0], "/_stcore/health", Host=host)[0].status == status


@pytest.mark.parametrize("origin", [None, "{url}"])
def test_a_page_of_this_server_opens_a_session(served, origin):
    url = served[0]
    with session.opened(url, origin=origin and origin.format(url=url)) as connection:
        assert session.session_id(session.run_page(connection))


@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "http://localhost:1", "null", "http://[", "file://"]
)
def test_a_page_of_another_site_opens_none(served, origin):
    with pytest.raises(InvalidStatus, match="403"), session.opened(served[0], origin=origin):
        pass


def test_a_websocket_under_another_name_is_refused(served):
    address = urlsplit(served[0])
    there = socket.create_connection((address.hostname, address.port))
    named = f"http://evil.example.org:{address.port}"
    with pytest.raises(InvalidStatus, match="400"), session.opened(named, sock=there):
        pass
