"""The lung segmenter marks two lungs or nothing."""

import json

import numpy as np
import pytest

from covid_model.common.errors import RunError
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.lung_segmentation import (
    INFO_FILE,
    MODEL_FILE,
    LungSegmenter,
    lungs_box,
    outlined,
    segmenter_available,
    two_lungs,
)
from tests.drawings import drawing, noise

SIZE = 128


def ellipse(x, y, width, height):
    """A filled ellipse, bool (128, 128), all lengths as shares of the side."""
    rows, columns = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    return ((columns - x) / (width / 2)) ** 2 + ((rows - y) / (height / 2)) ** 2 < 1


def lungs(left=(0.27, 0.5, 0.3, 0.7), right=(0.73, 0.5, 0.3, 0.7)):
    return ellipse(*left) | ellipse(*right)


TEETH = (np.arange(SIZE) % 16 < 5)[:, None]
COMB = TEETH | ellipse(0.2, 0.5, 0.06, 0.9) | ellipse(0.66, 0.5, 0.06, 0.9)


def test_two_lungs_stay_as_they_are():
    np.testing.assert_array_equal(two_lungs(lungs()), lungs())


def test_islands_go_and_holes_are_filled():
    mask = lungs()
    mask[:6, :6] = True
    mask[60:66, 30:36] = False
    np.testing.assert_array_equal(two_lungs(mask), lungs())


def test_lungs_that_touch_are_two():
    mask = lungs() | ellipse(0.5, 0.4, 0.4, 0.06)
    np.testing.assert_array_equal(two_lungs(mask), mask)


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((SIZE, SIZE), bool),
        np.ones((SIZE, SIZE), bool),
        ellipse(0.5, 0.5, 0.8, 0.7),
        ellipse(0.27, 0.5, 0.3, 0.7),
        np.random.default_rng(0).random((SIZE, SIZE)) < 0.5,
        np.random.default_rng(0).random((SIZE, SIZE)) < 0.1,
        lungs((0.27, 0.5, 0.15, 0.2), (0.73, 0.5, 0.15, 0.2)),
        lungs(right=(0.73, 0.5, 0.15, 0.3)),
        lungs((0.5, 0.25, 0.3, 0.4), (0.5, 0.75, 0.3, 0.4)),
        lungs((0.27, 0.3, 0.3, 0.4), (0.73, 0.7, 0.3, 0.4)),
        lungs((0.27, 0.5, 0.4, 0.25), (0.73, 0.5, 0.4, 0.25)),
        lungs() | ellipse(0.5, 0.5, 0.12, 0.8),
        lungs() & COMB,
    ],
    ids=[
        "empty", "full", "one blob", "one lung", "noise", "sparse noise", "small", "unequal",
        "one above the other", "aslant", "lying", "three", "combs",
    ],
)  # fmt: skip
def test_what_cannot_be_two_lungs_is_refused(mask):
    assert two_lungs(mask) is None


def box(top, bottom, left, right):
    """A filled rectangle, bool (128, 128), all sides in cells."""
    mask = np.zeros((SIZE, SIZE), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_the_outline_of_two_plain_lungs_is_one():
    assert outlined(lungs())
    assert outlined(lungs() | box(100, 104, 12, 30))  # down into the sinus beside the diaphragm


@pytest.mark.parametrize(
    "leak",
    [
        ellipse(0.5, 0.3, 0.3, 0.06),
        box(20, 60, 40, 63) | box(20, 60, 66, 80),
        box(25, 100, 1, 9) | box(95, 100, 1, 24),
    ],
    ids=["joined in the neck", "all but joined", "the air beside the body"],
)
def test_an_outline_that_leaves_the_lungs_is_none(leak):
    mask = two_lungs(lungs() | leak)
    assert mask is not None
    assert not outlined(mask)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A segmenter that takes all below half grey for lung."""
    from tests.tiny_lungs import write_tiny_segmenter

    return write_tiny_segmenter(tmp_path_factory.mktemp("lungs"))


@pytest.fixture
def copied(folder, tmp_path):
    for name in (MODEL_FILE, INFO_FILE):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    return tmp_path


@pytest.mark.tensorflow
def test_a_mask_has_the_pictures_size_and_finds_its_lungs(folder):
    picture = drawing()
    mask = LungSegmenter.load(folder).mask(picture)
    truth = picture < 0.5
    assert mask.dtype == bool
    assert mask.shape == picture.shape
    assert 2 * (mask & truth).sum() / (mask.sum() + truth.sum()) > 0.95


@pytest.mark.tensorflow
def test_another_picture_has_no_mask(folder):
    segmenter = LungSegmenter.load(folder)
    assert segmenter.mask(noise()) is None
    assert segmenter.mask(np.full((90, 70), 0.9, np.float32)) is None


@pytest.mark.tensorflow
def test_a_mask_of_doubtful_scores_is_none(folder):
    segmenter = LungSegmenter.load(folder)
    faint = np.where(drawing() < 0.5, np.float32(0.46), np.float32(0.54))  # scores 0.69, 0.31
    assert two_lungs(segmenter.scores(faint) >= segmenter.threshold) is not None
    assert segmenter.mask(faint) is None


@pytest.mark.tensorflow
def test_lungs_joined_in_the_neck_are_not_shown_but_say_where_to_cut(folder):
    segmenter = LungSegmenter.load(folder)
    joined = np.where(lungs() | ellipse(0.5, 0.3, 0.3, 0.06), np.float32(0), np.float32(1))
    assert segmenter.mask(np.where(lungs(), np.float32(0), np.float32(1))) is not None
    assert segmenter.mask(joined) is None
    assert lungs_box(segmenter, segmenter.scores(joined)) is not None


@pytest.mark.data
def test_hardly_an_outline_of_a_good_film_is_held_back(real_data):
    segmenter = LungSegmenter.load()
    files = sorted(real_data.glob("images/**/*.jpg"))[::23]
    passed = [
        lungs
        for file in files
        if (lungs := two_lungs(_scores(segmenter, file) >= segmenter.threshold)) is not None
    ]
    assert len(passed) > 0.95 * len(files)
    assert sum(not outlined(lungs) for lungs in passed) <= 0.02 * len(passed)


def _scores(segmenter, file):
    return segmenter.scores(read_radiograph(file.read_bytes(), file.name).pixels)


@pytest.mark.tensorflow
def test_a_damaged_segmenter_is_refused(copied):
    file = copied / MODEL_FILE
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RunError, match="lungs.tflite differs from the digest.*--recipe lungs"):
        LungSegmenter.load(copied)


@pytest.mark.tensorflow
@pytest.mark.parametrize("missing", [MODEL_FILE, INFO_FILE])
def test_a_missing_file_is_named(copied, missing):
    assert segmenter_available(copied)
    (copied / missing).unlink()
    assert not segmenter_available(copied)
    with pytest.raises(RunError, match="Expected lungs.tflite with lungs.json in"):
        LungSegmenter.load(copied)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "info", [{}, {"threshold": 0.5}, {"threshold": "half", "sha256": {MODEL_FILE: ""}}]
)
def test_an_incomplete_description_is_refused(copied, info):
    (copied / INFO_FILE).write_text(json.dumps(info))
    with pytest.raises(RunError, match="no segmenter that this version can run"):
        LungSegmenter.load(copied)


@pytest.mark.tensorflow
def test_a_file_that_is_no_network_is_refused(copied):
    from covid_model.runs import sha256_of

    (copied / MODEL_FILE).write_bytes(b"no network")
    digest = {MODEL_FILE: sha256_of(copied / MODEL_FILE)}
    (copied / INFO_FILE).write_text(json.dumps({"threshold": 0.5, "sha256": digest}))
    with pytest.raises(RunError, match="no segmenter that this version can run"):
        LungSegmenter.load(copied)
