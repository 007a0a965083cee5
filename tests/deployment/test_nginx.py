"""nginx, by the shipped file, in front of a real server: password, websocket, uploads, headers."""

import base64
import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.server.middleware import HEADERS
from tests.deployment import session
from tests.deployment.conftest import NAME, tool
from tests.imports import ROOT

pytestmark = pytest.mark.slow
SHIPPED = (ROOT / "deploy/nginx.conf").read_text("utf-8")
ENTRY = {"Authorization": "Basic " + base64.b64encode(b"ward:made-up").decode()}
BOUNDARY = "a-line-between-parts"
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/gone;
    proxy_temp_path {folder}/gone;
    fastcgi_temp_path {folder}/gone;
    uwsgi_temp_path {folder}/gone;
    scgi_temp_path {folder}/gone;
    include {folder}/site.conf;
}}
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def fill_in(folder, server, ports):
    """Write the shipped file with this machine's ports and folder in place of a ward's."""
    site = SHIPPED
    for there, here in (
        ("listen 443 ", f"listen 127.0.0.1:{ports[0]} "),
        ("listen 80;", f"listen 127.0.0.1:{ports[1]};"),
        ("http://127.0.0.1:8501", server),
        ("/etc/covid-xray/", f"{folder}/"),
    ):
        assert there in site
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))


@pytest.fixture(scope="module")
def proxy(served, tmp_path_factory):
    """nginx in front of the server: its address, TLS context, plain port, folder."""
    nginx, openssl = tool("nginx"), tool("openssl")
    folder = tmp_path_factory.mktemp("nginx")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    made += ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run(made, check=True, capture_output=True)
    hashed = [openssl, "passwd", "-6", "made-up"]
    password = subprocess.run(hashed, check=True, capture_output=True, text=True).stdout
    (folder / "passwords").write_text(f"ward:{password}")
    ports = free_port(), free_port()
    fill_in(folder, served[0], ports)
    process = subprocess.Popen([nginx, "-c", folder / "nginx.conf"], cwd=folder)
    try:
        wait_for(process, ports[0])
        (folder / "gone").rmdir()  # a body or an answer that is put on disk fails from here on
        context = ssl.create_default_context(cafile=folder / "certificate.pem")
        url = f"https://{NAME}:{ports[0]}"
        yield SimpleNamespace(url=url, tls=context, port=ports[0], plain=ports[1], folder=folder)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(process, port):
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx did not start: read error.log.")


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
