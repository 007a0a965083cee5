"""The page Your hospital in a real browser: read by everybody, and no file written on the way."""

import re
import zipfile
from pathlib import Path

import pytest

from covid_model import cli
from tests.browser.test_looks import findings, settle
from tests.deployment.conftest import tool
from tests.deployment.test_privacy import OVERWRITING, times_in_memory, wait_until
from tests.own_radiographs import MARK, PLAIN, calibrate, packed

pytestmark = pytest.mark.browser
SECONDS = 240_000  # milliseconds: the server runs under a tracer
FILES = "open,openat,openat2,creat,memfd_create"
WRITES = re.compile(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|creat\(|memfd_create\()")


def test_a_zip_becomes_a_report_and_nothing_is_written(served, trusted_run_root, tmp_path):
    from playwright.sync_api import expect

    calibrate(trusted_run_root / "trusted")
    (tmp_path / f"{MARK}.zip").write_bytes(packed())
    trace = tmp_path / "trace"
    traced = ["-D", "-f", "-qq", "-e", f"trace={FILES}", "-s", "300", "-o", str(trace)]
    with (
        served.dashboard(trusted_run_root, tmp_path, under=[tool("strace"), *traced]) as url,
        served.chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        served.enter(page, url)
        page.set_default_timeout(SECONDS)
        page.locator('a[href$="/hospital"]').first.click()
        chooser = uploader(page)
        assert findings(page) == []
        before = trace.stat().st_size
        chooser.locator("input[type=file]").set_input_files(tmp_path / f"{MARK}.zip")
        expect(page.get_by_text("Held in memory: 24 pictures")).to_be_visible(timeout=SECONDS)
        settle(page)
        for word, name in (("COVID-19", "COVID-19"), ("other", "Other infection")):
            box = page.get_by_role("combobox", name=f"{word} (8 images)")
            box.scroll_into_view_if_needed()
            settle(page)  # a page that scrolls closes the list again
            box.click()
            page.get_by_role("option", name=name, exact=True).click()
            settle(page)
        page.get_by_role("button", name="Compute").click()
        report = page.get_by_role("heading", name="Report hospital: run trusted")
        expect(report).to_be_visible(timeout=SECONDS)
        settle(page)
        with page.expect_download() as downloaded:
            page.get_by_role("button", name="Report as ZIP").click()
        downloaded.value.save_as(tmp_path / "evaluation.zip")
        written = opened_to_write(trace, before)
        assert findings(page) == []
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 1280
        assert MARK not in page.url
    assert written == []
    assert MARK not in (tmp_path / "server.log").read_text()
    with zipfile.ZipFile(tmp_path / "evaluation.zip") as archive:
        archive.extractall(tmp_path)
    assert cli.main(["verify", str(tmp_path / "evaluation")]) == 0


def test_a_removed_upload_leaves_the_memory_of_the_server(served, trusted_run_root, tmp_path):
    from playwright.sync_api import expect

    (tmp_path / f"{MARK}.zip").write_bytes(packed(words=PLAIN, images=60))
    with (
        served.dashboard(trusted_run_root, tmp_path, under=OVERWRITING) as url,
        served.chromium() as browser,
    ):
        process = int((tmp_path / "server.pid").read_text())
        page = browser.new_page()
        served.enter(page, f"{url}/hospital")
        page.set_default_timeout(SECONDS)
        drop(page, uploader(page), tmp_path / f"{MARK}.zip")
        expect(page.get_by_text("Held in memory: 60 pictures")).to_be_visible(timeout=SECONDS)
        page.get_by_role("button", name="Compute").click()
        report = page.get_by_role("heading", name="Report hospital: run trusted")
        expect(report).to_be_visible(timeout=SECONDS)
        settle(page)
        names = f"{MARK}-test-"  # of files; less than that stays in gaps between other things
        assert times_in_memory(process, names) > 0
        page.get_by_role("button", name="Remove", exact=True).click()
        settle(page)
        wait_until(lambda: not times_in_memory(process, names), seconds=60)


def uploader(page):
    """The uploader of the page itself, once it is there."""
    from playwright.sync_api import expect

    chooser = page.locator("[data-testid=stFileUploader]:not(.st-key-receiver *)").first
    expect(chooser).to_be_visible(timeout=SECONDS)
    settle(page)
    return chooser


def drop(page, where, path: Path) -> None:
    """Drop a file on an element, which alone is to take it."""
    box, session = where.bounding_box(), page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] - 30}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def opened_to_write(trace: Path, since: int) -> list[str]:
    """The files that were opened to be written since a place in a trace."""
    with trace.open() as lines:
        lines.seek(since)
        opened = [line for line in lines if WRITES.search(line)]
    return [line for line in opened if '"/dev/null"' not in line and "ENOENT" not in line]
