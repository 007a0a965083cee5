"""Figures with intervals, Bayes' rule, the tables of a report, without a page around them."""

import csv
import io

import pytest

from covid_model.common.disclaimer import NOTICE
from dashboard.components import csv_export, formatting
from dashboard.reports import charts, tables
from dashboard.reports.performance import tables as performance_tables
from dashboard.reports.performance import text
from dashboard.reports.performance import text as performance_text
from dashboard.reports.performance.predictive_values import predictive_values
from tests import stored_reports

REPORT = stored_reports.report()


def read(cell):
    """A cell as it is read, with plain spaces and hyphens."""
    return cell.replace("\u00a0", " ").replace(formatting.TO, "-")


@pytest.mark.parametrize(
    ("shown", "row", "said"),
    [
        (formatting.share, {"x": 0.899, "x_interval": [0.881, 0.915]}, "89.9 % (88.1-91.5)"),
        (formatting.share, {"x": 0.899, "x_interval": None}, "89.9 %"),
        (formatting.share, {"x": 0.899}, "89.9 %"),
        (formatting.share, {"x": None, "x_interval": None}, "–"),
        (formatting.share, {}, "–"),
        (formatting.value, {"x": 0.975, "x_interval": [0.968, 0.981]}, "0.975 (0.968-0.981)"),
        (formatting.value, {"x": 0.02, "x_interval": [-0.1, 0.2]}, "0.020 (-0.100 to 0.200)"),
        (formatting.points, {"x": 0.021, "x_interval": [0.005, 0.037]}, "+2.1 (+0.5 to +3.7)"),
        (formatting.points, {"x": -0.021, "x_interval": None}, "-2.1"),
    ],
)
def test_a_figure_stands_with_its_interval(shown, row, said):
    assert read(shown(row, "x")) == said


def test_an_interval_is_never_broken_in_two():
    assert formatting.share({"x": 0.5, "x_interval": [0.4, 0.6]}, "x").split(" ") == [
        "50.0\u00a0%",
        f"(40.0{formatting.TO}60.0)",
    ]


def test_predictive_values_by_bayes_rule():
    # Of 1,000 images 100 have the class: 80 are found; 90 of the 900 others are named too.
    row = {"sensitivity": 0.8, "specificity": 0.9}
    found = predictive_values(row, prevalence=0.1)
    assert found["ppv"] == pytest.approx(80 / 170)
    assert found["npv"] == pytest.approx(810 / 830)
    assert found["named"] == pytest.approx(0.17)
    assert found["ppv_interval"] is found["npv_interval"] is None
    ends = {"sensitivity_interval": [0.7, 0.9], "specificity_interval": [0.85, 0.95]}
    ranged = predictive_values(row | ends, prevalence=0.1)
    assert ranged["ppv_interval"] == pytest.approx([70 / 205, 90 / 135])
    assert ranged["npv_interval"] == pytest.approx([765 / 795, 855 / 865])


def test_predictive_values_that_are_not_defined_are_none():
    never = {"sensitivity": 0.0, "specificity": 1.0}
    assert predictive_values(never, prevalence=0.1)["ppv"] is None
    unknown = {"sensitivity": None, "specificity": 1.0}
    assert set(predictive_values(unknown, prevalence=0.1).values()) == {None}
    rows = performance_tables.predictive(
        {"images": 0, "per_class": [{**unknown, "class": "covid", "images": 0}]}, prevalence=0.1
    )
    assert (rows[0]["PPV"], rows[0]["Rightly so"]) == ("–", "–")


def test_predictive_values_in_a_table():
    row = performance_tables.predictive(REPORT, prevalence=0.1)[0]
    assert row["Class"] == "COVID-19"
    assert read(row["Share of the test images"]) == "33.3 %"
    assert read(row["PPV"]) == "47.1 % (35.7-65.4)"
    assert (row["Named in 1,000 images"], row["Rightly so"]) == ("170", "80")


def test_each_class_has_its_figures_with_intervals():
    row = {key: read(cell) for key, cell in performance_tables.per_class(REPORT)[1].items()}
    assert row == {
        "Class": "Normal",
        "Images": "10",
        "Sensitivity": "81.0 % (76.0-86.0)",
        "Specificity": "91.0 % (86.0-96.0)",
        "PPV": "52.0 % (47.0-57.0)",
        "NPV": "93.0 % (88.0-98.0)",
        "F1": "64.0 % (59.0-69.0)",
        "AUROC": "0.750 (0.700-0.800)",
        "AP": "0.560 (0.510-0.610)",
    }


def test_a_network_that_the_paper_does_not_have_gets_a_dash():
    paper, other = tables.networks({"vgg16": REPORT, "densenet121": REPORT})
    assert read(paper["Paper"]) == "97.3 %"
    assert (other["Network"], other["Paper"]) == ("densenet121", "–")
    assert {**other, "Network": "", "Paper": ""} == {**paper, "Network": "", "Paper": ""}
    chart = charts.models_chart({"densenet121": REPORT}, paper={"vgg16": 0.973})
    assert list(chart.data[-1].y) == [None]


def test_groups_stand_with_their_sizes_and_what_is_too_small():
    rows = performance_tables.groups(REPORT["groups"]["view"], title="View")
    assert [row["View"] for row in rows] == ["PA", "not on record *"]
    assert (rows[0]["Images"], rows[0]["Patients"]) == ("25", "12")
    assert read(rows[0]["Recall Normal"]) == "50.0 % of 15"
    assert rows[0]["Recall Other infection"] == "–"
    assert "not on record" in performance_text.few(REPORT["groups"]["view"])
    assert performance_text.few(REPORT["groups"]["source"]) == ""


def test_words_of_a_group_are_not_markdown():
    rows = performance_tables.groups(REPORT["groups"]["source"], title="Source")
    assert rows[0]["Source"] == r"here\_and\_there"


def test_noisy_labels_are_named_where_they_count():
    groups = {"source": [{"group": "kermany"}, {"group": "nih-chestxray8"}]}
    assert "mined from text reports and are noisy" in text.noisy({"groups": groups})
    assert text.noisy({"groups": {"source": groups["source"][:1]}}) == ""
    assert text.noisy({}) == ""


def test_pairs_of_networks_in_words():
    first, second = performance_tables.pairs(stored_reports.comparison())
    assert first["Networks"] == "Xception, ResNet50V2"
    assert (first["Only the first"], first["Only the second"], first["Neither"]) == ("9", "1", "5")
    assert read(first["Difference in points"]) == "+26.7 (+6.7 to +46.7)"
    assert first["McNemar's p"] == "0.021"
    assert "Xception is right more often than ResNet50V2" in read(first["In words"])
    assert "VGG16 is ahead of Xception, by no more than chance" in read(second["In words"])
    equal = {**stored_reports.comparison()["pairs"][0], "only_first": 4, "only_second": 4}
    assert "equally often" in performance_text.pair(equal)
    assert performance_text.p_value(0.0001) == "<\u00a00.001"


def test_a_table_as_csv_is_read_as_on_screen_with_the_notice():
    rows = performance_tables.groups(REPORT["groups"]["source"], title="Source")
    (row,) = csv.DictReader(io.StringIO(csv_export.to_csv(rows)))
    assert row["Source"] == "here_and_there"
    assert row["Accuracy"] == "60.0 % (55.0-65.0)"
    assert row["Recall Other infection"] == ""
    assert row["notice"] == NOTICE
