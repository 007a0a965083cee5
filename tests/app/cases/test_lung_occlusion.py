"""Classify asks again with the lungs hidden: a warning, a calm line, no mask, no segmenter."""

import csv
import io

import numpy as np
import pytest

from covid_model.common.errors import RunError
from covid_model.inference import lung_segmentation
from covid_model.serving.batch import COLUMNS
from covid_model.serving.classifier import Classifier
from dashboard.cases import batch_table
from dashboard.cases.lung_occlusion import wording as lung_occlusion_text
from dashboard.session import inference, results, state
from tests.app.conftest import go, panels, scene, upload, words
from tests.drawings import drawing


class Segmenter:
    """Finds what is dark, as a drawing's lungs are."""

    def mask(self, pixels):
        return pixels < 0.5


@pytest.fixture
def shipped(open_app, monkeypatch, tmp_path, calls):
    """Return a function that ships a segmenter with the dashboard that ``open_app`` opens."""

    def ship(segmenter):
        folder = tmp_path / "lungs"
        folder.mkdir()
        for name in (lung_segmentation.MODEL_FILE, lung_segmentation.INFO_FILE):
            (folder / name).write_bytes(b"{}")
        monkeypatch.setattr(lung_segmentation, "DEFAULT_FOLDER", folder)

        def load(_):
            if isinstance(segmenter, Exception):
                raise segmenter
            return segmenter

        real = segmenter.mask if hasattr(segmenter, "mask") else None

        def mask(pixels):
            calls.append("lungs")
            return real(pixels)

        monkeypatch.setattr(lung_segmentation.LungSegmenter, "load", load)
        if real:
            monkeypatch.setattr(segmenter, "mask", mask)

    return ship


@pytest.fixture
def answers(monkeypatch):
    """Return a function that has every network say one thing at first, then another."""

    def say(before, after):
        predict = Classifier.predict

        def predicted(self, radiograph, **options):
            hidden = np.ptp(radiograph.pixels[radiograph.pixels.shape[0] // 2]) < 0.2
            prediction = predict(self, radiograph, **options)
            scores = np.array(after if hidden else before, np.float32)
            return type(prediction)(
                prediction.model,
                scores,
                prediction.heatmaps,
                prediction.seconds,
                calibrated=prediction.calibrated,
            )

        monkeypatch.setattr(Classifier, "predict", predicted)

    return say


def test_an_answer_that_stays_without_the_lungs_is_warned_of(
    open_app, tiny_run_root, png, shipped, answers
):
    shipped(Segmenter())
    answers((0.1, 0.8, 0.1), (0.1, 0.75, 0.15))
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert [alert.proto.title for alert in at.warning] == [
        "The answer hardly changes without the lungs: do not trust it."
    ]
    warning = at.warning[0].value.replace("\u00a0", " ")
    assert "the score of Normal is 75.0 % instead of 80.0 %; the class stays." in warning


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ((0.3, 0.5, 0.2), "Normal is 50.0 % instead of 80.0 %; the class stays."),
        ((0.6, 0.3, 0.1), "Normal is 30.0 % instead of 80.0 %, and Xception leans to COVID-19."),
    ],
)
def test_an_answer_that_changes_is_told_calmly(
    open_app, tiny_run_root, png, shipped, answers, after, sentence
):
    shipped(Segmenter())
    answers((0.1, 0.8, 0.1), after)
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert not at.warning
    assert sentence in words(at).replace("\u00a0", " ")


def test_the_lungs_are_outlined_and_the_share_stands_under_the_map(
    open_app, tiny_run_root, png, shipped
):
    shipped(Segmenter())
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert len(scene(at)["outline"]["lines"]) == 2
    share = drawing() < 0.5
    below = panels(at)[1]["texts"][scene(at)["networks"][0]["predicted"]]["caption"]
    assert f"which are {100 * share.mean():.1f}\u00a0% of the image." in below[1]


def test_nothing_is_asked_twice(open_app, tiny_run_root, png, shipped, calls):
    shipped(Segmenter())
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", png))
    assert calls == ["xception", "xception", "lungs", "xception"]  # the file shown alone
    at.run()
    assert len(calls) == 4
    at.segmented_control(key="model").set_value("vgg16").run()
    assert calls[4:] == ["vgg16", "vgg16", "vgg16"]  # the lungs are known
    at.segmented_control(key="model").set_value("xception").run()
    assert len(calls) == 7
    assert not at.exception


def test_the_picture_without_lungs_is_drawn_once_it_is_asked_for(
    open_app, tiny_run_root, png, shipped, calls
):
    shipped(Segmenter())
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.image
    at.session_state[state.HIDDEN] = True
    at.run()
    assert not at.exception
    assert [image.proto.imgs[0].alt for image in at.image] == [lung_occlusion_text.HIDDEN]
    assert lung_occlusion_text.EXPLAINED in words(at)
    assert calls == ["xception", "lungs", "xception"]


def test_no_mask_is_said_plainly(open_app, tiny_run_root, png, shipped, monkeypatch, calls):
    nothing = Segmenter()
    monkeypatch.setattr(nothing, "mask", lambda _: None)
    shipped(nothing)
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert lung_occlusion_text.NO_MASK in words(at)
    assert not at.warning
    assert scene(at)["outline"] is None
    at.run()
    assert calls == ["xception", "lungs"]


def test_without_segmenter_the_page_says_nothing_of_lungs(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert "lung" not in words(at).lower()
    assert scene(at)["outline"] is None
    assert not at.expander


def test_a_damaged_segmenter_leaves_the_answer(open_app, tiny_run_root, png, shipped):
    shipped(RunError("lungs.tflite differs from the digest."))
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert (at.error[0].proto.title, len(at.metric)) == (lung_occlusion_text.UNUSABLE, 1)
    assert scene(at)["outline"] is None


def test_a_refused_file_is_not_asked_about_again(
    open_app, trusted_run_root, trusted_pictures, shipped, calls
):
    shipped(Segmenter())
    at = open_app(trusted_run_root)
    upload(at, ("a.png", trusted_pictures["refused"]), ("b.png", b"no picture"))
    assert not at.exception
    assert calls == ["xception"]


def test_fifty_files_do_not_crowd_out_their_answers(
    open_app, tiny_run_root, png, shipped, calls, monkeypatch
):
    monkeypatch.setattr(results, "MAX_RESULTS", 3)
    shipped(Segmenter())
    at = upload(open_app(tiny_run_root), *((f"{n}.png", png) for n in range(3)))
    for key in at.session_state["cases"]:
        at.selectbox(key="case").set_value(key).run()
    assert calls.count("xception") == 6
    at.run()
    assert calls.count("xception") == 6
    assert calls.count("lungs") == 3


def test_the_table_of_results_keeps_the_command_lines_columns(
    open_app, tiny_run_root, png, shipped
):
    shipped(Segmenter())
    at = upload(open_app(tiny_run_root), ("a.png", png))
    case = at.session_state["cases"]
    stored = at.session_state["results"]
    case_results = [value for value in stored.values() if hasattr(value, "status")]
    assert len(case) == len(case_results) == 1
    rows = [batch_table.Row("1", "a.png", "ok", case_results[0])]
    header = next(csv.reader(io.StringIO(batch_table.results_csv(rows, run="third"))))
    assert header == [*COLUMNS, "notice"]


def test_compare_shows_no_outline(open_app, tiny_run_root, png, shipped):
    shipped(Segmenter())
    at = go(upload(open_app(tiny_run_root), ("a.png", png)), "compare")
    assert not at.exception
    assert scene(at)["outline"] is None
    assert inference.PREVIEW_SIDE >= 300  # so that the mask is of the picture's own size
