"""Downloads: whole, cut short, resumed, refused, of another digest."""

import errno
import hashlib
import shutil
import socket
from collections import namedtuple

import numpy as np
import pytest

from covid_model.data.sources import download, http_file
from covid_model.data.sources.download import DownloadError, alone, fetch
from tests.public_sources import serving

DATA = np.random.default_rng(0).bytes(600_000)
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(http_file, "PAUSE", 0)
    with serving({"/a.zip": DATA}) as site:
        yield site


def get(site, folder, **arguments):
    return fetch(f"{site.url}/a.zip", folder, name="a", **arguments)


def names(folder):
    return sorted(path.name.split(".", 1)[1] for path in folder.iterdir())


def test_a_whole_file_is_downloaded_once(site, tmp_path):
    first = get(site, tmp_path)
    assert first.path.read_bytes() == DATA
    assert (first.sha256, first.checked, first.url) == (DIGEST, False, f"{site.url}/a.zip")
    assert get(site, tmp_path, sha256=DIGEST).checked
    assert len(site.asked) == 1
    assert names(tmp_path) == ["zip"]


def test_a_cut_download_asks_for_the_rest_alone(site, tmp_path):
    site.cuts = [300_000]
    assert get(site, tmp_path).path.read_bytes() == DATA
    (first, _), (second, version) = site.asked
    start = int(second.removeprefix("bytes=").removesuffix("-"))
    assert first is None
    assert 300_000 - http_file.CHUNK <= start <= 300_000
    assert version == site.etag


def test_a_later_call_goes_on_where_the_first_stopped(site, tmp_path):
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(DownloadError, match="broke off.*run the same command again"):
        get(site, tmp_path)
    assert names(tmp_path) == ["zip.part", "zip.part.json"]
    kept = next(tmp_path.glob("*.part")).stat().st_size
    site.asked.clear()
    assert get(site, tmp_path).sha256 == DIGEST
    assert site.asked == [(f"bytes={kept}-", site.etag)]
    assert kept > 200_000


def test_a_server_without_ranges_starts_cleanly_anew(site, tmp_path):
    site.ranges, site.cuts = False, [300_000]
    assert get(site, tmp_path).path.read_bytes() == DATA
    assert len(site.asked) == 2


def test_a_server_that_always_breaks_off_is_given_up(site, tmp_path):
    site.ranges, site.cuts = False, [300_000] * 10
    with pytest.raises(DownloadError, match="broke off"):
        get(site, tmp_path)
    assert len(site.asked) == 1 + http_file.TRIES


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_what_has_no_strong_version_is_never_pieced_together(site, tmp_path, etag):
    site.etag, site.cuts = etag, [300_000]
    assert get(site, tmp_path).path.read_bytes() == DATA
    assert site.asked == [(None, None)] * 2


def test_a_file_that_changed_meanwhile_starts_anew(site, tmp_path):
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(DownloadError):
        get(site, tmp_path)
    site.etag, site.files["/a.zip"] = '"two"', DATA[::-1]
    assert get(site, tmp_path).path.read_bytes() == DATA[::-1]


def test_a_part_of_a_file_that_shrank_starts_anew(site, tmp_path):
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(DownloadError):
        get(site, tmp_path)
    site.files["/a.zip"] = DATA[:1000]  # 416, as this server does not change its ETag
    assert get(site, tmp_path).path.read_bytes() == DATA[:1000]


def test_a_part_that_is_whole_already_is_taken(site, tmp_path):
    whole = get(site, tmp_path).path
    part = whole.rename(whole.with_name(f"{whole.name}.part"))
    part.with_name(f"{part.name}.json").write_text('{"version": "\\"one\\""}')
    assert get(site, tmp_path).path.read_bytes() == DATA
    assert site.asked[1:] == [(f"bytes={len(DATA)}-", site.etag)]


def test_a_part_without_notes_starts_anew(site, tmp_path):
    whole = get(site, tmp_path).path
    whole.with_name(f"{whole.name}.part").write_bytes(b"of unknown origin")
    whole.unlink()
    assert get(site, tmp_path).path.read_bytes() == DATA


def test_a_wrong_digest_moves_the_file_aside(site, tmp_path):
    with pytest.raises(DownloadError, match=f"Expected the SHA-256 {'0' * 64}.*{DIGEST}"):
        get(site, tmp_path, sha256="0" * 64)
    assert names(tmp_path) == ["zip.bad"]
    get(site, tmp_path, sha256=DIGEST)
    assert len(site.asked) == 2


def test_a_url_may_bring_its_own_digest(site, tmp_path):
    assert fetch(f"{site.url}/a.zip#sha256={DIGEST}", tmp_path, name="a").checked
    with pytest.raises(DownloadError, match="Expected the SHA-256 1234"):
        fetch(f"{site.url}/a.zip#sha256=1234", tmp_path, name="a")


def test_a_local_file_stays_where_it_is(tmp_path):
    path = tmp_path / "mine.zip"
    path.write_bytes(DATA)
    fetched = fetch(str(path), tmp_path / "unused", name="a", sha256=DIGEST)
    assert (fetched.path, fetched.checked) == (path, True)
    with pytest.raises(DownloadError, match="Expected the SHA-256"):
        fetch(str(path), tmp_path / "unused", name="a", sha256="0" * 64)
    assert path.is_file()


@pytest.mark.parametrize(
    ("status", "message"),
    [(404, "is not there"), (403, "may not be read"), (501, r"not deliver it now \(HTTP 501")],
)
def test_a_refusal_says_what_to_do(site, tmp_path, status, message):
    site.statuses = [status]
    with pytest.raises(DownloadError, match=message):
        get(site, tmp_path)


def test_a_refusal_keeps_what_came(site, tmp_path):
    site.cuts, site.statuses = [300_000], [200, 404]
    with pytest.raises(DownloadError, match="is not there"):
        get(site, tmp_path)
    assert next(tmp_path.glob("*.part")).stat().st_size > 200_000


def test_a_server_that_is_busy_is_asked_again(site, tmp_path):
    site.statuses = [503]
    assert get(site, tmp_path).sha256 == DIGEST
    assert len(site.asked) == 2


def test_no_network_is_said(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.zip"
        with pytest.raises(DownloadError, match="cannot be reached: check the network"):
            fetch(url, tmp_path, name="a")


@pytest.mark.parametrize("url", ["no/such/file.zip", "ftp://example.org/a.zip", "http://"])
def test_what_is_neither_url_nor_file_is_said(tmp_path, url):
    with pytest.raises(DownloadError, match="Expected a URL"):
        fetch(url, tmp_path, name="a")


def test_a_file_that_cannot_fit_is_not_begun(site, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")(1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DownloadError, match=r"Expected 0\.001 GB free.*Free space"):
        get(site, tmp_path)


def test_a_full_disk_keeps_what_came(site, tmp_path, monkeypatch):
    def full(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "receive_file", full)
    with pytest.raises(DownloadError, match="is full. Free space. What came is kept"):
        get(site, tmp_path)


def test_two_commands_do_not_share_a_folder(tmp_path):
    pytest.importorskip("fcntl")
    folder = tmp_path / "downloads"
    with alone(folder):
        with pytest.raises(DownloadError, match="Another command"), alone(folder):
            pass
        (folder / "kept").touch()
    with alone(folder):
        (folder / "kept").unlink()
    assert not folder.exists()
