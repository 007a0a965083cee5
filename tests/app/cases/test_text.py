"""Sentences and tables, without a page around them; the paper's own figures."""

import re

import numpy as np
import pytest

from covid_model.common import paper
from covid_model.common.architectures import ARCHITECTURES
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.cases import outcome_tables
from dashboard.components import text
from dashboard.frame import about_text
from dashboard.reports import tables
from tests.catalogue import messages


def case_result(name="a.png", *scores):
    predictions = tuple(
        Prediction(model, np.array(row, np.float32), np.zeros((3, 2, 2), np.float32), 0.25)
        for model, row in zip(ARCHITECTURES, scores, strict=False)
    )
    return CaseResult(name, "ok", predictions=predictions)


REFUSED = CaseResult("b|c*.png", "refused", reason="The file is empty: export it again.")


@pytest.mark.parametrize(
    ("predicted", "sentence"),
    [
        (("covid", "covid", "covid"), "Agreement: all 3 networks say COVID-19."),
        (
            ("covid", "normal", "covid"),
            "Partial agreement: Xception and VGG16 say COVID-19; ResNet50V2 says Normal.",
        ),
        (
            ("covid", "normal", "infection"),
            "No agreement: Xception says COVID-19; ResNet50V2 says Normal; "
            "VGG16 says Other infection.",
        ),
    ],
)
def test_agreement_in_words(predicted, sentence):
    sentence = text.agreement(dict(zip(ARCHITECTURES, predicted, strict=True)))
    assert sentence == sentence
    assert "confidence" not in sentence + text.AGREEMENT_CAVEAT


def test_no_message_counts_three_networks_but_the_purpose_which_names_the_paper():
    counting = re.compile(r"\bthree( neural)? networks\b", re.IGNORECASE)
    assert [message for message in messages() if counting.search(message)] == [about_text.PURPOSE]


def test_one_network_agrees_with_nobody():
    assert text.agreement({"vgg16": "covid"}).startswith("Only one network")


@pytest.mark.parametrize(
    ("data", "part", "flatters"),
    [
        ({"split_by": "patient", "shared_patients": 0}, "Split by patient: no patient", False),
        ({"split_by": "image", "shared_patients": 23}, "23 patients stand both", True),
        ({"split_by": "image", "shared_patients": None}, "do not say which patient", False),
        ({}, "not on record", False),
    ],
)
def test_how_the_images_were_split(data, part, flatters):
    sentence, warns = text.split_note(data)
    assert part in sentence
    assert warns is flatters


def test_words_of_a_file_are_not_markdown():
    assert text.plain("a_b*c[d](e)<f>$g$") == r"a\_b\*c\[d\](e)\<f\>\$g\$"


def test_percent_is_written_as_in_the_readme_and_never_broken_in_two():
    assert text.percent(0.71666) == "71.7\u00a0%"
    assert text.percent(None) == "–"


def test_a_reason_keeps_its_column_wide():
    words = "The file is empty: export it again, then try it once more."
    lines = text.steady(words).split(" ")
    assert all(len(line) <= 18 for line in lines)
    assert 4 <= len(lines) <= 5
    assert " ".join(lines).replace(text.NO_BREAK, " ") == words
    assert text.steady("") == ""


def test_the_papers_counts_in_words():
    assert "VGG16 COVID-19 39 of 39, Normal 15 of 17, Other infection 19 of 19" in text.paper_note()


def test_scores_have_one_row_a_network():
    rows = outcome_tables.scores(case_result("a.png", (0.1, 0.7, 0.2), (0.8, 0.1, 0.1)))
    assert [row["Network"] for row in rows] == ["Xception", "ResNet50V2"]
    assert rows[1]["Predicted"] == "COVID-19"
    assert rows[1]["Other infection"] == text.percent(0.1)


REPORT = {"images": 75, "accuracy": 0.9, "macro_recall": 0.8, "auroc_macro": None}


def test_networks_stand_beside_the_paper():
    rows = tables.networks({"vgg16": REPORT, "xception": REPORT})
    assert rows[0]["Paper"] == text.percent(0.973)
    assert rows[1]["Paper"] == f"{text.percent(0.947)} (text: {text.percent(0.959)})"
    assert rows[0]["AUROC"] == "–"


def test_runs_beside_each_other_share_their_networks_only():
    both = {"A": {"vgg16": REPORT, "xception": REPORT}, "B": {"vgg16": {**REPORT, "accuracy": 0.5}}}
    assert tables.beside(both) == [
        {
            "Network": "VGG16",
            "Run": "A",
            "Accuracy": text.percent(0.9),
            "Macro recall": text.percent(0.8),
        },
        {
            "Network": "VGG16",
            "Run": "B",
            "Accuracy": text.percent(0.5),
            "Macro recall": text.percent(0.8),
        },
    ]


def test_the_papers_figures_fit_each_other():
    assert tuple(paper.RESULTS) == tuple(ARCHITECTURES)
    vgg16 = paper.RESULTS["vgg16"]
    right, images = map(sum, zip(*vgg16.correct.values(), strict=True))
    assert (right, images) == (73, paper.TEST_IMAGES)
    assert vgg16.accuracy == pytest.approx(right / images, abs=5e-4)
    for result in paper.RESULTS.values():  # each is a whole number of the 75 images
        count = result.accuracy * paper.TEST_IMAGES
        assert count == pytest.approx(round(count), abs=0.04)
