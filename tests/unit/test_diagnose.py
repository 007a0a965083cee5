import io

import numpy as np
import pytest
from PIL import Image

from covid_model.runs import ARCHITECTURES
from covid_model.serving import Classifier, diagnose


@pytest.fixture
def classifiers(tiny_run_root):
    return [Classifier.load(tiny_run_root / "tiny" / name) for name in ARCHITECTURES]


def png():
    values = np.random.default_rng(3).integers(0, 255, (90, 70), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    return stream.getvalue()


def test_every_classifier_answers_in_the_order_given(classifiers):
    diagnosis = diagnose(png(), "chest.png", classifiers)
    assert (diagnosis.name, diagnosis.status, diagnosis.reason) == ("chest.png", "ok", "")
    assert diagnosis.radiograph.pixels.shape == (90, 70)
    assert [prediction.model for prediction in diagnosis.predictions] == list(ARCHITECTURES)
    backwards = diagnose(png(), "chest.png", classifiers[::-1]).predictions[::-1]
    for one, other in zip(diagnosis.predictions, backwards, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        np.testing.assert_array_equal(one.heatmaps, other.heatmaps)


@pytest.mark.parametrize("data", [b"", b"a letter", png()[:60]], ids=["empty", "text", "cut"])
def test_a_bad_file_is_refused_with_its_reason(classifiers, data):
    diagnosis = diagnose(data, "bad.png", classifiers)
    assert (diagnosis.name, diagnosis.status) == ("bad.png", "refused")
    assert diagnosis.reason.endswith(".")
    assert diagnosis.radiograph is None
    assert diagnosis.predictions == ()
