"""Every pixel and bit of a large film in a real browser; tools that turn, measure and save it."""

import io
import math

import cv2
import numpy as np
import pytest
from PIL import Image

from covid_model.inference.overlay import overlay
from covid_model.serving import Classifier, classify_case
from tests.browser.looking import give
from tests.dicoms import dataset, encode
from tests.drawings import drawing, png, varied

pytestmark = pytest.mark.browser
ROWS, COLUMNS, SPACING = 1500, 1300, 0.2  # the drawing's sides by five; mm
SMALL_ROWS, SMALL_COLUMNS = 640, 555
NETWORK = "servable/tiny/xception"
STRIPES = (slice(720, 780), slice(620, 680))  # as fine as the file's pixels
PLAIN = (slice(1100, 1200), slice(620, 650))  # one grey
STEP = (slice(1100, 1200), slice(650, 680))  # one level above PLAIN
GREY = 3072  # of PLAIN, of 4095
SAME, FINE = 1.5, 8  # mean difference, and standard deviation, of 255


def film():
    """A drawing of 12 bits with stripes that only its own resolution shows, and a faint step."""
    values = cv2.resize(4095 * drawing(), (COLUMNS, ROWS), interpolation=cv2.INTER_LINEAR)
    values = values.round().astype(np.uint16)
    values[STRIPES] = 2600 + 900 * (np.arange(60) % 2)
    values[PLAIN] = GREY
    values[STEP] = GREY + 1
    return values


def file_of(values, **tags):
    return encode(dataset(values, WindowCenter=2048, WindowWidth=4096, **tags))


@pytest.fixture(scope="module")
def film_file():
    return file_of(film(), PixelSpacing=[SPACING, SPACING])


@pytest.fixture(scope="module")
def page(served, tiny_runs, tmp_path_factory, film_file):
    """Classify with the film in view, after another file; ``page.asked``: every request since."""
    runs, folder = tiny_runs / "servable", tmp_path_factory.mktemp("films")
    with served.dashboard(runs, folder) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        served.enter(page, url)
        other = {"name": "b.png", "mimeType": "image/png", "buffer": png(varied("normal", 1))}
        chosen = {"name": "film", "mimeType": "application/dicom", "buffer": film_file}
        give(page, [chosen, other])
        yield page


@pytest.fixture
def viewer(page):
    """The viewer with everything as at first, but for the pixels that came already."""
    from tests.browser.looking import Viewer

    looking = Viewer(page)
    looking.ready()
    looking.fresh()
    return looking


def about(viewer, text):
    from playwright.sync_api import expect

    from tests.browser.looking import SECONDS

    expect(viewer.root.locator(".about")).to_contain_text(text, timeout=SECONDS)


def whole(viewer):
    """Wait until every pixel is shown."""
    viewer.page.keyboard.press("d")
    about(viewer, f"All {COLUMNS} × {ROWS} pixels, 12 bits")
    viewer.press("i", "i")


def part_of(pixels, area):
    """The part of a canvas that shows an area of the whole film, seen whole."""
    rows, columns = (
        slice(math.ceil(one.start * side / most), math.floor(one.stop * side / most))
        for one, side, most in zip(area, pixels.shape, (ROWS, COLUMNS), strict=False)
    )
    return pixels[rows, columns]


def test_zoom_brings_every_pixel_at_no_address(viewer):
    asked = []
    viewer.page.on("request", lambda request: asked.append(request.url))  # but for websockets
    about(viewer, f"Shown at {SMALL_COLUMNS} × {SMALL_ROWS} of {COLUMNS} × {ROWS} pixels")

    def seen():
        pixels = viewer.pixels("radiograph")
        y, x = pixels.shape[0] // 2, pixels.shape[1] // 2
        return pixels[y - 4 : y + 4, x - 4 : x + 4]

    assert seen().std() < FINE
    for _ in range(10):
        viewer.press("+")
    about(viewer, f"All {COLUMNS} × {ROWS} pixels, 12 bits")
    viewer.press("i", "i")
    assert seen().std() > FINE
    assert not [url for url in asked if url.startswith("http")]


SET = """(one, value) => {
  one.value = value;
  one.dispatchEvent(new Event("input"));
}"""


def test_grey_levels_beyond_eight_bits_are_told_apart(viewer):
    assert round(255 * GREY / 4095) == round(255 * (GREY + 1) / 4095)
    whole(viewer)
    before = viewer.pixels("radiograph")
    inside = part_of(before, STEP)[2:-2, 2:-2]
    around = part_of(before, PLAIN)[2:-2, 2:-2]
    assert abs(inside.mean() - around.mean()) < 1
    viewer.control("window").focus()
    viewer.press("Home")
    assert viewer.control("window").input_value() == "1"
    level = 100 * (GREY + 0.5) / 4095
    viewer.draws(lambda: viewer.control("level").evaluate(SET, str(level)))
    pixels = viewer.pixels("radiograph")
    inside = part_of(pixels, STEP)[2:-2, 2:-2]
    around = part_of(pixels, PLAIN)[2:-2, 2:-2]
    assert inside.mean() - around.mean() > 4


def test_what_the_files_window_clips_comes_back(viewer):
    """Wider than the file's own window, the brightest greys are no longer all white."""
    whole(viewer)
    viewer.draws(lambda: viewer.control("window").evaluate(SET, "200"))
    seen = part_of(viewer.pixels("radiograph"), PLAIN)[2:-2, 2:-2]
    assert abs(seen.mean() - 255 * (0.25 + 0.5 * GREY / 4095)) < 2


def test_map_and_outline_stay_where_they_are_over_every_pixel(viewer, film_file, tiny_runs):
    whole(viewer)
    result = classify_case(film_file, "film", [Classifier.load(tiny_runs / NETWORK)])
    heatmap = result.predictions[0].heatmap(result.predictions[0].predicted)
    shown = viewer.pixels("overlay")
    expected = overlay(result.radiograph.pixels, heatmap, opacity=0.45)
    expected = cv2.resize(expected, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    inside = (slice(30, -60), slice(5, -5))  # beside the scale
    assert np.abs(shown - expected)[inside].mean() < SAME
    shifted = np.roll(expected, 4, axis=1)
    assert np.abs(shown - shifted)[inside].mean() > SAME


def test_turning_and_flipping(viewer):
    before = viewer.pixels("radiograph")
    viewer.press("h")
    viewer.on("flip")
    flipped = viewer.pixels("radiograph")
    inside = (slice(40, -60), slice(5, -5))  # beside scale and words
    assert np.abs(flipped - before[:, ::-1])[inside].mean() < SAME
    assert "flipped" in viewer.pictures("radiograph").get_attribute("aria-label")
    viewer.press("h", "t")
    turned = viewer.pixels("radiograph")
    assert turned.shape[1] > turned.shape[0]
    expected = cv2.resize(np.rot90(before, -1).astype(np.uint8), turned.shape[1::-1])
    assert np.abs(turned - expected)[40:-60, 5:-5].mean() < 2 * SAME
    assert "rotated by 90°" in viewer.pictures("radiograph").get_attribute("aria-label")
    viewer.press("r")
    np.testing.assert_array_equal(viewer.pixels("radiograph")[inside], before[inside])


def test_a_length_by_mouse_and_by_keys_is_in_mm(viewer):
    viewer.pictures("radiograph").hover()  # brings it into view
    box = viewer.pictures("radiograph").bounding_box()
    viewer.press("k")
    viewer.on("length")
    mouse, y = viewer.page.mouse, box["y"] + box["height"] / 3
    mouse.move(box["x"] + box["width"] / 4, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, y)
    mouse.move(box["x"] + 3 * box["width"] / 4, y)
    mouse.up()
    about(viewer, f"Length: {COLUMNS / 2 * SPACING:.1f} mm")
    about(viewer, "Millimetres by the file's Pixel Spacing")
    viewer.on("length", False)
    viewer.control("stage").focus()
    viewer.press("Backspace", "k", *["ArrowLeft"] * 5, " ", *["ArrowRight"] * 10, " ")
    about(viewer, f"Length: {COLUMNS / 5 * SPACING:.1f} mm")
    assert f"{COLUMNS / 2 * SPACING:.1f} mm" not in viewer.root.locator(".about").inner_text()
    viewer.press("Backspace")


def test_two_lines_give_the_cardiothoracic_ratio(viewer):
    viewer.press("c", " ", *["ArrowRight"] * 5, " ")
    viewer.press("ArrowDown", " ", *["ArrowLeft"] * 10, " ")
    about(viewer, "cardiothoracic ratio 0.50")
    viewer.press("Backspace", "Backspace")
    assert "ratio" not in viewer.root.locator(".about").inner_text()


def test_what_is_seen_is_saved_with_the_notice(viewer, tmp_path):
    from covid_model.common.disclaimer import NOTICE

    viewer.press("h", "m")
    shown = viewer.canvas("radiograph")
    with viewer.page.expect_download() as given:
        viewer.page.keyboard.press("s")
    assert given.value.suggested_filename == "radiograph.png"
    given.value.save_as(tmp_path / "saved.png")
    with Image.open(io.BytesIO((tmp_path / "saved.png").read_bytes())) as image:
        saved = np.asarray(image.convert("RGB")).astype(int)
    height, width = shown.shape[:2]
    assert np.abs(saved[:height, :width] - shown)[:, 2:-2].mean() < SAME
    assert saved[height + 10 :].max() > 200, "nothing is written below"
    said = viewer.page.evaluate(SAID)
    assert "flipped" in said
    assert NOTICE in said
    viewer.press("m")


SAID = """() => {
  const words = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  return new Promise((done) => {
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      words.push(text);
      return write.call(this, text, ...rest);
    };
    const root = [...document.querySelectorAll("*")].map((one) => one.shadowRoot)
      .find((one) => one?.querySelector(".viewer"));
    root.querySelector("[data-id=save]").click();
    setTimeout(() => {
      CanvasRenderingContext2D.prototype.fillText = write;
      done(words.join(" "));
    }, 1500);
  });
}"""


def test_full_screen_and_back(viewer):
    from tests.browser.served import wait_until

    viewer.page.keyboard.press("f")
    wait_until(viewer.page, "() => document.fullscreenElement !== null")
    viewer.page.keyboard.press("f")
    wait_until(viewer.page, "() => document.fullscreenElement === null")


def test_another_film_stands_beside_in_step(viewer):
    from playwright.sync_api import expect

    from tests.browser.looking import SECONDS

    choice = viewer.page.get_by_role("combobox", name="Film beside it")
    option = viewer.page.get_by_role("option", name="b.png")
    while not option.is_visible():  # a list that opens while the page is drawn again closes
        choice.click()
        viewer.page.wait_for_timeout(500)
    option.click()
    expect(viewer.pictures("radiograph")).to_have_count(2, timeout=SECONDS)
    viewer.ready()
    viewer.control("stage").focus()
    before = viewer.pixels("radiograph", 1)
    viewer.press("+", "+")
    assert np.abs(viewer.pixels("radiograph", 1) - before).mean() > SAME
    viewer.press("r")
    names = [one.get_attribute("aria-label") for one in viewer.pictures("radiograph").all()]
    assert "film" in names[0]
    assert "b.png" in names[1]


def test_two_fingers_zoom_and_one_moves_on_a_phone(served, page, tiny_runs, tmp_path):
    from tests.browser.looking import Viewer

    browser = page.context.browser
    with served.dashboard(tiny_runs / "servable", tmp_path) as url:
        phone = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True)
        page = phone.new_page()
        served.enter(page, url)
        file = {"name": "a.png", "mimeType": "image/png", "buffer": png(drawing())}
        give(page, [file])
        viewer = Viewer(page)
        viewer.ready()
        viewer.fresh()
        viewer.pictures("radiograph").scroll_into_view_if_needed()
        box = viewer.pictures("radiograph").bounding_box()
        assert box["width"] > 300
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = viewer.pixels("radiograph")
        touches = phone.new_cdp_session(page)

        def touch(kind, *points):
            ends = [
                {"x": x + dx, "y": y + dy, "id": index} for index, (dx, dy) in enumerate(points)
            ]
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": ends})

        touch("touchStart", (-20, 0), (20, 0))
        viewer.draws(lambda: touch("touchMove", (-50, 0), (50, 0)))
        touch("touchEnd")
        zoom = viewer.root.locator("output.zoom").inner_text()
        assert int(zoom.removesuffix("\u00a0%")) > 150
        zoomed = viewer.pixels("radiograph")
        assert np.abs(zoomed - before).mean() > SAME
        touch("touchStart", (0, 0))
        viewer.draws(lambda: [touch("touchMove", (step, step)) for step in (10, 30, 60)])
        touch("touchEnd")
        assert np.abs(viewer.pixels("radiograph") - zoomed).mean() > SAME
