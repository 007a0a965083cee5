"""Read first, reveal later in a real browser: nothing leaks, the log can be taken away."""

import csv
import re

import pytest

from covid_model.common.disclaimer import NOTICE
from tests.browser.test_many_files import WAIT, cell, file_in_view, rest
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser


def test_a_reading_comes_before_the_answer(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(WAIT)
        served.enter(page, url)
        upload(page, "a")
        rest(page, expect)
        expect(page.get_by_test_id("stMetric")).to_be_visible(timeout=WAIT)
        page.get_by_text("Read first, reveal later").click()
        hidden(page, expect)
        expect(page.get_by_text("your reading is logged as not blind")).to_be_visible()
        upload(page, "a", "b", "c")
        expect(file_in_view(page)).to_have_value("b.png", timeout=WAIT)
        rest(page, expect)
        hidden(page, expect)
        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_role("heading", name="Compare")).to_be_visible(timeout=WAIT)
        hidden(page, expect)
        page.get_by_role("link", name="Classify").click()
        expect(page.get_by_role("heading", name="Classify")).to_be_visible(timeout=WAIT)
        hidden(page, expect)

        read(page, "Normal")
        expect(page.get_by_test_id("stMetric")).to_be_visible(timeout=WAIT)
        rest(page, expect)
        table = page.get_by_test_id("stDataFrame")
        for number, outcome in enumerate(
            ("not read yet", "not\N{NO-BREAK SPACE}calibrated", "not read yet")
        ):
            expect(table.get_by_test_id(f"glide-cell-2-{number}")).to_have_text(
                outcome, timeout=WAIT
            )
        expect(cell(table, 1)).to_have_text("b.png")
        with page.expect_download() as given:
            page.get_by_role("button", name="Download the log as CSV").click()
        given.value.save_as(tmp_path / "readings.csv")
        expect(page.get_by_test_id("stException")).to_have_count(0)
    with (tmp_path / "readings.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["file"], row["reader_class"], row["blind"]) == ("b.png", "normal", "yes")
    assert (row["run"], row["network"], row["notice"]) == ("tiny", "xception", NOTICE)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def hidden(page, expect):
    """The page asks for a reading, and nothing in its HTML tells an answer."""
    expect(page.get_by_text("Your reading first")).to_be_visible(timeout=WAIT)
    expect(page.get_by_test_id("stMetric")).to_have_count(0, timeout=WAIT)
    rest(page, expect)
    main = page.get_by_test_id("stMain")
    sent = main.evaluate("main => main.innerHTML")
    assert "predicts" not in sent
    assert "map of" not in sent
    assert not re.search(r"\d\s?%", main.inner_text())


def read(page, choice):
    page.get_by_test_id("stForm").get_by_text(choice, exact=True).click()
    page.get_by_role("button", name="Save and reveal").click()


def upload(page, *names):
    files = [
        {
            "name": f"{name}.png",
            "mimeType": "image/png",
            "buffer": png(drawing(covid=ord(name) % 9 / 18)),
        }
        for name in names
    ]
    page.locator("input[type=file]").set_input_files(files)
