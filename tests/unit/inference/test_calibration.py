import numpy as np
import pytest

from covid_model.inference.calibration import apply_temperature, undo_temperature


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("temperature", [0.3, 1, 2.7, 50])
def test_tempered_is_the_softmax_of_the_divided_logits(temperature):
    logits = np.random.default_rng(0).normal(scale=4, size=(5, 3))
    probabilities = apply_temperature(softmax(logits).astype(np.float32), temperature)
    np.testing.assert_allclose(probabilities, softmax(logits / temperature), atol=1e-5)
    assert probabilities.dtype == np.float32
    np.testing.assert_array_equal(probabilities.argmax(axis=1), logits.argmax(axis=1))


def test_one_image_is_a_row_of_many():
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32)
    np.testing.assert_array_equal(apply_temperature(rows[1], 2), apply_temperature(rows, 2)[1])


def test_offsets_are_added_to_the_divided_logits():
    logits = np.random.default_rng(0).normal(scale=2, size=(5, 3))
    offsets = (1.5, -1.0, -0.5)
    probabilities = apply_temperature(softmax(logits).astype(np.float32), 2.0, offsets)
    np.testing.assert_allclose(probabilities, softmax(logits / 2 + offsets), atol=1e-5)
    np.testing.assert_allclose(
        undo_temperature(probabilities, 2.0, offsets), softmax(logits), atol=1e-5
    )
    assert probabilities.dtype == np.float32


@pytest.mark.parametrize("temperature", [1e-3, 1, 1e3])
def test_a_score_of_zero_stays_a_number(temperature):
    probabilities = apply_temperature(np.array([1, 0, 0], np.float32), temperature)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[0] >= probabilities[1] == probabilities[2]


@pytest.mark.parametrize("temperature", [0, -1, float("nan"), float("inf")])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(ValueError, match="Expected a finite temperature above 0"):
        apply_temperature(np.array([0.5, 0.5], np.float32), temperature)
