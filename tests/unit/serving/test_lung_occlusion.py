"""A network asked again with the lungs hidden: what it is shown, what is said of its answers."""

import numpy as np
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.imaging.preprocessing import Box, Preprocessing
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.network_input import view_of
from covid_model.inference.occlusion import hide_lungs
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.lung_occlusion import HARDLY, compare_occluded, occlude_lungs
from tests.drawings import drawing


class Segmenter:
    """Finds the lungs of a drawing, which are dark, or nothing; counts how often it is asked."""

    def __init__(self, *, finds=True):
        self.finds, self.asked = finds, 0

    def mask(self, pixels):
        self.asked += 1
        return pixels < 0.5 if self.finds else None


class Network:
    """Says one thing of the radiograph as it is, another once a pixel of it is changed."""

    def __init__(self, before, after):
        self.answers, self.received = [before, after], []
        self.preprocessing, self.views = Preprocessing(), []

    def prepare(self, radiograph, *, view=None):
        self.views.append(view)

    def predict(self, radiograph, *, prepared=None):
        self.received.append(radiograph.pixels)
        heatmaps = np.zeros((3, 30, 26), np.float32)
        heatmaps[0, :, :13] = 1  # the left half for covid, nothing for the others
        scores = np.array(self.answers.pop(0), np.float32)
        return Prediction("vgg16", scores, heatmaps, 0.01)


@pytest.fixture
def radiograph():
    return Radiograph(drawing(), name="a.png")


def test_the_network_is_shown_the_radiograph_without_its_lungs(radiograph):
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    result = compare_occluded(radiograph, classifier=network, segmenter=Segmenter())
    whole, covered = network.received
    assert [view.box for view in network.views] == [Box()], (
        "the part that is shown is not that of the picture as it is"
    )
    np.testing.assert_array_equal(whole, radiograph.pixels)
    np.testing.assert_array_equal(covered, hide_lungs(radiograph.pixels, result.mask))
    assert np.ptp(covered[result.mask]) == 0
    assert result.hidden.predicted == "normal"


def test_a_prediction_that_is_known_is_not_asked_for_again(radiograph):
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    prediction = network.predict(radiograph)
    given = {"classifier": network, "segmenter": Segmenter(), "prediction": prediction}
    assert compare_occluded(radiograph, **given).prediction is prediction
    assert len(network.received) == 2


@pytest.mark.parametrize(
    ("after", "stays", "hardly"),
    [
        ((0.95, 0.03, 0.02), True, True),  # it rises
        ((0.85, 0.1, 0.05), True, True),
        ((0.75, 0.2, 0.05), True, False),
        ((0.45, 0.5, 0.05), False, False),
    ],
)
def test_an_answer_hardly_changes_where_class_and_probability_stay(
    radiograph, after, stays, hardly
):
    network = Network((0.9, 0.05, 0.05), after)
    result = compare_occluded(radiograph, classifier=network, segmenter=Segmenter())
    assert result.class_stays is stays
    assert result.score == pytest.approx(after[0])
    assert result.change == pytest.approx(after[0] - 0.9)
    assert result.hardly_changes is hardly


def test_a_close_race_that_is_lost_is_a_change():
    """The class goes, though its probability falls by less than the limit."""
    network = Network((0.48, 0.46, 0.06), (0.45, 0.49, 0.06))
    result = occlude_lungs(
        Radiograph(drawing()), np.ones(drawing().shape, bool), classifier=network
    )
    assert -HARDLY < result.change < 0
    assert not result.hardly_changes


def test_the_share_of_each_map_stands_beside_the_share_of_the_lungs(radiograph):
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    result = compare_occluded(radiograph, classifier=network, segmenter=Segmenter())
    left = result.mask[:, :130]
    assert result.lungs == pytest.approx(result.mask.mean())
    assert result.inside["covid"] == pytest.approx(left.mean(), abs=0.01)
    assert result.inside["normal"] is None
    assert tuple(result.inside) == CLASS_NAMES


def test_without_mask_nothing_is_said_and_nothing_is_asked(radiograph):
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    result = compare_occluded(radiograph, classifier=network, segmenter=Segmenter(finds=False))
    assert (result.mask, result.hidden, result.lungs, result.score) == (None,) * 4
    assert (result.change, result.class_stays, result.hardly_changes) == (None, None, False)
    assert result.inside == {}
    assert len(network.received) == 1


def test_the_mask_is_read_only_and_the_callers_own_is_left_alone(radiograph):
    mask = radiograph.pixels < 0.5
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    result = occlude_lungs(radiograph, mask, classifier=network)
    with pytest.raises(ValueError, match="read-only"):
        result.mask[0, 0] = True
    mask[0, 0] = True


def test_a_network_that_knows_drawings_by_their_lungs_loses_its_answer(trusted_run_root):
    classifier = Classifier.load(trusted_run_root / "trusted" / "xception")
    result = occlude_lungs(Radiograph(drawing()), drawing() < 0.5, classifier=classifier)
    assert result.prediction.predicted == "normal"
    assert result.hidden.calibrated
    assert not result.hardly_changes


def test_a_network_of_lungs_is_shown_the_same_part_without_them(drawn_radiograph):
    network = Network((0.9, 0.05, 0.05), (0.2, 0.7, 0.1))
    network.preprocessing = Preprocessing(view="lungs")
    radiograph = Radiograph(drawn_radiograph)
    expected = view_of(radiograph.pixels, network.preprocessing)
    assert expected.box != Box(), "no lungs are found: nothing is tested"
    occlude_lungs(radiograph, radiograph.pixels < 0.5, classifier=network)
    (view,) = network.views
    assert view.box == expected.box
    np.testing.assert_array_equal(view.lungs, expected.lungs)
    assert view_of(network.received[1], network.preprocessing).box != expected.box
