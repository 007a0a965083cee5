"""The viewer in a real browser: its keys pressed, its pixels read, the script never run again."""

import cv2
import numpy as np
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.inference.overlay import overlay, palette
from covid_model.serving import Classifier, classify_case
from tests.browser.looking import give
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser
NAME = "chest.png"
SAME, CHANGED = 1, 2  # mean differences of two pictures, of 255
EVERYTHING = [
    *(f"choice-{name}" for name in ("predicted", *CLASS_NAMES)),
    *("map", "invert", "original", "zoomOut", "zoomIn", "reset", "help"),
    *("turn", "flip", "length", "heart", "fullScreen", "save"),
    *("opacity", "window", "level", "stage"),
]


@pytest.fixture(scope="module")
def visit(served, tiny_runs, tmp_path_factory):
    """A page with one file on Classify, and a list that grows by what it sends to the server."""
    runs, folder = tiny_runs / "trusted", tmp_path_factory.mktemp("viewer")
    sent = []
    with served.dashboard(runs, folder) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 700})
        page.on("websocket", lambda socket: socket.on("framesent", lambda one: sent.append(one)))
        served.enter(page, url)
        file = {"name": NAME, "mimeType": "image/png", "buffer": png(drawing())}
        give(page, [file])
        yield page, sent


@pytest.fixture
def viewer(visit):
    """The viewer on Classify, everything as at first; the script must not run during a test."""
    from tests.browser.looking import SECONDS, Viewer

    page, sent = visit
    if not page.url.endswith("/"):
        page.get_by_role("link", name="Classify").click(timeout=SECONDS)
    looking = Viewer(page)
    looking.ready()
    looking.fresh()
    before = len(sent)
    yield looking
    if page.url.endswith("/"):
        assert len(sent) == before, "the browser asked the server for something"


@pytest.fixture(scope="module")
def case_result(tiny_runs):
    """What the server knows of the file."""
    return classify_case(
        png(drawing()), NAME, [Classifier.load(tiny_runs / "trusted/trusted/xception")]
    )


@pytest.fixture(scope="module")
def expected(case_result):
    """Return a function that draws, as Python does, what a canvas of a shape should show."""

    def draw(shape, name, opacity=0.45):
        heatmap = case_result.predictions[0].heatmap(name)
        rgb = overlay(case_result.radiograph.pixels, heatmap, opacity=opacity)
        return cv2.resize(rgb, shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(int)

    return draw


def apart(first, second):
    """Mean difference of two pictures, of 255."""
    return np.abs(first - second).mean()


def test_the_map_is_drawn_as_python_draws_it(viewer, expected, case_result):
    shown = viewer.pixels("overlay")
    named = case_result.predictions[0].predicted
    assert apart(shown, expected(shown.shape, named)) < SAME
    assert apart(shown, expected(shown.shape, named, opacity=0)) > CHANGED


def test_without_the_map_the_radiograph_is_left(viewer, expected, case_result):
    viewer.press("m")
    viewer.on("map", False)
    shown = viewer.pixels("overlay")
    np.testing.assert_array_equal(shown, viewer.pixels("radiograph"))
    assert (shown[..., 0] == shown[..., 1]).all()
    assert apart(shown, expected(shown.shape, "covid", opacity=0)) < SAME
    viewer.press("m")
    assert apart(viewer.pixels("overlay"), shown) > CHANGED


def test_opacity_changes_the_pixels(viewer, expected, case_result):
    named = case_result.predictions[0].predicted
    viewer.control("opacity").focus()
    viewer.press("End")
    shown = viewer.pixels("overlay")
    assert apart(shown, expected(shown.shape, named, opacity=1)) < SAME
    viewer.press("ArrowLeft", ".", ",", ",")
    assert viewer.control("opacity").input_value() == "90"
    viewer.press("Home")
    np.testing.assert_array_equal(viewer.pixels("overlay"), viewer.pixels("radiograph"))


@pytest.mark.parametrize("index", range(3))
def test_a_class_is_one_key_away(viewer, expected, case_result, index):
    viewer.press(str(index + 2))
    viewer.on(f"choice-{CLASS_NAMES[index]}")
    viewer.on("choice-predicted", False)
    shown = viewer.pixels("overlay")
    assert apart(shown, expected(shown.shape, CLASS_NAMES[index])) < SAME


def test_invert_inverts(viewer):
    before = viewer.pixels("radiograph")
    viewer.press("i")
    inverted = viewer.pixels("radiograph")
    inside = (slice(5, -5), slice(5, -5))  # the rim may hold black beside the picture
    assert np.abs(255 - before - inverted)[inside].max() <= 2
    viewer.press("i")
    np.testing.assert_array_equal(viewer.pixels("radiograph"), before)


def test_window_and_level_change_the_greys_until_reset(viewer):
    before = viewer.pixels("radiograph")
    viewer.press(*"[[[[[[[[[[")
    assert viewer.pixels("radiograph").std() > 1.3 * before.std()
    viewer.press(*";;;;")  # the middle of what is seen goes down: all is brighter
    assert viewer.pixels("radiograph").mean() > before.mean()
    viewer.press("r")
    np.testing.assert_array_equal(viewer.pixels("radiograph"), before)


def test_the_original_is_shown_while_its_key_is_held(viewer):
    before = viewer.pixels("radiograph")
    viewer.press("i", "]")
    viewer.draws(lambda: viewer.page.keyboard.down("o"))
    viewer.on("original")
    np.testing.assert_array_equal(viewer.pixels("overlay"), before)
    viewer.page.wait_for_timeout(1000)  # longer than a short press
    viewer.draws(lambda: viewer.page.keyboard.up("o"))
    viewer.on("original", False)
    assert apart(viewer.pixels("radiograph"), before) > CHANGED


def test_the_original_is_one_click_away(viewer):
    before = viewer.pixels("radiograph")
    viewer.press("i")
    button = viewer.control("original")
    button.focus()
    viewer.press("Enter")
    viewer.on("original")
    np.testing.assert_array_equal(viewer.pixels("overlay"), before)
    viewer.press("Enter")
    viewer.on("original", False)


def test_all_pictures_zoom_and_move_together(viewer):
    whole = viewer.pixels("radiograph")
    viewer.press("m", "+", "+", "+")
    zoomed = viewer.pixels("radiograph")
    assert apart(zoomed, whole) > CHANGED
    np.testing.assert_array_equal(viewer.pixels("overlay"), zoomed)
    viewer.press("ArrowLeft", "ArrowUp")
    np.testing.assert_array_equal(viewer.pixels("overlay"), viewer.pixels("radiograph"))
    assert apart(viewer.pixels("overlay"), zoomed) > CHANGED
    viewer.press("0", "m")
    np.testing.assert_array_equal(viewer.pixels("radiograph"), whole)


def test_the_mouse_moves_a_zoomed_picture_and_sets_the_greys(viewer):
    viewer.press("+", "+", "+")
    before = viewer.pixels("radiograph")
    viewer.pictures("radiograph").hover()  # brings it into view
    box = viewer.pictures("radiograph").bounding_box()
    mouse, x, y = viewer.page.mouse, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    viewer.draws(lambda: mouse.move(x + 40, y + 10))
    mouse.up()
    moved = viewer.pixels("radiograph")
    assert apart(moved, before) > CHANGED
    mouse.move(x, y)
    mouse.down(button="right")
    viewer.draws(lambda: mouse.move(x - 90, y))
    mouse.up(button="right")
    assert viewer.control("window").input_value() == "70"


def test_the_wheel_scrolls_the_page_until_the_pictures_have_the_focus(viewer):
    from playwright.sync_api import expect

    from tests.browser.looking import SECONDS
    from tests.browser.served import wait_until

    viewer.control("help").focus()
    viewer.pictures("radiograph").hover()
    main = viewer.page.get_by_test_id("stMain")
    start = main.evaluate("one => one.scrollTop")
    viewer.page.mouse.wheel(0, -120 if start > 150 else 120)
    moved = "([one, start]) => one.scrollTop !== start"
    wait_until(viewer.page, moved, [main.element_handle(), start])
    expect(viewer.root.locator("output.zoom")).to_have_text("100\u00a0%")
    viewer.pictures("radiograph").click()
    start = main.evaluate("one => one.scrollTop")
    viewer.draws(lambda: viewer.page.mouse.wheel(0, -120))
    expect(viewer.root.locator("output.zoom")).not_to_have_text("100\u00a0%", timeout=SECONDS)
    assert main.evaluate("one => one.scrollTop") == start


def test_no_key_moves_the_page(viewer):
    main = viewer.page.get_by_test_id("stMain")
    start = main.evaluate("one => one.scrollTop")
    keys = ["+", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "-", "i", "m", "[", "]", ";"]
    viewer.press(*keys, "'", ",", ".", "4", "r", "0")
    assert main.evaluate("one => one.scrollTop") == start


def test_the_tab_key_reaches_everything(viewer):
    viewer.control("stage").focus()
    reached = [viewer.focused()]
    while reached[-1] != "level" and len(reached) < 40:
        viewer.page.keyboard.press("Tab")
        reached.append(viewer.focused())
    assert set(EVERYTHING) <= set(reached)


def test_what_changed_is_said_and_the_keys_are_listed(viewer):
    from playwright.sync_api import expect

    from tests.browser.looking import SECONDS

    status = viewer.root.get_by_role("status")
    for key, said in (("m", "Map off"), ("i", "Inverted"), ("+", "Zoom 125 %"), ("2", "COVID-19")):
        viewer.press(key)
        expect(status).to_contain_text(said, timeout=SECONDS)
    viewer.press("?")
    expect(viewer.root.get_by_text("Narrower or wider window")).to_be_visible()
    viewer.press("?")
    expect(viewer.root.get_by_text("Narrower or wider window")).to_be_hidden()


def test_the_colour_bar_has_pythons_colours(viewer):
    read = "one => [...one.getContext('2d').getImageData(0, 0, 256, 1).data]"
    colours = np.array(viewer.root.locator("canvas.colours").evaluate(read)).reshape(256, 4)
    np.testing.assert_array_equal(colours[:, :3], palette())


def test_compare_shows_three_networks_in_step_with_what_was_set(viewer):
    from playwright.sync_api import expect

    from tests.browser.looking import SECONDS

    viewer.press("2", ".", "+")
    viewer.page.get_by_role("link", name="Compare").click()
    viewer.ready(overlays=3)
    viewer.on("choice-covid")
    assert viewer.control("opacity").input_value() == "50"
    expect(viewer.root.locator("output.zoom")).to_have_text("125\u00a0%")
    assert viewer.pictures("radiograph").count() == 1
    names = [one.get_attribute("aria-label") for one in viewer.pictures("overlay").all()]
    assert [name.split(" of ")[1] for name in names] == [
        f"{network} for COVID-19" for network in ("Xception", "ResNet50V2", "VGG16")
    ]
    assert viewer.root.get_by_role("row").count() == 4
    expect(viewer.pictures("map").first).to_be_hidden()
    viewer.draws(viewer.control("row-map").click)
    expect(viewer.pictures("map").first).to_be_visible(timeout=SECONDS)
    viewer.control("stage").focus()
    viewer.press("m")
    first = viewer.pixels("radiograph")
    for index in range(3):
        np.testing.assert_array_equal(viewer.pixels("map", index), first)
        np.testing.assert_array_equal(viewer.pixels("overlay", index), first)
    viewer.press("m", "r", "1")
    viewer.draws(viewer.control("row-map").click)
    viewer.draws(viewer.control("row-radiograph").click)
    expect(viewer.pictures("radiograph").first).to_be_hidden()
    viewer.draws(viewer.control("row-radiograph").click)
    expect(viewer.pictures("radiograph").first).to_be_visible(timeout=SECONDS)
