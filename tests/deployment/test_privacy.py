"""What a real server does with a visitor's files: none on a disk, none after they are gone."""

import contextlib
import re
import time
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from dashboard.session.intake import removal
from tests.browser.served import dashboard
from tests.deployment.conftest import tool
from tests.deployment.visitor import ask, visit
from tests.dicoms import dataset, encode
from tests.drawings import drawing

pytestmark = pytest.mark.slow
MARK = "Zyxwv^Marked"  # a patient's name that nothing else holds
NAME = "zyxwv-marked.dcm"
GRACE = 5  # seconds
FILES = "open,openat,openat2,creat,memfd_create"
WRITES = re.compile(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|creat\(|memfd_create\()")


def large(mark=MARK, side=1700):
    """A DICOM file of more than 5 MB."""
    picture = np.kron(drawing(), np.ones((8, 8), np.float32))
    picture = np.resize(picture, (side, side))
    pixels = (4095 * picture).round().astype(np.uint16)
    return encode(dataset(pixels, PatientName=mark), ExplicitVRLittleEndian)


def test_no_file_is_written_while_an_upload_is_read(tiny_run_root, tmp_path):
    trace, file = tmp_path / "trace", large()
    assert len(file) > 5e6
    strace = [
        tool("strace"),
        "-D",
        "-f",
        "-qq",
        "-e",
        f"trace={FILES}",
        "-s",
        "300",
        "-o",
        str(trace),
    ]
    with dashboard(tiny_run_root, tmp_path, under=strace) as url, visit(url) as visitor:
        before = trace.stat().st_size
        assert visitor.upload(NAME, file) == 204
        assert "highest for" in str(visitor.page)  # the networks were asked
        with trace.open() as lines:
            lines.seek(before)
            opened = [line for line in lines if WRITES.search(line)]
    written = [line for line in opened if '"/dev/null"' not in line and "ENOENT" not in line]
    assert written == []


# Freed memory is written over at once, so that a mark that is found is held by something.
OVERWRITING = ("env", "PYTHONMALLOC=malloc", "MALLOC_PERTURB_=165")


@pytest.fixture
def server(tiny_run_root, tmp_path):
    """The address of a server with a short grace, and its process id."""
    options = [f"--server.disconnectedSessionTTL={2 * GRACE}"]
    with dashboard(tiny_run_root, tmp_path, under=OVERWRITING, options=options) as url:
        yield url, int((tmp_path / "server.pid").read_text())


def test_a_name_leaves_the_memory_with_the_last_visitor(server):
    url, process = server
    with visit(url) as visitor:
        assert visitor.upload(NAME, large()) == 204
        assert "highest for" in str(visitor.page)
        assert times_in_memory(process, MARK) > 0
    wait_until(lambda: not times_in_memory(process, MARK), seconds=60)


def test_removed_files_leave_the_server_while_the_page_stays(server):
    url, process = server
    with visit(url) as visitor:
        assert visitor.upload(NAME, large()) == 204
        visitor.press("Remove all files")
        assert times_in_memory(process, MARK) > 0  # it can be brought back
        wait_until(lambda: not times_in_memory(process, MARK), seconds=60 + removal.SECONDS)
        assert visitor.upload(NAME, large()) == 204
        visitor.press("Remove all files")
        assert visitor.upload("other.dcm", large("Other^Name")) == 204  # no more from here
        wait_until(lambda: not times_in_memory(process, MARK), seconds=60)


def test_a_download_is_soon_gone_from_its_address(server):
    url, _ = server
    with visit(url) as visitor:
        visitor.upload(NAME, large())
        endings = re.findall(r"/media/\w+\.(\w+)", str(visitor.page))
        assert set(endings) <= {"jpg"}  # of samples; no picture or table of a file has an address
        [address] = {visitor.address_of(label) for label in ["Download results as CSV"]}
        assert ask(url, "GET", address)[0] == 200
        wait_until(lambda: ask(url, "GET", address)[0] == 404, seconds=60)


def times_in_memory(process, mark):
    """How often a mark is in the memory that a process writes to."""
    regions = Path(f"/proc/{process}/maps").read_text().splitlines()
    count = 0
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for region in regions:
            place, rights, *_ = region.split()
            start, end = (int(edge, 16) for edge in place.split("-"))
            if "w" in rights:
                memory.seek(start)
                with contextlib.suppress(OSError):  # gone since, or the system's own
                    count += memory.read(end - start).count(mark.encode())
    return count


def wait_until(condition, *, seconds):
    """Return once something is so.

    Raises:
        AssertionError: if it is not within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.5)
