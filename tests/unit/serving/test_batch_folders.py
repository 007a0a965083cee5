"""What of a folder cannot be read is listed with the reason; what is no file is never opened."""

import os
import stat
from pathlib import Path

import pytest

from covid_model.common.errors import RadiographError
from covid_model.serving.batch import open_sources


def broken_link(path):
    path.symlink_to("nowhere")


def link_to_itself(path):
    path.symlink_to(path.name)


def link_to_device(path):
    path.symlink_to("/dev/zero")


def socket(path):
    os.mknod(path, stat.S_IFSOCK | 0o600)


def reasons(paths):
    """The names of a listing with why each cannot be read, "" for one that can."""
    with open_sources(paths) as listing:
        found = {}
        for source in listing.sources:
            try:
                found[source.name] = "" if source.load() else "empty"
            except RadiographError as error:
                found[source.name] = str(error)
    return found


@pytest.fixture
def folder(tmp_path):
    """A folder with one file that can be read."""
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (broken_link, "leads to no file (No such file or directory)"),
        (link_to_itself, "leads to no file (Too many levels of symbolic links)"),
        (os.mkfifo, "Received: a named pipe, which is not opened"),
        (socket, "Received: a socket, which is not opened"),
        (link_to_device, "Received: a device, which is not opened"),
    ],
)
def test_what_is_no_file_has_its_reason_and_is_not_opened(folder, monkeypatch, make, reason):
    odd = folder / "b.dcm"
    make(odd)
    real = Path.open

    def opened(path, *arguments, **options):
        assert path != odd, "opening it may block"
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", opened)
    found = reasons([folder, odd])
    assert list(found) == [f"{folder}/a.png", f"{odd}"]
    assert found[f"{folder}/a.png"] == ""
    assert reason in found[f"{odd}"]


@pytest.mark.parametrize("closed", ["films", "films/closed"])
def test_a_folder_that_cannot_be_listed_has_its_reason(folder, monkeypatch, closed):
    (folder / "closed").mkdir()
    closed = folder.parent / closed
    real = os.scandir

    def scandir(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = reasons([folder])
    assert "cannot be listed (Permission denied)" in found.pop(f"{closed}")
    assert list(found) == ([] if closed == folder else [f"{folder}/a.png"])


@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_cannot_be_reached_has_its_reason(folder, monkeypatch, named):
    real = Path.stat

    def status(path, **options):
        if path.name == "a.png":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", status)
    found = reasons([folder / "a.png" if named else folder])
    assert list(found) == [f"{folder}/a.png"]
    assert "cannot be read (Permission denied)" in found[f"{folder}/a.png"]


def test_a_linked_folder_is_followed_once(folder):
    elsewhere = folder.parent / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "1.png").write_bytes(b"x")
    (elsewhere / "deep" / "up").symlink_to(elsewhere)
    for name, target in {"A": folder, "link": elsewhere, "link2": elsewhere}.items():
        (folder / name).symlink_to(target)
    found = reasons([folder])
    twice = "The link leads to a folder whose files are listed already: they are not read twice."
    assert found == {
        f"{folder}/A": twice,
        f"{folder}/a.png": "",
        f"{folder}/link/deep/1.png": "",
        f"{folder}/link/deep/up": twice,
        f"{folder}/link2": twice,
    }


def test_a_real_folder_goes_before_a_link_to_it(folder):
    (folder / "real").mkdir()
    (folder / "real" / "1.png").write_bytes(b"x")
    (folder / "first").symlink_to("real")
    assert [name for name, reason in reasons([folder]).items() if not reason] == [
        f"{folder}/a.png",
        f"{folder}/real/1.png",
    ]


def test_what_is_hidden_stays_left_out(folder):
    os.mkfifo(folder / ".pipe")
    (folder / ".link").symlink_to("nowhere")
    (folder / ".trash").mkdir()
    (folder / ".trash" / "link").symlink_to(folder.parent)
    assert list(reasons([folder])) == [f"{folder}/a.png"]
