"""A mix of classes that was made is found again, from probabilities alone."""

import numpy as np
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.reliability.label_shift import class_shares, shift_offsets
from covid_model.inference.calibration import apply_temperature

EVEN = np.full(3, 1 / 3)


def drawn(mix, images, *, seed=0, apart=2.0):
    """Probabilities for equally frequent classes of images that are as frequent as in a mix."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, images, p=mix)
    signs = rng.normal(size=(images, 3)) + apart * np.eye(3)[truth]
    powers = np.exp(apart * signs)  # the likelihood of unit normals that far apart
    return powers / powers.sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize("mix", [(0.05, 0.75, 0.2), (0.6, 0.1, 0.3), (1 / 3, 1 / 3, 1 / 3)])
def test_a_shift_that_was_made_is_found(mix):
    probabilities, _ = drawn(mix, 6000)
    np.testing.assert_allclose(class_shares(probabilities, base=EVEN), mix, atol=0.025)
    counted = np.bincount(probabilities.argmax(axis=1), minlength=3) / 6000
    if max(mix) > 0.5:  # what is predicted is no estimate
        assert np.abs(counted - mix).max() > 0.04


def test_each_sample_has_its_mix():
    probabilities, truth = drawn((0.2, 0.5, 0.3), 3000)
    weights = np.stack([np.ones(3000), np.where(truth == 0, 4.0, 1.0)])
    first, second = class_shares(probabilities, base=EVEN, weights=weights)
    np.testing.assert_allclose(first, class_shares(probabilities, base=EVEN), atol=1e-6)
    assert second[0] == pytest.approx(0.8 / 1.6, abs=0.04)


def test_the_offsets_make_probabilities_hold_for_the_mix():
    mix = np.array((0.1, 0.7, 0.2))
    probabilities, truth = drawn(mix, 20000)
    offsets = shift_offsets(mix, EVEN)
    assert sum(offsets) == pytest.approx(0, abs=1e-5)
    shifted = apply_temperature(probabilities, 1.0, offsets)
    np.testing.assert_allclose(shifted.mean(axis=0), mix, atol=0.02)
    assert (shifted.argmax(axis=1) == truth).mean() > (probabilities.argmax(axis=1) == truth).mean()


def test_no_class_is_ruled_out():
    shares = class_shares(np.tile([0.998, 0.001, 0.001], (500, 1)), base=EVEN)
    assert len(shares) == len(CLASS_NAMES)
    assert shares.min() > 0
