"""nginx, by the shipped file, in front of a real server: password, websocket, uploads, headers."""

import base64
import http.client
import re
import socket
import ssl
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.server.middleware import HEADERS
from tests.browser.served import free_port
from tests.deployment import nginx, session
from tests.deployment.conftest import NAME

pytestmark = pytest.mark.slow
ENTRY = {"Authorization": "Basic " + base64.b64encode(b"ward:made-up").decode()}
BOUNDARY = "a-line-between-parts"


@pytest.fixture(scope="module")
def proxy(served, tmp_path_factory):
    """nginx in front of the server."""
    ports = free_port(), free_port()
    with nginx.in_front_of(served[0], ports, tmp_path_factory.mktemp("nginx")) as proxy:
        yield proxy


def ask(proxy, method, path, *, body=None, **headers):
    """The answer of nginx to one request, with its body."""
    connection = http.client.HTTPSConnection(NAME, proxy.port, context=proxy.tls)
    connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", proxy.port))
    with closing(connection):
        connection.request(method, path, body, {**ENTRY, **headers})
        answer = connection.getresponse()
        return answer, answer.read()


def enter(proxy, **how):
    """A session through nginx."""
    there = socket.create_connection(("127.0.0.1", proxy.port))
    return session.opened(proxy.url, sock=there, ssl=proxy.tls, origin=proxy.url, **how)


def test_without_the_password_there_is_nothing(proxy):
    assert ask(proxy, "GET", "/", Authorization="")[0].status == 401
    with pytest.raises(InvalidStatus, match="401"), enter(proxy):
        pass


def test_headers_come_through_once_with_one_more(proxy):
    answer, page = ask(proxy, "GET", "/")
    assert answer.status == 200
    assert b"<title>" in page
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert not re.search(r"\d", answer.headers["Server"])


def test_a_page_opens_and_takes_an_upload_that_touches_no_disk(proxy):
    cookie = ask(proxy, "GET", "/_stcore/health")[0].headers["Set-Cookie"]
    token = re.search(r"_streamlit_xsrf=([^;]+)", cookie)[1]
    cookies = f"_streamlit_xsrf={token}"
    file = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        'name="file"; filename="DOE^JANE.dcm"\r\n\r\n'
    ).encode() + bytes(3 * 2**20)
    with enter(proxy, cookies=cookies, additional_headers=ENTRY) as connection:
        answers = session.run_page(connection)
        assert any(answer.WhichOneof("type") == "delta" for answer in answers)
        answer, body = ask(
            proxy,
            "PUT",
            f"/_stcore/upload_file/{session.session_id(answers)}/made-up-file",
            body=file + f"\r\n--{BOUNDARY}--\r\n".encode(),
            **{"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
            **{"Cookie": cookies, "X-Xsrftoken": token},
        )
    assert answer.status == 204, body
    assert "DOE" not in (proxy.folder / "access.log").read_text()


@pytest.mark.parametrize(("size", "status"), [(257 * 2**20, 403), (257 * 2**20 + 1, 413)])
def test_what_is_larger_than_an_upload_is_refused_at_once(proxy, size, status):
    connection = http.client.HTTPSConnection(NAME, proxy.port, context=proxy.tls)
    connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", proxy.port))
    with closing(connection):  # the size is announced, no byte of it follows
        connection.putrequest("PUT", "/_stcore/upload_file/no/session")
        for name, value in {**ENTRY, "Content-Length": str(size)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status


def test_another_name_gets_no_answer(proxy):
    there = socket.create_connection(("127.0.0.1", proxy.port))
    with closing(there), pytest.raises(ssl.SSLError):
        proxy.tls.wrap_socket(there, server_hostname="evil.example.org")


def test_a_plain_request_is_sent_to_the_encrypted_address(proxy):
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.plain)) as connection:
        connection.request("GET", "/reports", headers={"Host": NAME})
        answer = connection.getresponse()
        assert answer.status == 308
        assert urlsplit(answer.headers["Location"]).geturl() == f"https://{NAME}/reports"
