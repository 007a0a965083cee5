"""An answer, "can't tell" or a refusal: what Classify with Compare say of one file."""

import csv
import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.imaging.reader import read_radiograph
from covid_model.serving import CaseResult, Classifier, Prediction, classify_case, decide
from dashboard.cases import outcome_tables, outcome_text
from dashboard.components import display, text
from dashboard.i18n import translate
from dashboard.session import inference
from tests import dicoms
from tests.app.conftest import bars, everything, go, panels, shown_tables, upload, words
from tests.drawings import drawing

TITLES = set(text.TITLES.values())


def verdicts(at):
    """The sentences on the file in view: one."""
    return [heading.value for heading in at.subheader]


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
    assert verdicts(at) == ["Normal (99.8\N{NO-BREAK SPACE}%)"]
    assert "of such answers were right" in words(at)
    assert "core" not in words(at)  # neither a score nor scores
    assert len(bars(at)) == 1
    assert "Normal" in bars(at)[0]
    go(at, "compare")
    assert not at.exception
    assert not alerts(at)
    assert verdicts(at) == ["Normal, by all 3 networks"]
    assert text.AGREEMENT_CAVEAT in words(at)
    assert len(bars(at)) == 3
    assert set(shown_tables(at)[0]["Measure"]) == {"Calibrated probability"}
    assert "–" not in set(shown_tables(at)[0]["Answer from"]) | set(shown_tables(at)[0]["Novelty"])


def test_a_low_probability_is_no_answer_and_the_page_says_why(
    open_app, trusted_run_root, trusted_pictures
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["uncertain"]))
    [verdict] = verdicts(at)
    assert verdict == (
        "Not sure: leans to Normal (78\N{NO-BREAK SPACE}%; it answers from 85\N{NO-BREAK SPACE}%)"
    )
    assert "Xception gives" in words(at)
    assert len(panels(at)) == 2
    go(at, "compare")
    assert not at.exception
    assert verdicts(at) == ["Not sure: all 3 networks lean to Normal"]
    said = [
        line
        for panel in panels(at)
        for words_of in panel.get("texts", {}).values()
        for line in words_of["caption"]
    ]
    assert verdict in said  # the same words for the same network on both pages


def test_networks_that_disagree_cannot_tell(open_app, trusted_run_root, png, networks_say):
    names = tuple(ARCHITECTURES)
    networks_say(
        prediction(names[0], 0.9, 0.05, 0.05),
        prediction(names[1], 0.05, 0.9, 0.05),
        prediction(names[2], 0.9, 0.05, 0.05, novelty=1.25),
    )
    at = go(upload(open_app(trusted_run_root), ("a.png", png)), "compare")
    assert not at.exception
    assert verdicts(at) == ["Not sure: the networks disagree"]
    assert "ResNet50V2 says Normal" in words(at)
    assert list(shown_tables(at)[0]["Novelty"])[2] == "1.25"  # one of three alone refuses nothing
    assert len(bars(at)) == 2  # no bars of the one that refuses it


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
    assert list(shown_tables(at)[0]["Network"]) == asked
    assert all(float(value) > 1 for value in shown_tables(at)[0]["Novelty"])
    assert set(shown_tables(at)[0]["Looks known"]) == {"no"}
    assert not verdicts(at)
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
    assert verdicts(at)[0].startswith("Not calibrated: score only, highest for ")
    assert "alibrated probability" not in everything(at)
    go(at, "compare")
    assert "alibrated probability" not in everything(at)
    assert set(shown_tables(at)[0]["Measure"]) == {"Score"}
    assert set(shown_tables(at)[0]["Answer from"]) == {"–"}


def test_what_the_networks_agree_on_without_thresholds_is_not_called_an_answer(
    open_app, trusted_run_root, png, networks_say
):
    networks_say(*(prediction(name, 0.9, 0.05, 0.05, threshold=None) for name in ARCHITECTURES))
    at = go(upload(open_app(trusted_run_root), ("a.png", png)), "compare")
    assert verdicts(at) == ["Not calibrated: scores only, highest for COVID-19 by all 3"]


def test_a_table_as_a_file_names_run_and_networks(trusted_run_root, trusted_pictures):
    networks = [Classifier.load(trusted_run_root / "trusted" / name) for name in ARCHITECTURES]
    result = classify_case(trusted_pictures["ok"], "a.png", networks)
    with translate.speaking("pt_BR"):
        written = display._csv(partial(outcome_tables.spread, result), result)
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [row["Class"] for row in rows] == list(text.TITLES.values())
    assert {(row["run"], row["networks"]) for row in rows} == {
        ("trusted", ", ".join(ARCHITECTURES))
    }


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
    assert set(shown_tables(at)[0]["Looks lateral"]) == {"yes"}
    assert set(shown_tables(at)[0]["Score of a lateral view"]) == {"0.83"}
    assert not verdicts(at)
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
    assert not verdicts(at)
