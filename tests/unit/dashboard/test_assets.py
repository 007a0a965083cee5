"""Streamlit's own files in one piece, whatever else is asked for left to Streamlit."""

import asyncio
from pathlib import Path

import pytest
from streamlit.file_util import get_static_dir

from dashboard.server.assets import WholeAssets

FOLDER = Path(get_static_dir()) / "static"
SCRIPT = next((FOLDER / "js").glob("index.*.js")).name


def asked(path, *, method="GET", headers=()):
    """The messages that answer a request; none where it is passed on."""
    sent = []

    async def passed_on(scope, receive, send):
        return None

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    asyncio.run(WholeAssets(passed_on)(scope, None, send))
    return sent


@pytest.mark.parametrize("pattern", ["js/index.*.js", "css/index.*.css", "media/*.woff2"])
def test_a_file_is_sent_in_one_piece_and_may_be_kept(pattern):
    file = next(FOLDER.glob(pattern))
    start, body = asked(f"/static/{file.relative_to(FOLDER)}")
    assert start["status"] == 200
    assert b"immutable" in dict(start["headers"])[b"cache-control"]
    assert body["body"] == file.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/js",
        "/static/js/none.js",
        f"/static/js/../js/{SCRIPT}",
        f"/static/css/{SCRIPT}",
        f"/elsewhere/js/{SCRIPT}",
        "/static/js/..",
    ],
)
def test_what_is_no_such_file_is_passed_on(path):
    assert asked(path) == []


@pytest.mark.parametrize("header", [b"range", b"if-none-match", b"if-modified-since"])
def test_a_part_of_a_file_is_passed_on(header):
    assert asked(f"/static/js/{SCRIPT}", headers=[(header, b"x")]) == []
    assert asked(f"/static/js/{SCRIPT}", method="HEAD") == []
