"""Files dropped anywhere, pasted, chosen as a folder; removed, brought back; in a real browser."""

import base64
import io
import re

import pytest
from PIL import Image

from tests.browser.looking import fold_of, listens
from tests.browser.test_many_files import WAIT, rest
from tests.browser.test_reload import opened
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser
PASTE = """([element, name, text]) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name, { type: "image/png" }));
  const how = { bubbles: true, cancelable: true, composed: true, clipboardData };
  element.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def folder(tmp_path):
    """A folder with two pictures one level down, a text and a system's own file."""
    folder = tmp_path / "day"
    (folder / "films").mkdir(parents=True)
    for number, name in enumerate(("IM10.png", "IM2.png")):
        (folder / "films" / name).write_bytes(picture(number))
    (folder / "read.txt").write_text("read me")
    (folder / ".DS_Store").write_bytes(b"junk")
    return folder


def picture(number):
    return png(drawing(covid=number / 20))


def drag(page, *files, to=("dragEnter", "dragOver", "drop")):
    """Drag files of this machine over the page, as a hand does."""
    listens(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in to:
        step = {"type": kind, "x": 200, "y": 400, "data": data}
        session.send("Input.dispatchDragEvent", step)


def paste(page, selector, name, data):
    listens(page)
    element = page.locator(selector).element_handle()
    page.evaluate(PASTE, [element, name, base64.b64encode(data).decode()])


def unfold(page, expect):
    """Open what the intake folds to, unless it is open."""
    fold = fold_of(page)
    expect(fold).to_be_visible(timeout=WAIT)
    if not page.get_by_test_id("stPopoverBody").count():
        fold.click()


def lists(page, expect, *names):
    """Expect these files in the list, and the page at rest."""
    unfold(page, expect)
    expect(page.locator("li:has(button)")).to_have_text([f"{name}✕" for name in names])
    rest(page, expect)


def test_files_come_from_everywhere_and_leave_by_the_list(served, tiny_run_root, tmp_path, folder):
    from playwright.sync_api import expect

    alone = tmp_path / "alone.png"
    alone.write_bytes(picture(7))
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        target, status = page.get_by_text("Drop the files to add them"), said(page)
        drag(page, alone, to=("dragEnter", "dragOver"))
        expect(target).to_be_visible()
        expect(target).to_be_hidden()  # it left the window
        drag(page, folder, alone)
        films = ["day/films/IM2.png", "day/films/IM10.png"]
        lists(page, expect, "alone.png", *films)
        expect(status).to_have_text("Files added: 3.")
        expect(
            page.get_by_text("neither DICOM files nor pictures, and so not listed: 1.")
        ).to_be_visible()

        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()
        rest(page, expect)
        paste(page, "body", "image.png", picture(8))
        lists(page, expect, "alone.png", *films, "pasted 1.png")
        page.get_by_role("button", name=f"Remove {films[0]}").press("Enter")
        lists(page, expect, "alone.png", films[1], "pasted 1.png")
        expect(page.get_by_role("button", name=f"Remove {films[1]}")).to_be_focused()
        expect(status).to_contain_text(f"Removed: {films[0]}. Undo is there for a minute")
        page.get_by_role("button", name="Undo").click()
        lists(page, expect, "alone.png", *films, "pasted 1.png")
        page.get_by_role("button", name="Remove all files").click()
        expect(page.get_by_text("Nothing to look at yet")).to_be_visible()
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name="Choose a folder").click()
        chosen.value.set_files(str(folder))
        lists(page, expect, *films)
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def said(page):
    return page.locator(".said")


def test_a_picture_pasted_into_a_text_stays_out(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        page.get_by_text("Read first, reveal later").click()
        rest(page, expect)
        paste(page, "body", "a.png", picture(1))
        lists(page, expect, "a.png")
        paste(page, "input[aria-label='Note (optional)']", "b.png", picture(2))
        paste(page, "h1", "c.png", picture(3))
        lists(page, expect, "a.png", "c.png")


def test_any_name_arrives_as_it_is(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    names = ["...", "a%22.png", 'b"c.png', "d\\", "e]=;'.png", "f<b>.png"]
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        for number, name in enumerate(names):
            paste(page, "body", name, picture(number))
        unfold(page, expect)
        expect(page.locator("li:has(button)")).to_have_count(len(names), timeout=WAIT)
        lists(page, expect, *names)


def test_what_comes_while_the_networks_work_is_not_lost(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        for number in range(8):  # a round begins while the last one is sent, read or shown
            for place in range(4):
                name = f"{number}-{place}.png"
                paste(page, "body", name, picture(4 * number + place))
            page.wait_for_timeout(60)
        unfold(page, expect)
        expect(page.locator("li:has(button)")).to_have_count(32, timeout=WAIT)


def test_a_late_answer_for_one_file_does_not_stand_for_the_next(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    answers = []  # of the server, to the question where to send a file

    def pass_on(socket):
        server = socket.connect_to_server()

        def answer(message):
            if isinstance(message, bytes) and b"/_stcore/upload_file/" in message:
                answers.append(message)
                if len(answers) == 1:  # late: the page asks again
                    return
                message = answers[0] if len(answers) == 3 else message  # and b.png's is lost
            socket.send(message)

        server.on_message(answer)

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route_web_socket(re.compile("_stcore/stream"), pass_on)
        served.enter(page, url)
        paste(page, "body", "a.png", picture(1))
        lists(page, expect, "a.png")
        paste(page, "body", "b.png", picture(2))
        lists(page, expect, "a.png", "b.png")
        expect(said(page)).to_have_text("Files added: 1.")
    assert len(answers) == 4


def test_what_the_uploader_forgets_is_handed_over_again(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    held = []
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        page.route("**/_stcore/upload_file/**", lambda route: held.append(route), times=1)
        paste(page, "body", "a.png", picture(1))
        while not held:
            page.wait_for_timeout(20)
        page.get_by_test_id("stFileChipDeleteBtn").locator("button").evaluate("b => b.click()")
        lists(page, expect, "a.png")


def test_what_is_on_its_way_arrives_on_the_next_page(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    on_their_way = []
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        page.route("**/_stcore/upload_file/**", lambda route: on_their_way.append(route))
        paste(page, "body", "a.png", picture(1))
        expect(said(page)).to_have_text("Files on their way: 1.")
        while not on_their_way:
            page.wait_for_timeout(20)
        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()
        rest(page, expect)
        on_their_way[0].continue_()
        lists(page, expect, "a.png")
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def test_a_folder_beyond_all_bounds_is_cut_and_said(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    many = tmp_path / "many"
    many.mkdir()
    for number in range(203):
        stream = io.BytesIO()
        Image.new("L", (8, 8), number).save(stream, "PNG")
        (many / f"{number}.png").write_bytes(stream.getvalue())
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        drag(page, many)
        expect(said(page)).to_contain_text(
            "Files left out: 3. At most 200 files or 256 MiB go at once."
        )
        unfold(page, expect)
        expect(page.locator("li:has(button)")).to_have_count(50)
        alert = page.get_by_test_id("stAlert").filter(has_text="150 of the files")
        expect(alert).to_contain_text("many/50.png first, are left out: this page holds at most 50")
        page.get_by_role("button", name="Close this note").click()
        expect(alert).to_have_count(0)


def test_a_file_that_cannot_be_sent_is_said(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = opened(served, browser, url)
        page.route("**/_stcore/upload_file/**", lambda route: route.abort())
        paste(page, "body", "a.png", picture(1))
        expect(said(page)).to_have_text("Files that could not be sent: 1. Add them again.")
        page.unroute("**/_stcore/upload_file/**")
        paste(page, "body", "a.png", picture(1))
        lists(page, expect, "a.png")


def test_nothing_of_the_intake_is_in_english_on_a_portuguese_page(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="pt-BR")
        served.enter(page, url)
        expect(page.get_by_role("button", name="Escolher arquivos")).to_be_visible()
        expect(page.get_by_text("Uma imagem pode ter 64 MiB")).to_be_visible()
        paste(page, "body", "image.png", picture(1))
        lists(page, expect, "colada 1.png")
        expect(said(page)).to_have_text("Arquivos adicionados: 1.")
        shown = page.get_by_test_id("stMain").inner_text()
        for word in ("Drag and drop", "Browse", "Upload", "per file", "Limit"):
            assert word not in shown
