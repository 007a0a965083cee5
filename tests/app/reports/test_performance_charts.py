"""The figures of curves, groups, audits: values, intervals, units, hover."""

import pytest

from covid_model.common.classes import CLASSES
from dashboard.components.charts import dot_chart
from dashboard.reports.performance import charts as performance_charts
from dashboard.reports.shortcuts import charts as shortcuts_charts
from tests import stored_reports

REPORT, AUDIT = stored_reports.report(), stored_reports.audit()
CURVES = [performance_charts.roc_chart(REPORT), performance_charts.precision_recall_chart(REPORT)]
DOTS = [
    performance_charts.groups_chart(REPORT["groups"]["view"], title="View"),
    shortcuts_charts.conditions_chart(AUDIT),
    shortcuts_charts.probe_chart(AUDIT["source_probe"]),
    shortcuts_charts.inside_chart(AUDIT["maps"]["images"], AUDIT["maps"]["inside_lungs"]),
]
MAPS = [
    shortcuts_charts.curves_chart(AUDIT["maps"][kind], kind=kind)
    for kind in shortcuts_charts.CURVES
]


def named(figure):
    """The traces of a figure that stand in its legend, by name."""
    return {trace.name: trace for trace in figure.data if trace.showlegend is not False}


@pytest.mark.parametrize("figure", [*CURVES, *DOTS, *MAPS])
def test_each_figure_has_title_units_and_hover(figure):
    assert figure.layout.title.text
    assert "(%)" in figure.layout.xaxis.title.text
    assert all(trace.hovertemplate or trace.hoverinfo == "skip" for trace in figure.data)
    if figure not in DOTS:
        assert "(%)" in figure.layout.yaxis.title.text


def test_roc_and_precision_recall_have_a_curve_a_class_with_its_area():
    roc, precision = CURVES
    assert list(named(roc)) == ["COVID-19 0.740", "Normal 0.750", "Other infection 0.760"]
    assert list(named(precision))[0] == "COVID-19 0.550"
    curve = named(roc)["Normal 0.750"]
    assert list(curve.x) == pytest.approx([0, 10, 100])
    assert list(curve.y) == pytest.approx([0, 80, 100])
    assert curve.line.color == CLASSES[1].colour
    assert len({trace.line.dash for trace in named(roc).values()}) == 3  # without colour too
    levels = [trace for trace in precision.data if trace.showlegend is False]
    assert [list(trace.y) for trace in levels] == [[pytest.approx(33.33)] * 2] * 3


def test_a_class_without_images_has_no_curve():
    report = stored_reports.report()
    report["curves"][0] |= {"prevalence": 0.0, "roc": None, "pr": None}
    report["per_class"][0] |= {"auroc": None, "average_precision": None}
    for draw in (performance_charts.roc_chart, performance_charts.precision_recall_chart):
        assert len(named(draw(report))) == 2


def test_dots_have_their_intervals_and_small_groups_are_hollow():
    accuracy, recall = DOTS[0].data
    assert list(accuracy.x) == pytest.approx([60, 60])
    assert list(accuracy.error_x.array) == pytest.approx([5, 5])
    assert list(accuracy.error_x.arrayminus) == pytest.approx([5, 5])
    assert list(recall.error_x.array) == [None, None]  # no interval is known
    assert [row[1] for row in accuracy.customdata] == [" (55.0-65.0)"] * 2
    assert [row[1] for row in recall.customdata] == ["", ""]
    assert list(accuracy.marker.symbol) == ["circle", "circle-open"]
    assert set(recall.marker.symbol).isdisjoint(accuracy.marker.symbol)
    assert list(DOTS[0].layout.yaxis.ticktext) == ["PA<br>n = 25", "not on record<br>n = 5"]
    assert DOTS[0].layout.yaxis.range[0] > DOTS[0].layout.yaxis.range[1]  # the first on top


def test_what_is_not_known_has_no_dot():
    rows = [{"images": 1, "a": None}, {"images": 2, "a": 0.5}]
    dots = dot_chart.Dots("a", "a", "red", "circle")
    (trace,) = dot_chart.dot_chart(rows, ["x", "y"], [dots], title="t").data
    assert (list(trace.x), list(trace.y)) == ([50], [1])


def test_conditions_stand_beside_what_guessing_reaches():
    figure = DOTS[1]
    assert list(named(figure)["macro recall"].x) == pytest.approx([80, 41, 70, 37])
    assert [note.text for note in figure.layout.annotations] == [
        "chance 33.3\u00a0%",
        "largest class 50.0\u00a0%",
    ]
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx([33.3333, 50])


def test_maps_go_beside_random_order():
    by_map, random = MAPS[0].data
    assert list(by_map.x) == list(random.x) == [0, 50, 100]
    assert (list(by_map.y), list(random.y)) == (
        pytest.approx([90, 30, 20]),
        pytest.approx([90, 60, 20]),
    )
    assert by_map.line.dash != random.line.dash
