"""Read first, reveal later in a real browser: nothing leaks, the log can be taken away."""

import csv
import re

import pytest

from covid_model.common.disclaimer import NOTICE
from tests.browser.looking import give, verdict_of
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
        expect(verdict_of(page)).to_be_visible(timeout=WAIT)
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
        expect(verdict_of(page)).to_be_visible(timeout=WAIT)
        rest(page, expect)
        table = page.get_by_test_id("stDataFrame")
        for number, outcome in enumerate(("not read yet", "not calibrated", "not read yet")):
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


def test_a_study_is_read_by_keys_alone(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(WAIT)
        served.enter(page, url)
        page.get_by_text("Read first, reveal later").click()
        rest(page, expect)
        upload(page, "a", "b", "c")
        hidden(page, expect)
        choices, shown = page.get_by_role("radiogroup", name="What do you see?"), file_in_view(page)
        expected = ["COVID-19", "1", "Normal", "2", "Other infection", "3", "Unsure", "4"]
        expect(choices.get_by_text("Unsure")).to_be_visible(timeout=WAIT)
        drawn = texts(page)
        assert drawn[drawn.index("COVID-19") :][: len(expected)] == expected
        for number, name, following in ((2, "Normal", "b.png"), (4, "Unsure", "c.png")):
            rest(page, expect)
            choose(page, str(number), choices.get_by_role("radio", name=name))
            box = page.get_by_test_id("stForm").bounding_box()
            assert box["y"] + box["height"] <= 800, "the form leaves the screen"
            page.keyboard.press("Enter")
            expect(shown).to_have_value(following, timeout=WAIT)
            hidden(page, expect)
        note = page.get_by_label("Note (optional)")
        note.press_sequentially("1 n")
        expect(note).to_have_value("1 n")
        expect(choices.get_by_role("radio", checked=True)).to_have_count(0)
        expect(shown).to_have_value("c.png")
        page.locator(".viewer [data-id=stage]").click()  # the viewer leaves these keys to the form
        choose(page, "1", choices.get_by_role("radio", name="COVID-19"))
        page.keyboard.press("Enter")  # the last one: its answer is shown
        expect(verdict_of(page)).to_be_visible(timeout=WAIT)
        expect(page.get_by_text("Your reading: COVID-19 · 1 n")).to_be_visible(timeout=WAIT)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def texts(page):
    """Every text of the page in order, with those that the style adds."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [
        node["name"]["value"] for node in tree["nodes"] if node["role"]["value"] == "StaticText"
    ]


def choose(page, key, choice):
    """Press a key, again where a busy page was not ready for it, until its choice is made."""
    from playwright.sync_api import expect

    for _ in range(4):
        page.keyboard.press(key)
        try:
            expect(choice).to_be_checked(timeout=WAIT / 8)
        except AssertionError:
            continue
        return
    pytest.fail(f"The key {key} chooses nothing.")


def hidden(page, expect):
    """The page asks for a reading, and nothing in its HTML tells an answer."""
    expect(page.get_by_text("Your reading first")).to_be_visible(timeout=WAIT)
    expect(verdict_of(page)).to_have_count(0, timeout=WAIT)
    rest(page, expect)
    main = page.get_by_test_id("stMain")
    sent = main.evaluate("main => main.innerHTML")
    assert "highest for" not in sent
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
    give(page, files)
