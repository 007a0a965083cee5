"""What the figures show, without a page around them."""

import re
import subprocess
import sys

import pytest

from covid_model.common.classes import CLASSES
from dashboard.components import scores_chart, text
from dashboard.reports import charts
from dashboard.reports.performance import charts as performance_charts

TITLES = [info.title for info in CLASSES]


def test_scores_are_bars_in_percent_in_class_order():
    bars = scores_chart.score_bars([0.2, 0.7, 0.1])
    assert re.findall(r"<span>(.*?)</span>", bars) == [
        *(TITLES[0], "20\u00a0%", TITLES[1], "70\u00a0%", TITLES[2], "10\u00a0%")
    ]
    assert re.findall(r"width:([\d.]+)%;background:(#\w+)", bars) == [
        ("20.0", CLASSES[0].colour),
        ("70.0", CLASSES[1].colour),
        ("10.0", CLASSES[2].colour),
    ]
    assert 'aria-label="Score of each class: COVID-19 20.0\u00a0%' in bars


def test_only_calibrated_outputs_are_called_probabilities_with_their_threshold_marked():
    plain = scores_chart.score_bars([0.2, 0.7, 0.1])
    assert "<p>Score</p>" in plain
    assert "left:" not in plain
    bars = scores_chart.score_bars(
        [0.2, 0.7, 0.1], measure="calibrated probability", threshold=0.625
    )
    assert bars.count("left:62.5%") == 3
    assert "Calibrated probability; answer from" in bars


def test_a_figure_is_told_from_100_percent_and_from_its_threshold():
    assert text.percent_below(0.576, 0.83) == "58\u00a0%"
    assert text.percent_below(0.9987) == "99.9\u00a0%"
    assert text.percent_below(0.8296, 0.83) == "82.96\u00a0%"
    assert text.percent_below(0.83, 0.83) == "83\u00a0%"


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
        performance_charts.confusion_chart([[1, 0, 0]] * 3),
        charts.history_chart(HISTORY, quantity="loss"),
        charts.models_chart({}, paper={}),
    ]
    assert all(figure.layout.title.text for figure in figures)


def test_pandas_is_loaded_whole_before_any_figure():
    code = "import sys, dashboard.reports.charts; print('pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "True"  # else two visitors' threads can meet half of it
