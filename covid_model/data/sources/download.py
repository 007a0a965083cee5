"""A file from the web or from this machine, checked against its digest."""

import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from covid_model.common.errors import DataError
from covid_model.data.sources.http_file import CutShortError, receive_file
from covid_model.runs import sha256_of

AGAIN = "What came is kept: run the same command again to go on."
ANOTHER = "give another URL, or a copy of the file that you have, with --covid-url or --kermany-url"


class DownloadError(DataError):
    """A file cannot be had; the message says why, then what to do."""


@dataclass(frozen=True)
class Fetched:
    """A file that is here, whole.

    Attributes:
        path: where it is.
        url: where it came from; a local file's path as given.
        sha256: digest of its bytes, 64 hex digits.
        checked: True when the digest was known beforehand.
    """

    path: Path
    url: str
    sha256: str
    checked: bool


def fetch(url: str, folder: Path, *, name: str, sha256: str = "") -> Fetched:
    """Download ``url`` into ``folder``, or resume where an earlier call stopped.

    A file that is whole is only checked. Two URLs never share a file.

    Args:
        url: http or https, or the path of a file that is here already; it may end in
            ``#sha256=`` with the digest to expect.
        folder: where downloads are kept.
        name: first part of the file's name.
        sha256: the digest to expect where the URL gives none, "" when not known.

    Raises:
        DownloadError: with the cause, then what to do. What came is kept, but for a file with
            another digest, which is moved aside.
    """
    url, _, given = url.partition("#sha256=")
    expected = (given or sha256).lower()
    local = Path(url).is_file()
    key = hashlib.sha256(url.encode()).hexdigest()[:8]
    path = Path(url) if local else folder / f"{name}-{key}.zip"
    if not path.is_file():
        _receive(url, path)
    digest = sha256_of(path)
    if expected and digest != expected:
        kept = path if local else set_aside(path)
        raise DownloadError(
            f"Expected the SHA-256 {expected} of {url}. Received: {digest}, in {kept}. It is "
            f"damaged or another file: run the same command again, or {ANOTHER}."
        )
    return Fetched(path, url, digest, bool(expected))


def set_aside(path: Path) -> Path:
    """Rename a bad download, so that the next call starts again; return its new path."""
    return path.replace(path.with_name(f"{path.name}.bad"))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process, where the system has file locks.

    It is made where needed, then removed if the block leaves nothing in it.

    Raises:
        DownloadError: if another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as stream:
        try:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ModuleNotFoundError:  # Windows
            pass
        except BlockingIOError:
            raise DownloadError(
                f"Another command is at work in {folder}: wait until it ends."
            ) from None
        try:
            yield
        finally:
            if [path.name for path in folder.iterdir()] == ["lock"]:
                shutil.rmtree(folder, ignore_errors=True)


def require_space(folder: Path, size: int) -> None:
    """Refuse to begin what cannot fit.

    Raises:
        DownloadError: if ``folder``'s disk has fewer than ``size`` bytes free.
    """
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DownloadError(
            f"Expected {size / 1e9:.3f} GB free on the disk of {folder}. Received: "
            f"{free / 1e9:.3f} GB. Free space, then run the same command again."
        )


@contextmanager
def disk_full_explained(folder: Path) -> Iterator[None]:
    """Turn "no space left" into a sentence.

    Raises:
        DownloadError: where the block finds the disk full.
    """
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DownloadError(f"The disk of {folder} is full. Free space. {AGAIN}") from error


def _receive(url: str, path: Path) -> None:
    try:
        with disk_full_explained(path.parent):
            receive_file(url, path, require_space=lambda size: require_space(path.parent, size))
    except requests.HTTPError as error:
        raise DownloadError(_refusal(url, error.response.status_code)) from error
    except CutShortError as error:
        raise DownloadError(f"The download of {url} failed: {error}. {AGAIN}") from error
    except requests.exceptions.SSLError as error:
        raise DownloadError(
            f"{url} cannot be had, as its certificate is not trusted: check this machine's clock "
            f"with its proxy, or {ANOTHER}."
        ) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise DownloadError(
            f"{url} cannot be reached: check the network, the proxy or the URL. {AGAIN}"
        ) from error
    except requests.RequestException as error:
        raise DownloadError(
            "Expected a URL that starts with http:// or https://, or a file that is here. "
            f"Received: {url!r}."
        ) from error


def _refusal(url: str, status: int) -> str:
    if status in (404, 410):
        return f"{url} is not there (HTTP {status}): check the URL, or {ANOTHER}."
    if status in (401, 403):
        return f"{url} may not be read (HTTP {status}): check the proxy, or {ANOTHER}."
    return f"The server of {url} does not deliver it now (HTTP {status}). {AGAIN}"
