"""The report's section on when the networks may not answer: charts, tables, words, the page."""

import json
import math

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.runs import ModelInfo, read_model_info, write_json, write_model_info
from dashboard.components import text
from dashboard.reports.performance import text as performance_text
from dashboard.reports.reliability import charts as reliability_charts
from dashboard.reports.reliability import tables as reliability_tables
from dashboard.reports.reliability import text as reliability_text
from tests.app.conftest import shown_tables, words


def bins(*filled):
    """Ten bins, of which some have images: (bin, images, mean probability, share right)."""
    rows = [
        {"low": k / 10, "high": (k + 1) / 10, "images": 0} | dict.fromkeys(FIGURES)
        for k in range(10)
    ]
    for k, images, *figures in filled:
        rows[k].update(images=images, **dict(zip(FIGURES, figures, strict=True)))
    return rows


FIGURES = ("mean_probability", "share_right")
CALIBRATION = {
    "temperature": 2.5,
    "fitted_on": {"part": "validation", "images": 50},
    "ece_before": 0.061,
    "ece_after": 0.0204,
    "bins_before": bins((9, 100, 0.97, 0.85)),
    "bins_after": bins((5, 20, 0.55, 0.5), (8, 80, 0.86, 0.9)),
}
ANSWERS = {
    "threshold": 0.71,
    "wanted_accuracy": 0.95,
    "answered": 0.62,
    "accuracy": 0.954,
    "refused": 0.013,
    "curve": [
        {"threshold": 0.33, "answered": 0.987, "accuracy": 0.8},
        {"threshold": 0.71, "answered": 0.62, "accuracy": 0.954},
        {"threshold": 0.99, "answered": 0.0, "accuracy": None},
    ],
}
NOVELTY = {"kept_on_validation": 0.99, "refused": {"images": 4, "share": 0.013}}
REPORT = {"calibration": CALIBRATION, "answers": ANSWERS, "novelty": NOVELTY}
TITLES = ["Reliability: promised and kept, by bin (%)", "Fewer answers, more of them right (%)"]


def titles(at):
    """Titles of the page's charts."""
    return [json.loads(c.proto.spec)["layout"]["title"]["text"] for c in at.get("plotly_chart")]


def info(**fields):
    return ModelInfo("vgg16", ("covid", "normal", "infection"), (1, 9, 9, 3), "a", "b", **fields)


def test_reliability_has_both_states_beside_the_diagonal_without_empty_bins():
    figure = reliability_charts.reliability_chart(CALIBRATION)
    diagonal, before, after = figure.data
    assert list(diagonal.x) == list(diagonal.y) == [0, 100]
    assert (before.name, after.name) == ("before, ECE 6.1\u00a0%", "after, ECE 2.0\u00a0%")
    assert list(before.x) == [97]
    assert list(after.x) == pytest.approx([55, 86])
    assert list(after.y) == pytest.approx([50, 90])
    assert after.marker.size[0] < after.marker.size[1] < before.marker.size[0]
    assert before.marker.symbol != after.marker.symbol  # told apart without colour too
    assert [tuple(row) for row in after.customdata] == [
        (20, pytest.approx(50), pytest.approx(60)),
        (80, pytest.approx(80), pytest.approx(90)),
    ]


def test_the_curve_of_answers_marks_the_stored_threshold_and_the_accuracy_wanted():
    figure = reliability_charts.answers_chart(ANSWERS)
    curve, mark = figure.data
    assert list(curve.x) == pytest.approx([98.7, 62])  # nothing is right or wrong of no answer
    assert list(curve.y) == pytest.approx([80, 95.4])
    assert list(curve.customdata) == pytest.approx([33, 71])
    assert (mark.x[0], mark.y[0]) == pytest.approx((62, 95.4))
    assert mark.name == "the threshold, 71.0\u00a0%"
    assert figure.layout.shapes[0].y0 == pytest.approx(95)
    assert figure.layout.yaxis.range[0] < 80


def test_a_threshold_that_answers_nothing_has_no_mark():
    figure = reliability_charts.answers_chart(
        {**ANSWERS, "answered": 0.0, "accuracy": None, "curve": []}
    )
    assert len(figure.data) == 1
    assert figure.layout.yaxis.range[0] < 95


@pytest.mark.parametrize(
    "figure",
    [reliability_charts.reliability_chart(CALIBRATION), reliability_charts.answers_chart(ANSWERS)],
)
def test_each_figure_has_title_units_and_hover(figure):
    assert figure.layout.title.text in TITLES
    assert "(%)" in figure.layout.xaxis.title.text
    assert "(%)" in figure.layout.yaxis.title.text
    assert all(line.hovertemplate or line.hoverinfo == "skip" for line in figure.data)


def test_thresholds_have_one_row_a_fitted_network():
    thresholds = {"probability": 0.71, "novelty": 31.456}
    infos = {"vgg16": info(temperature=2.5, thresholds=thresholds), "xception": info()}
    rows = reliability_tables.thresholds(infos, {"vgg16": REPORT, "xception": {}})
    assert rows == [
        {
            "Network": "VGG16",
            "Temperature": "2.50",
            "Threshold": text.percent(0.71),
            "Novelty threshold": "31.46",
            "Answered": text.percent(0.62),
            "Accuracy of the answered": text.percent(0.954),
            "Refused": text.percent(0.013),
        }
    ]


def test_a_network_that_cannot_tell_novelty_has_refused_nothing_it_knows_of():
    infos = {"vgg16": info(temperature=2.5, thresholds={"probability": 0.71})}
    report = {"calibration": CALIBRATION, "answers": {**ANSWERS, "refused": 0.0}}
    row = reliability_tables.thresholds(infos, {"vgg16": report})[0]
    assert (row["Novelty threshold"], row["Refused"]) == ("–", "–")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ((), reliability_text.NOT_FITTED),
        (("novelty",), reliability_text.NO_CALIBRATION),
        (("calibration", "answers"), reliability_text.NO_NOVELTY),
        (("calibration", "answers", "novelty"), ""),
    ],
)
def test_what_is_lacking_in_words(keys, sentence):
    assert reliability_text.lacking({key: REPORT[key] for key in keys}) == sentence


def test_charts_in_words():
    assert reliability_text.reliability(CALIBRATION) == (
        f"Reliability diagram of 100 test images: the expected calibration error is "
        f"{text.percent(0.061)} before calibration and {text.percent(0.0204)} after it"
    )
    said = reliability_text.answers(ANSWERS)
    assert all(text.percent(share) in said for share in (0.71, 0.62, 0.954))


def rewrite(root, change):
    """Change a network's report in its run folder, digest included."""
    folder = root / "xception"
    path = folder / "report.json"
    report = json.loads(path.read_text("utf-8"))
    change(report)
    write_json(path, report)
    write_model_info(folder, read_model_info(folder))


def test_reports_show_when_the_networks_may_not_answer(open_app, trusted_run_root):
    at = open_app(trusted_run_root, "reports")
    assert not at.exception
    assert reliability_text.SECTION in [title.value for title in at.subheader]
    assert titles(at)[4:6] == TITLES
    said = words(at)
    assert "test images: the expected" in at.get("plotly_chart")[4].proto.alt
    assert reliability_text.EXPLAINED in said
    assert reliability_text.CLASSES_ALIKE in said
    assert reliability_text.CHANCE in said
    assert performance_text.NOISY not in said
    thresholds, within = shown_tables(at)[3:5]  # classes, prevalence, groups
    assert list(thresholds["Network"]) == list(ARCHITECTURES.values())
    assert all(math.isfinite(float(value)) for value in thresholds["Temperature"])
    assert "–" not in set(thresholds["Threshold"]) | set(thresholds["Novelty threshold"])
    assert "COVID-19 or Other infection" in set(within["Classes"])
    assert all(f"{text.NO_BREAK}%" in value for value in within["Balanced accuracy"])


def test_a_run_calibrated_on_classes_as_they_come_does_not_say_they_are_alike(
    open_app, trusted_run_root
):
    rewrite(trusted_run_root / "trusted", lambda report: report["calibration"].pop("classes_alike"))
    said = words(open_app(trusted_run_root, "reports"))
    assert reliability_text.EXPLAINED in said
    assert reliability_text.CLASSES_ALIKE not in said


def test_reports_of_an_old_run_say_that_nothing_was_fitted(open_app, tiny_run_root):
    def as_before(report):
        for key in ("calibration", "answers", "novelty", "groups", "within_source"):
            report.pop(key, None)

    rewrite(tiny_run_root / "tiny", as_before)
    at = open_app(tiny_run_root, "reports")
    assert not at.exception
    assert reliability_text.NOT_FITTED in words(at)
    assert not set(TITLES) & set(titles(at))
    assert len(shown_tables(at)) == 4  # classes, prevalence, networks, the paper's protocol


def test_reports_say_that_labels_are_noisy_beside_their_source(open_app, tiny_run_root):
    rewrite(
        tiny_run_root / "tiny",
        lambda report: report["groups"]["source"][0].update(group="nih-chestxray8"),
    )
    assert performance_text.NOISY in words(open_app(tiny_run_root, "reports"))


def test_about_says_what_cannot_tell_means(open_app, tiny_run_root):
    said = words(open_app(tiny_run_root, "about"))
    assert 'What "can\'t tell" means' in said
    assert "It means neither healthy nor ill." in said.replace("\n  ", " ")
