"""What a run says is text: no page, chart or model card has a link, an image or an icon of it."""

import csv
import json
import re

import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.runs import COMPARISON_FILE, load_run, read_model_info, write_model_info
from covid_model.runs import write_json as write
from covid_model.runs.model_card.card import model_card
from covid_model.runs.model_card.markdown import as_text, raw_text
from tests import stored_reports
from tests.app.conftest import markdown_of
from tests.pages import PAGES

HOST = "planted.example"
HOSTILE = (
    f"![p](https://{HOST}/a.png) [p](//{HOST}) <img src=//{HOST}> https://{HOST} www.{HOST} "
    f"a@{HOST} :material/planted: :smile: :red[p] $x_{{planted}}$ `p` |p\n\n# p\n\n- **p**"
)
# What is left once signs are unescaped, which Streamlit looks for in the text that it shows.
FOUND_LATER = rf"(?i)https?://|www\.{HOST}|\w@{HOST}|:material/planted|:smile:|:red"
# What Markdown itself looks for, but for links of a page to its own sections.
LIVE = r"(?m)(?<!\\)\]\((?!#[a-z-]+\))|(?<!\\)<img|(?<!\\)\$x|(?<!\\)\*\*p|(?<!\\)`p|^# p|^- p"


@pytest.fixture
def hostile(tmp_path):
    """A folder with a run that says the hostile words wherever it may say words, and a broken one.

    Returns:
        The folder of runs.
    """
    run = tmp_path / "runs" / "run"
    stored_reports.write_evidence_run(run)
    for network in ("xception", "resnet50v2", "vgg16"):
        folder = run / network
        _plant_report(folder / "report.json")
        audit = json.loads((folder / "audit.json").read_text("utf-8"))
        audit["label_by_source"]["rows"][0]["source"] = HOSTILE
        audit["source_probe"]["sources"] = [HOSTILE, "b"]
        write(folder / "audit.json", audit)
        rows = [
            {**row, "source": HOSTILE, "view": HOSTILE, "path": HOSTILE, "original": HOSTILE}
            for row in stored_reports.predictions()
        ]
        with (folder / "predictions.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        info = read_model_info(folder).__dict__
        words = dict.fromkeys(("target_layer", "backbone_origin", "weights_format"), HOSTILE)
        quantized = {
            **dict.fromkeys(("run", "sha256", "way"), HOSTILE),
            **{"taken": True, "images": 9, "recall_before": 0.5},
            **dict.fromkeys(("agreement", "macro_recall", "map_correlation"), 0.5),
        }
        changed = {**info, **words, "quantized": quantized}
        write_model_info(folder, type(read_model_info(folder))(**changed))
    _plant_run(run / "run.json")
    broken = tmp_path / "runs" / "www.planted.example"
    broken.mkdir()
    write(broken / "run.json", {"schema": HOSTILE})
    return tmp_path / "runs"


def _plant_report(path):
    report = json.loads(path.read_text("utf-8"))
    report["intervals"]["method"] = HOSTILE
    group = report["groups"]["source"][0]
    kinds = ("source", "label_quality", "view", "sex", "age", "size")
    report["groups"] = {kind: [{**group, "group": HOSTILE, "few": True}] for kind in kinds}
    report["patients_unknown"] = {"images": 3, "sources": [HOSTILE]}
    row = {"source": HOSTILE, "classes": ["covid", "normal"], "images": 4}
    report["within_source"] = [{**row, "balanced_accuracy": 0.5, "auroc": 0.5}]
    share = {"images": 9, "patients": 9, "called": 1, "share": 0.1, "share_interval": None}
    worst = {"source": HOSTILE, "images": 4, "share": 0.2}
    report["lateral"] = {"found": share, "frontal_refused": share, "worst_source": worst}
    write(path, report)


def _plant_run(path):
    info = json.loads(path.read_text("utf-8"))
    words = ("title", "name", "created", "calibrated", "commit")
    counts = [
        {"part": "train", "source": HOSTILE, "label": name, "images": 5, "patients": 5}
        for name in CLASS_NAMES
    ]
    data = {"only": HOSTILE, "split_by": HOSTILE, "split_from": HOSTILE, "counts": counts}
    data |= {"patients_unknown": [HOSTILE], "shared_patients": 0, "left_out": [HOSTILE]}
    recipe = {"name": HOSTILE, "layers": {HOSTILE: [HOSTILE]}}
    info |= dict.fromkeys(words, HOSTILE) | {"data": data, "recipe": recipe, "notes": [HOSTILE]}
    write(path, {**info, "versions": {HOSTILE: HOSTILE}})


def dead(words):
    """Whether nothing in Markdown that was planted is anything but text."""
    words = re.sub(r"(?<!\\)`[^`\n]*`", "", words)  # code is text
    planted = "\n".join(line for line in words.splitlines() if "lanted" in line)
    return not re.search(LIVE, words) and not re.search(FOUND_LATER, raw_signs(planted))


def raw_signs(words):
    """Markdown without its escapes, as the text nodes of a page have it."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", words)


def specs(at):
    """The page's charts, as the browser has them."""
    charts = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
    return [json.dumps(chart, ensure_ascii=False) for chart in charts]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_a_run_says_as_text(open_app, hostile, page):
    at = open_app(hostile, page)
    assert not at.exception
    shown = [words for words in markdown_of(at) if words]
    assert any("lanted" in words for words in shown)
    assert [words for words in shown if not dead(words)] == []
    assert [spec for spec in specs(at) if re.search(r"<(a|img)\b", spec)] == []


def test_a_groups_name_is_text_in_its_chart(open_app, hostile):
    assert any(f"&lt;img src=//{HOST}&gt;" in spec for spec in specs(open_app(hostile, "reports")))


def test_a_card_has_what_a_run_says_as_text(hostile):
    card = model_card(load_run(hostile / "run"))
    assert card.count(HOST) > 20
    assert [line for line in card.splitlines() if "lanted" in line and not dead(line)] == []


@pytest.mark.parametrize(
    "words", [HOSTILE, "a_b.png", "1. x", "- x", "12:30", r"a\|b", "can't\u00a0tell", "x:y", ""]
)
def test_words_come_back_whole(words):
    assert raw_text(as_text(words)) == re.sub(r"[\n]+", " ", words)


def test_a_damaged_comparison_is_told_as_text(open_app, hostile):
    run = hostile / "run"
    (run / COMPARISON_FILE).write_text("{")
    at = open_app(hostile, "reports")
    assert not at.exception
    assert all(dead(element.value) for element in at.error)
