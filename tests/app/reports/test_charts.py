"""What the figures show, without a page around them."""

import subprocess
import sys

import pytest

from covid_model.common.classes import CLASSES
from dashboard.components import scores_chart
from dashboard.reports import charts
from dashboard.reports.performance import charts as performance_charts

TITLES = [info.title for info in CLASSES]


def test_scores_are_bars_in_percent_in_class_order_on_one_scale():
    figure = scores_chart.scores_chart([0.2, 0.7, 0.1])
    bars, labels = figure.data
    assert list(bars.y) == list(labels.y) == TITLES
    assert list(bars.x) == pytest.approx([20, 70, 10])
    assert list(labels.text) == ["20.0\u00a0%", "70.0\u00a0%", "10.0\u00a0%"]
    assert list(bars.marker.color) == [info.colour for info in CLASSES]
    assert figure.layout.xaxis.range == scores_chart.scores_chart([0, 0, 1]).layout.xaxis.range
    assert figure.layout.yaxis.autorange == "reversed"  # the first class on top


def test_only_calibrated_outputs_are_called_probabilities_with_their_threshold_marked():
    plain = scores_chart.scores_chart([0.2, 0.7, 0.1])
    assert plain.layout.title.text == "Score of each class (%)"
    assert not plain.layout.shapes
    figure = scores_chart.scores_chart(
        [0.2, 0.7, 0.1], measure="calibrated probability", threshold=0.625
    )
    assert figure.layout.title.text == "Calibrated probability of each class (%)"
    assert "calibrated probability" in figure.data[0].hovertemplate
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (62.5, 62.5)
    assert figure.layout.annotations[0].text == "answer from 62.5\u00a0%"


@pytest.mark.parametrize(("threshold", "side"), [(0.34, "left"), (0.9, "right"), (1.0, "right")])
def test_no_label_meets_a_bar_or_the_threshold(threshold, side):
    figure = scores_chart.scores_chart([0, 1, 0], threshold=threshold)
    labels = figure.data[1]
    assert min(labels.x) > 100  # whatever the bars and the line are
    assert labels.textposition == "middle right"
    assert figure.layout.showlegend is False
    assert figure.layout.annotations[0].xanchor == side  # towards the middle, where there is room


def test_confusion_matrix_has_the_truth_in_rows_with_shares_of_each_row():
    figure = performance_charts.confusion_chart([[6, 2, 0], [0, 3, 1], [0, 0, 0]])
    heat = figure.data[0]
    assert [list(row) for row in heat.z] == [[0.75, 0.25, 0], [0, 0.75, 0.25], [0, 0, 0]]
    assert [label.split("<br>") for label in heat.y] == [
        [title, n] for title, n in zip(TITLES, ("n = 8", "n = 4", "n = 0"), strict=True)
    ]
    cells = {(note.y, note.x): note.text for note in figure.layout.annotations}
    assert len(cells) == 9
    assert cells[0, 1] == "<b>2</b><br>25.0\u00a0%"
    assert cells[1, 0] == "<b>0</b><br>0.0\u00a0%"
    assert figure.layout.yaxis.title.text == "Truth"
    assert figure.layout.xaxis.title.text == "Predicted"


HISTORY = [
    {"epoch": 1, "accuracy": 0.5, "val_accuracy": 0.4, "loss": 1.0, "val_loss": 1.2},
    {"epoch": 2, "accuracy": 0.8, "val_accuracy": 0.6, "loss": 0.5, "val_loss": 0.9},
]


@pytest.mark.parametrize(
    ("quantity", "training", "validation", "unit"),
    [("accuracy", [50, 80], [40, 60], "%"), ("loss", [1.0, 0.5], [1.2, 0.9], "nats")],
)
def test_curves_of_training_and_validation(quantity, training, validation, unit):
    figure = charts.history_chart(HISTORY, quantity=quantity)
    assert [line.name for line in figure.data] == ["training", "validation"]
    assert [list(line.y) for line in figure.data] == [
        pytest.approx(training),
        pytest.approx(validation),
    ]
    assert all(list(line.x) == [1, 2] for line in figure.data)
    assert figure.data[0].line.dash != figure.data[1].line.dash  # told apart without colour too
    assert unit in figure.layout.yaxis.title.text


def test_one_epoch_is_a_point_not_an_invisible_line():
    figure = charts.history_chart(HISTORY[:1], quantity="loss")
    assert {line.mode for line in figure.data} == {"markers"}


def test_networks_side_by_side_with_the_papers_accuracy():
    reports = {
        "xception": {"accuracy": 0.9, "macro_recall": 0.85},
        "vgg16": {"accuracy": 0.8, "macro_recall": None},
    }
    figure = charts.models_chart(reports, paper={"xception": 0.947, "vgg16": 0.973})
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "accuracy": [90, 80],
        "macro recall": [85, None],
        "accuracy in the paper": pytest.approx([94.7, 97.3]),
    }
    assert all(list(trace.x) == ["Xception", "VGG16"] for trace in figure.data)
    assert list(figure.data[1].text) == ["85.0", ""]


def test_every_figure_has_a_title():
    figures = [
        scores_chart.scores_chart([1, 0, 0]),
        performance_charts.confusion_chart([[1, 0, 0]] * 3),
        charts.history_chart(HISTORY, quantity="loss"),
        charts.models_chart({}, paper={}),
    ]
    assert all(figure.layout.title.text for figure in figures)


def test_pandas_is_loaded_whole_before_any_figure():
    code = "import sys, dashboard.reports.charts; print('pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "True"  # else two visitors' threads can meet half of it
