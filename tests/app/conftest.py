"""The dashboard in Streamlit's own test harness."""

import gc
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from covid_model.inference import lung_segmentation
from covid_model.serving import Classifier
from dashboard.session import inference, state
from dashboard.session.intake import samples as session_samples
from tests.pages import APP, PAGES

VIEWER = "radiograph_viewer"
TEXTS = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")


@pytest.fixture(scope="module", autouse=True)
def settled():
    """Leave what earlier tests made out of garbage collections, as the imports are."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_broke_off(request, caplog):
    """Fail a test whose page broke off: the page shows a sentence, the log has what it was."""
    yield
    if not request.node.get_closest_marker("logs_errors"):
        broken = [
            r.getMessage()
            for r in caplog.get_records("call")
            if r.name == "dashboard.frame.error_boundary"
        ]
        assert not broken, caplog.text


@pytest.fixture
def calls(monkeypatch):
    """A list that grows by one name whenever a network is asked."""
    asked, predict = [], Classifier.predict

    def counted(self, radiograph, **options):
        asked.append(self.info.architecture)
        return predict(self, radiograph, **options)

    monkeypatch.setattr(Classifier, "predict", counted)
    return asked


@pytest.fixture
def png(drawn_radiograph) -> bytes:
    """A drawn radiograph as PNG."""
    stream = io.BytesIO()
    Image.fromarray((255 * drawn_radiograph).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def open_app(monkeypatch, tmp_path):
    """Return a function that opens the dashboard on a folder of runs, without samples or lungs."""
    monkeypatch.setattr(session_samples, "SAMPLES_FOLDER", tmp_path / "no-samples")
    monkeypatch.setattr(lung_segmentation, "DEFAULT_FOLDER", tmp_path / "no-lungs")
    inference._classifier.clear()  # it outlives a test, and the folders of two tests may be one

    def open_on(runs: Path, page: str = PAGES[0], *, accept: bool = True) -> AppTest:
        monkeypatch.setenv("COVID_MODEL_RUNS", str(runs))
        at = AppTest.from_file(APP, default_timeout=60)
        if accept:  # the notice, as a visitor does with its button
            at.session_state[state._ACCEPTED] = True
        at.run()
        return at if page == PAGES[0] else go(at, page)

    return open_on


@pytest.fixture
def samples(open_app, tmp_path, png, monkeypatch) -> Path:
    """A folder with one sample, which the dashboard that ``open_app`` opens takes for its own."""
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "normal.png").write_bytes(png)
    entry = {"file": "normal.png", "classes": ["normal"], "images": 7, "status": "ok"}
    listed = {"samples": [entry]}
    (folder / "samples.json").write_text(json.dumps(listed), "utf-8")
    monkeypatch.setattr(session_samples, "SAMPLES_FOLDER", folder)
    return folder


def go(at: AppTest, page: str) -> AppTest:
    """Switch the page; AppTest restores kept widget values one run later than a browser does."""
    return at.switch_page(f"views/{page}.py").run().run()


def upload(at: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Put files into the uploader."""
    return at.file_uploader[0].set_value([(*file, "") for file in files]).run()


def scene(at: AppTest) -> dict:
    """What the page's viewer shows, as the browser gets it."""
    [viewer] = viewers(at)
    [shown] = json.loads(viewer.json)
    return shown


def verdict(at: AppTest) -> str:
    """The one sentence above the pictures, "" where no class may be named."""
    return "".join(item.value for item in at.subheader if item.proto.icon)


def bars(at: AppTest) -> list[str]:
    """The bars of scores on a page, as HTML."""
    return [html.proto.body for html in at.get("html") if 'class="scores"' in html.proto.body]


def shown_tables(at: AppTest) -> list[pd.DataFrame]:
    """The plain tables of a page, by their headings."""
    bodies = [html.proto.body for html in at.get("html") if 'class="rows"' in html.proto.body]
    read = [
        [
            ["".join(cell.itertext()) for cell in row]
            for row in ElementTree.fromstring(body).iter("tr")
        ]
        for body in bodies
    ]
    return [pd.DataFrame(rows, columns=names) for names, *rows in read]


def viewers(at: AppTest) -> list:
    """The viewers of a page: one, or none where there is nothing to show."""
    protos = (element.proto for element in at.get("bidi_component"))
    return [proto for proto in protos if proto.component_name == VIEWER]


def panels(at: AppTest) -> list[dict]:
    """The pictures of the page's viewer, column by column."""
    return [panel for column in scene(at)["columns"] for panel in column["panels"]]


def words(at: AppTest) -> str:
    """Everything a page says, with the titles of its alerts."""
    kinds = ("title", "subheader", "markdown", "caption", "code", "info", "warning", "error")
    elements = [element for kind in kinds for element in getattr(at, kind)]
    return "\n".join(f"{getattr(e.proto, 'title', '')} {e.value}" for e in elements)


def everything(at: AppTest) -> str:
    """Whatever the page sends to the browser, tables included, but no picture's pixels."""
    return "\n".join(str(element.proto) for element in at.main if hasattr(element, "proto"))


def markdown_of(at):
    """Whatever a page shows as Markdown: texts, titles of alerts, labels."""
    for kind in TEXTS:
        for element in getattr(at, kind):
            yield from (element.value, getattr(element.proto, "title", ""))
    for kind in ("expander", "metric", "selectbox", "download_button", "button_group"):
        yield from (getattr(element, "label", "") for element in at.get(kind))
