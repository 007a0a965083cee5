"""One HTTP download that resumes where it stopped (RFC 9110, Range with If-Range)."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3 import Retry

CHUNK = 1 << 16  # bytes; a cut loses less than one of them
TIMEOUT = (20, 60)  # seconds to connect, then between two pieces
TRIES = 3  # in a row that bring nothing new
PAUSE = 2.0  # seconds, times the number of such tries
RETRY = Retry(
    total=4,
    connect=1,
    backoff_factor=0.3,
    status_forcelist=(429, 500, 502, 503, 504),
    raise_on_status=False,
    retry_after_max=30,
)


class CutShortError(requests.RequestException):
    """The answer ended early, or does not continue what is here."""


@dataclass(frozen=True)
class _Task:
    """What one download needs: ``stream`` appends to the part, ``notes`` say what it is of."""

    session: requests.Session
    url: str
    stream: BinaryIO
    notes: Path
    bar: tqdm
    require_space: Callable[[int], None]


def receive_file(url: str, path: Path, *, require_space: Callable[[int], None]) -> None:
    """Fill ``path.part`` until it is whole, then rename it to ``path``.

    The rest alone is asked for when the server named the version of what is here (a strong ETag or
    a date) and knows ranges; else the file starts again. A broken connection is tried again as long
    as that brings something, then ``TRIES`` times; the part stays where it is.

    Args:
        url: http or https.
        path: the file to be.
        require_space: called with the number of bytes to come, where the server tells it.

    Raises:
        requests.RequestException: if the server cannot be reached, refuses, or breaks off.
        OSError: if the file cannot be written.
    """
    part, notes = (path.with_name(f"{path.name}.{end}") for end in ("part", "part.json"))
    bar = tqdm(desc=path.stem, unit="B", unit_scale=True, disable=None)
    with requests.Session() as session, part.open("ab") as stream, bar:
        session.headers.update({"User-Agent": "covid-xray-models", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=RETRY))
        _persist(_Task(session, url, stream, notes, bar, require_space))
    part.replace(path)
    notes.unlink(missing_ok=True)


def _persist(task: _Task) -> None:
    most, idle, begun = task.stream.tell(), 0, False
    while True:
        try:
            return _receive(task)
        except (CutShortError, requests.ConnectionError, requests.Timeout) as error:
            begun = begun or isinstance(error, CutShortError)
            here = task.stream.tell()
            idle, most = (0, here) if here > most else (idle + 1, most)
            if not begun or idle >= TRIES:
                raise
            time.sleep(PAUSE * idle)


def _receive(task: _Task) -> None:
    """Ask once for what is missing; the file is whole when this returns."""
    here = task.stream.tell()
    version = _version_noted(task) if here else ""
    headers = {"Range": f"bytes={here}-", "If-Range": version} if version else {}
    with task.session.get(task.url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        status, total = response.status_code, _length(response)
        if version and status in (206, 416):
            if not _continues(response, here, version):
                _restart(task, "")
                raise CutShortError("the server's file is no longer the one that was begun")
            if status == 416:  # nothing is missing
                return
            total = None if total is None else here + total
        else:
            response.raise_for_status()
            _restart(task, _version(response))
        _write(task, response, total)


def _write(task: _Task, response: requests.Response, total: int | None) -> None:
    here = task.stream.tell()
    if total is not None:
        task.require_space(total - here)
    task.bar.reset(total)
    task.bar.initial = here
    task.bar.update(here)
    try:
        for piece in response.iter_content(CHUNK):
            task.stream.write(piece)
            task.bar.update(len(piece))
    except (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
    ) as error:
        raise CutShortError("the connection broke off") from error
    finally:
        task.stream.flush()
    if total is not None and task.stream.tell() != total:
        raise CutShortError(f"{task.stream.tell()} of {total} bytes came")


def _restart(task: _Task, version: str) -> None:
    """Empty the part before noting its version, so that no kill mixes two versions."""
    task.stream.seek(0)
    task.stream.truncate()
    task.notes.write_text(json.dumps({"url": task.url, "version": version}), "utf-8")


def _version_noted(task: _Task) -> str:
    try:
        return str(json.loads(task.notes.read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _version(response: requests.Response) -> str:
    """What If-Range takes: a strong ETag, else the date, else ""."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _continues(response: requests.Response, here: int, version: str) -> bool:
    """True when the answer continues from byte ``here`` of the same version of the file."""
    sent = response.headers.get("Content-Range", "").strip()
    if response.status_code == 416:
        return sent == f"bytes */{here}"
    other = version.startswith('"') and response.headers.get("ETag", version) != version
    return bool(re.match(rf"bytes {here}-\d+/", sent)) and not other


def _length(response: requests.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    return (
        int(length) if length.isdigit() and not response.headers.get("Content-Encoding") else None
    )
