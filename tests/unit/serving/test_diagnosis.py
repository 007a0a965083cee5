import io

import numpy as np
import pytest
from PIL import Image

from covid_model.common.architectures import ARCHITECTURES
from covid_model.imaging.radiograph import Radiograph
from covid_model.serving import Classifier, classify_case, decide
from tests.drawings import drawing


@pytest.fixture
def classifiers(tiny_run_root):
    return [Classifier.load(tiny_run_root / "tiny" / name) for name in ARCHITECTURES]


def png():
    values = np.random.default_rng(3).integers(0, 255, (90, 70), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    return stream.getvalue()


def test_every_classifier_answers_in_the_order_given(classifiers):
    diagnosis = classify_case(png(), "chest.png", classifiers)
    decision = decide(diagnosis.predictions)
    assert diagnosis.name == "chest.png"
    assert (diagnosis.status, diagnosis.reason) == (decision.status, decision.reason)
    assert not diagnosis.withheld
    assert diagnosis.radiograph.pixels.shape == (90, 70)
    assert [prediction.model for prediction in diagnosis.predictions] == list(ARCHITECTURES)
    backwards = classify_case(png(), "chest.png", classifiers[::-1]).predictions[::-1]
    for prediction, other in zip(diagnosis.predictions, backwards, strict=True):
        np.testing.assert_array_equal(prediction.probabilities, other.probabilities)
        np.testing.assert_array_equal(prediction.heatmaps, other.heatmaps)


def test_a_shared_resize_changes_no_answer(classifiers):
    big = drawing().repeat(4, axis=0).repeat(3, axis=1)
    stream = io.BytesIO()
    Image.fromarray((big * 255).astype(np.uint8)).save(stream, "PNG")
    together = classify_case(stream.getvalue(), "a", classifiers).predictions
    radiograph = Radiograph((big * 255).astype(np.uint8) / np.float32(255))
    for prediction, classifier in zip(together, classifiers, strict=True):
        np.testing.assert_array_equal(
            prediction.probabilities, classifier.predict(radiograph).probabilities
        )


@pytest.mark.parametrize("models", [*([name] for name in ARCHITECTURES), list(ARCHITECTURES)])
def test_a_trusted_run_answers_doubts_or_refuses(trusted_run_root, trusted_pictures, models):
    asked = [Classifier.load(trusted_run_root / "trusted" / name) for name in models]
    for status, data in trusted_pictures.items():
        diagnosis = classify_case(data, "a.png", asked)
        assert diagnosis.status == status
        assert bool(diagnosis.reason) == (status != "ok")
        assert diagnosis.withheld == (status == "refused")
        assert diagnosis.radiograph.pixels.shape == (300, 260), "the picture as read, to be shown"
        assert all(
            (prediction.novelty > 1) == diagnosis.withheld for prediction in diagnosis.predictions
        )


@pytest.mark.parametrize("data", [b"", b"a letter", png()[:60]], ids=["empty", "text", "cut"])
def test_a_bad_file_is_refused_with_its_reason(classifiers, data):
    diagnosis = classify_case(data, "bad.png", classifiers)
    assert (diagnosis.name, diagnosis.status) == ("bad.png", "refused")
    assert diagnosis.reason.endswith(".")
    assert diagnosis.radiograph is None
    assert diagnosis.predictions == ()
    assert not diagnosis.withheld
