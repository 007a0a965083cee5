"""An answer, "can't tell" or a refusal: what Classify with Compare say of one file."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.imaging.reader import read_radiograph
from covid_model.serving import CaseResult, Prediction, decide
from dashboard.cases import outcome_text
from dashboard.components import text
from dashboard.components.formatting import TO
from dashboard.session import inference
from tests import dicoms
from tests.app.conftest import bars, everything, go, panels, upload, verdict, words
from tests.drawings import drawing

TITLES = set(text.TITLES.values())


def alerts(at):
    """Titles of what the page warns of."""
    return [alert.proto.title for kind in (at.error, at.warning, at.info) for alert in kind]


def prediction(model, *probabilities, novelty=0.5, threshold=0.7):
    return Prediction(
        model,
        np.array(probabilities, np.float32),
        np.ones((3, 2, 2), np.float32),
        0.25,
        calibrated=True,
        novelty=novelty,
        threshold=threshold,
    )


def only_asked(result, case, classifiers):
    """What classify would say of the networks that it is given."""
    models = [classifier.info.architecture for classifier in classifiers]
    return replace(result, predictions=tuple(p for p in result.predictions if p.model in models))


@pytest.fixture
def networks_say(monkeypatch, png):
    """Return a function that puts words into the networks' mouths, for any file."""

    def say(*predictions):
        decision = decide(predictions)
        result = CaseResult(
            "a.png",
            decision.status,
            reason=decision.reason,
            radiograph=read_radiograph(png, "a.png"),
            predictions=predictions,
            withheld=decision.status == "refused",
        )
        monkeypatch.setattr(inference, "classify", partial(only_asked, result))

    return say


def test_an_answer_stands_with_its_probability_threshold_and_novelty(
    open_app, trusted_run_root, trusted_pictures
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    assert not at.exception
    assert not alerts(at)
    assert re.fullmatch(r"Normal \(\d\d(\.\d+)?\u00a0%\)", verdict(at))
    assert "core" not in words(at)  # neither a score nor scores
    [shown] = bars(at)
    assert "Calibrated probability; answer from" in shown
    assert set(at.table[0].value["Answer from"]) != {"–"}
    go(at, "compare")
    assert not at.exception
    assert not alerts(at)
    assert verdict(at) == "Normal, by all 3 networks"
    assert text.AGREEMENT_CAVEAT in words(at)
    assert len(bars(at)) == 3
    assert set(at.table[0].value["Measure"]) == {"Calibrated probability"}
    assert "–" not in set(at.table[0].value["Answer from"]) | set(at.table[0].value["Novelty"])


def test_a_low_probability_is_no_answer_and_the_page_says_why(
    open_app, trusted_run_root, trusted_pictures
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["uncertain"]))
    assert not alerts(at)
    said = verdict(at)
    assert re.fullmatch(r"Not sure: leans to [\w -]+ \(\d+\s%; it answers from \d+\s%\)", said)
    assert "Xception gives" in words(at)  # the reason, folded
    assert len(panels(at)) == 2
    go(at, "compare")
    assert not at.exception
    assert verdict(at).startswith("Not sure")
    assert "networks say" not in words(at)
    below = [panel["texts"]["covid"]["caption"][0] for panel in panels(at) if "texts" in panel]
    assert below[0] == said  # the same network, the same words


def test_networks_that_disagree_cannot_tell(open_app, trusted_run_root, png, networks_say):
    names = tuple(ARCHITECTURES)
    networks_say(
        prediction(names[0], 0.9, 0.05, 0.05),
        prediction(names[1], 0.05, 0.9, 0.05),
        prediction(names[2], 0.9, 0.05, 0.05, novelty=1.25),
    )
    at = go(upload(open_app(trusted_run_root), ("a.png", png)), "compare")
    assert not at.exception
    assert verdict(at) == "Not sure: the networks disagree"
    assert "ResNet50V2 says Normal" in words(at)
    assert list(at.table[0].value["Novelty"]) == ["0.50", "0.50", "1.25"]
    said = [panel["texts"]["covid"]["caption"][0] for panel in panels(at) if "texts" in panel]
    assert said[::2] == ["COVID-19 (90\u00a0%)", "Normal (90\u00a0%)", outcome_text.NOVEL]
    assert len(bars(at)) == 2  # none of the network that refuses it


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_a_novel_picture_is_refused_and_no_class_is_named_anywhere(
    open_app, trusted_run_root, trusted_pictures, page
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["refused"]))
    at = at if page == "classify" else go(at, page)
    assert not at.exception
    assert at.error[0].proto.title == outcome_text.NOVEL
    assert "novelty is" in at.error[0].value
    assert [image.proto.imgs[0].alt for image in at.image] == ["The picture a.png as it was read"]
    asked = list(ARCHITECTURES.values())[: 1 if page == "classify" else 3]
    assert list(at.table[0].value["Network"]) == asked
    assert all(float(value) > 1 for value in at.table[0].value["Novelty"])
    assert set(at.table[0].value["Looks known"]) == {"no"}
    assert not verdict(at)
    assert not bars(at)
    assert not at.slider
    sent = everything(at).lower()
    assert "novelty" in sent  # the search sees the page
    for word in (*CLASS_NAMES, *TITLES, "calibrated probability", "score"):
        assert word.lower() not in sent


def test_a_batch_names_status_and_reason_of_every_file(
    open_app, trusted_run_root, trusted_pictures
):
    files = [(f"{name}.png", data) for name, data in trusted_pictures.items()]
    at = upload(open_app(trusted_run_root), *files, ("bad.png", b"no picture"))
    assert not at.exception
    assert "**1 answer, 1 can't tell, 2 refused**" in words(at)
    rows = at.dataframe[0].value
    assert list(rows["Outcome"]) == [
        text.STATUS[key] for key in ("ok", "uncertain", "refused", "refused")
    ]
    assert [value in TITLES for value in rows["Class"]] == [True, True, False, False]
    assert list(rows["Calibrated probability"].isna()) == [False, False, True, True]
    assert rows["Novelty"][2] > 1
    assert np.isnan(rows["Novelty"][3])
    assert [bool(reason) for reason in rows["Reason"]] == [False, True, True, True]


def test_a_run_without_calibration_speaks_of_scores(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not alerts(at)
    assert verdict(at).startswith("Not calibrated: score only, highest for ")
    assert "alibrated probability" not in everything(at)
    go(at, "compare")
    assert "alibrated probability" not in everything(at)
    assert set(at.table[0].value["Measure"]) == {"Score"}
    assert set(at.table[0].value["Answer from"]) == {"–"}


def test_what_the_networks_agree_on_without_thresholds_is_not_called_an_answer(
    open_app, trusted_run_root, png, networks_say
):
    networks_say(*(prediction(name, 0.9, 0.05, 0.05, threshold=None) for name in ARCHITECTURES))
    at = go(upload(open_app(trusted_run_root), ("a.png", png)), "compare")
    assert not alerts(at)
    assert verdict(at) == "Not calibrated: scores only, highest for COVID-19 by all 3"


@pytest.mark.parametrize("first", ["upload", "sample"])
def test_a_file_chosen_by_code_stays_when_the_page_changes(
    open_app, tiny_run_root, samples, png, first
):
    at = open_app(tiny_run_root)
    if first == "upload":
        upload(at, ("a.png", png))
        at.button(key="sample-Normal").click().run()
        wanted = "Normal sample"
    else:
        at.button(key="sample-Normal").click().run()
        upload(at, ("a.png", png))
        wanted = "a.png"
    for page in ("compare", "classify", "reports", "compare"):
        at.switch_page(f"views/{page}.py").run()
        if page != "reports":
            held = at.session_state["cases"]
            assert held[at.selectbox(key="case").value].name == wanted
    assert not at.exception


def test_removing_the_chosen_file_shows_another(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", png), ("c.png", png))
    at.selectbox(key="case").set_value(list(at.session_state["cases"])[1]).run()
    upload(at, ("a.png", png), ("c.png", png))
    assert not at.exception
    assert panels(at)[0]["plain"]["alt"] == "The radiograph a.png as it was read"


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_a_lateral_view_is_refused_by_name_and_no_class_is_named(
    open_app, trusted_run_root, png, networks_say, page
):
    networks_say(
        *(
            replace(prediction(name, 0.9, 0.05, 0.05), lateral=0.83, lateral_threshold=0.4)
            for name in ARCHITECTURES
        )
    )
    at = upload(open_app(trusted_run_root), ("a.png", png))
    at = at if page == "classify" else go(at, page)
    assert not at.exception
    assert at.error[0].proto.title == outcome_text.LATERAL
    assert "Upload the frontal (PA or AP) radiograph" in at.error[0].value
    assert set(at.table[0].value["Looks lateral"]) == {"yes"}
    assert set(at.table[0].value["Score of a lateral view"]) == {"0.83"}
    assert not verdict(at)
    assert not bars(at)
    sent = everything(at).lower()
    for word in (*CLASS_NAMES, *TITLES, "calibrated probability"):
        assert word.lower() not in sent


@pytest.mark.parametrize("page", ["classify", "compare"])
@pytest.mark.parametrize(
    ("tags", "shown"),
    [({"Modality": "CT"}, True), ({"ViewPosition": "LL"}, True), ({"NumberOfFrames": 2}, False)],
)
def test_a_file_that_its_header_refuses_is_shown_beside_the_reason(
    open_app, trusted_run_root, page, tags, shown
):
    at = upload(open_app(trusted_run_root), ("a.dcm", dicoms.radiograph(drawing(), **tags)))
    at = at if page == "classify" else go(at, page)
    assert not at.exception
    assert "Received" in at.error[0].value
    pictures = [image.proto.imgs[0].alt for image in at.image]
    assert pictures == (["The picture a.dcm as it was read"] if shown else [])
    assert not verdict(at)


LEFT_OUT = {"right": 0.912, "right_interval": [0.872, 0.95], "answered": 0.18, "coverage": 0.887}


@pytest.mark.parametrize(
    ("report", "kind", "sentence"),
    [
        (
            {"left_out": {"cross_fitted": LEFT_OUT}},
            "ok",
            "On hospitals not seen in training, 91.2 % (87.2-95.0) of such answers were right.",
        ),
        (
            {"left_out": {"cross_fitted": LEFT_OUT}},
            "uncertain",
            "Left open: COVID-19 or Normal; what was left open held the truth in 89 %. "
            "On hospitals not seen in training, 82 % stayed without an answer.",
        ),
        (
            {"answers": {"accuracy": 0.97}, "accuracy": 0.8},
            "ok",
            "On the run's own test images, 97.0 % of such answers were right.",
        ),
        (
            {"accuracy": 0.8},
            "uncalibrated",
            "Of the run's own test images, 80.0 % were named rightly.",
        ),
    ],
)
def test_a_verdict_says_how_often_such_a_one_is_right(report, kind, sentence):
    said = replace(prediction("xception", 0.5, 0.4, 0.1), plausible=("covid", "normal"))
    record = outcome_text.track_record(report, said, kind)
    assert record.replace("\u00a0", " ").replace(TO, "-") == sentence


def test_the_record_stands_below_the_verdict_with_a_link_to_reports(
    open_app, trusted_run_root, trusted_pictures
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    assert any("such answers were right" in caption.value for caption in at.caption)
    [link] = at.get("page_link")
    assert link.proto.page == "reports"


def test_a_damaged_report_takes_the_record_alone(open_app, trusted_run_root, trusted_pictures):
    (trusted_run_root / "trusted" / "xception" / "report.json").write_text("{}", "utf-8")
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    assert not at.exception
    assert verdict(at)
    assert "such answers" not in words(at)
