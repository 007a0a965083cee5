"""A PACS that is slow, away, full, distrusted, or talks nonsense."""

import io
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pydicom
import pytest

from covid_model.common.errors import PacsError, UsageError
from covid_model.serving.pacs.connection import MAX_RESPONSE, Pacs
from covid_model.serving.pacs.films import find_studies
from covid_model.serving.pacs.settings import PacsSettings
from tests.deployment.conftest import tool
from tests.imports import ROOT
from tests.pacs.conftest import DAY, STUDY_DAY, command, film
from tests.pacs.test_command import results_in, rows_of

FILMS = 100


@contextmanager
def answering(status=200, body=b"<html>", *, pause=0.0, certificate=None, **headers):
    """A server that answers every request alike; yields its address and the headers it got."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            received.append(dict(self.headers))
            time.sleep(pause)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield (
            f"http{'s' if certificate else ''}://127.0.0.1:{httpd.server_port}/dicom-web",
            received,
        )
    finally:
        httpd.shutdown()
        httpd.server_close()


def error_of(url, **values):
    with pytest.raises(PacsError) as caught:
        find_studies(Pacs(PacsSettings.of({"url": url, **values})), {})
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>hello", "no DICOMweb"),
        (200, b'{"a": [1', "no DICOMweb"),
        (200, b'["nonsense"]', "no DICOMweb"),
        (401, b"", "USER"),
        (403, b"", "USER"),
        (404, b"", "does not know"),
        (500, b"", "failed at the request (500)"),
        (503, b"", "failed at the request (503)"),
        (507, b"", "full"),
    ],
)
def test_an_answer_that_is_none_becomes_one_sentence(status, body, words):
    with answering(status, body) as (url, _):
        error = error_of(url)
    assert words in str(error)
    assert not error.away


def test_a_slow_server_is_not_waited_for_for_ever():
    with answering(pause=5.0) as (url, _):
        assert "in time" in str(error_of(url, timeout="0.2"))


def test_a_server_that_is_away_is_told_from_one_that_fails():
    with answering() as (url, _):
        pass
    assert error_of(url).away


def test_an_answer_too_large_is_not_read():
    with answering(Content_Length=str(MAX_RESPONSE + 1)) as (url, _):
        assert "more than the limit" in str(error_of(url))


def test_a_token_is_sent_and_a_user_is_sent():
    with answering() as (url, received):
        error_of(url, token="abc")
        error_of(url, user="me", password="you")
    assert received[0]["Authorization"] == "Bearer abc"
    assert received[1]["Authorization"].startswith("Basic ")


def test_more_studies_than_one_answer_holds_are_all_found(server):
    for number in range(130):
        server.add(film(number, np.zeros((16, 16))))
    pacs = Pacs(PacsSettings.from_environment(url=server.url))
    assert len(find_studies(pacs, {"StudyDate": DAY})) == 130


@pytest.mark.parametrize("most", [40, 100, 130])
def test_a_server_that_gives_fewer_than_it_is_asked_for_is_asked_on(monkeypatch, most):
    all_of_them = [{"00080050": {"vr": "SH", "Value": [str(number)]}} for number in range(333)]

    def search(limit, offset, **_):
        return all_of_them[offset : offset + min(limit, most)]

    pacs = Pacs(PacsSettings.of({"url": "http://127.0.0.1/dicom-web"}))
    monkeypatch.setattr(pacs._client, "search_for_studies", search)
    assert len(pacs.search("studies", {})) == 333


def test_a_server_is_asked_not_to_pack_films():
    with answering() as (url, received):
        error_of(url)
    assert received[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "--url"),
        ({"url": "pacs.hospital"}, "http://HOST"),
        ({"url": "http://me:secret@host/x"}, "must hold no user"),
        ({"url": "http://host/x", "token": "a", "user": "b"}, "not both"),
        ({"url": "http://host/x", "ca": "/nowhere.pem"}, "does not exist"),
        ({"url": "http://host/x", "timeout": "soon"}, "seconds"),
        ({"url": "http://host/x", "pasword": "secret"}, "pasword"),
    ],
)
def test_wrong_settings_are_told_without_a_secret(values, words):
    with pytest.raises(UsageError, match=words) as caught:
        PacsSettings.of(values)
    assert "secret" not in str(caught.value)
    settings = PacsSettings.of({"url": "http://host/x", "user": "me", "password": "secret"})
    assert "secret" not in repr(settings)


@pytest.fixture
def authority(tmp_path):
    """A certificate of this machine with its key, signed by itself, in one file."""
    both, key = tmp_path / "both.pem", tmp_path / "key.pem"
    line = [tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    line += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*line, "-keyout", key, "-out", both], check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + key.read_bytes())
    return both


def test_a_certificate_authority_of_ones_own(authority):
    kind = "application/dicom+json"
    with answering(200, b"[]", certificate=authority, Content_Type=kind) as (url, received):
        assert "COVID_XRAY_PACS_CA" in str(error_of(url, token="abc"))
        assert received == []  # the token went to nobody whom we do not trust
        assert find_studies(Pacs(PacsSettings.of({"url": url, "ca": str(authority)})), {}) == []
    assert received


@pytest.fixture
def line(server, trusted_run_root, tmp_path):
    """The options of a command that classifies and stores the films of a day."""
    return [
        *("--url", server.url, *STUDY_DAY, "--run", trusted_run_root / "trusted", "--store"),
        *("--csv", tmp_path / "table.csv", "--ledger", tmp_path / "ledger"),
    ]


def assert_each_once(server, table):
    """Each film has its rows and its results, none twice."""
    rows = rows_of(table)
    assert len({row["file"] for row in rows}) == FILMS
    assert len({(row["file"], row["model"]) for row in rows}) == len(rows)
    stored = Counter((d.StudyInstanceUID, d.SOPClassUID) for d in results_in(server))
    assert len({study for study, _ in stored}) == FILMS
    assert set(stored.values()) == {1}


@pytest.mark.slow
def test_killed_in_the_middle_of_a_hundred_nothing_is_lost_or_doubled(server, line, tmp_path):
    for number in range(FILMS):
        server.add(film(number))
    arguments = [sys.executable, "-m", "covid_model", "pacs", "--watch", "0.2", *map(str, line)]
    started = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    table = tmp_path / "table.csv"
    wait_for(lambda: table.exists() and len(table.read_text("utf-8").splitlines()) > FILMS)
    server.kill()  # the PACS first, in the middle of whatever it does
    time.sleep(1)
    assert started.poll() is None  # it waits for the PACS
    started.kill()
    started.communicate()
    server.start()
    ended = command(*line)
    assert ended.returncode == 0, ended.stderr
    assert_each_once(server, table)


def test_ctrl_c_says_what_is_done_and_the_next_start_goes_on(server, line, tmp_path):
    server.add(film(1))
    arguments = [sys.executable, "-m", "covid_model", "pacs", "--watch", "0.2", *map(str, line)]
    started = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    table = tmp_path / "table.csv"
    wait_for(lambda: table.exists() and len(table.read_text("utf-8").splitlines()) > 1)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "Run the same command again" in said
    server.add(film(2))
    assert command(*line).returncode == 0
    assert {row["file"].rsplit(".", 1)[-1] for row in rows_of(table)} == {"1", "2"}


def test_a_full_pacs_is_told_and_the_results_are_stored_once_there_is_room(server, line, tmp_path):
    server.add(film(1))
    [patient] = server.ask("GET", "/patients")
    server.ask("PUT", f"/patients/{patient}/protected", b"1")
    server.kill()
    server.start(MaximumStorageSize=1, MaximumPatientCount=1)
    fill(server)
    first = command(*line)
    assert first.returncode == 1
    assert "did not take" in first.stderr
    assert results_in(server) == []
    server.kill()
    server.start()
    assert command(*line).returncode == 0
    assert len(results_in(server)) > 0


def fill(server):
    """Add films of the protected patient until not even a small one is taken."""
    for size in (256, 64):
        for number in range(size, size + 200):
            try:
                server.add(film(number, np.zeros((size, size)), StudyDate="20250101"))
            except OSError:
                break
        else:
            pytest.fail("the server has no limit")


def test_a_pacs_restarted_empty_ends_in_no_error(server, line, tmp_path):
    server.add(film(1))
    assert command(*line).returncode == 0
    server.kill()
    server.empty()
    server.start()
    ended = command(*line)
    assert ended.returncode == 0
    assert "1 done" in ended.stderr
    server.add(film(2))
    assert command(*line).returncode == 0
    assert [pydicom.dcmread(io.BytesIO(data)).Modality for data in server.files()].count("SR") == 1


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
