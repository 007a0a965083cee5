"""Novelty: features of a picture, the distance, its fit, its file."""

import numpy as np
import pytest

from covid_model.common.errors import DataError, RunError
from covid_model.data.sampling import balanced_rows
from covid_model.inference.novelty import CELLS, NoveltyModel, features
from covid_model.training.export.novelty import fit_novelty, threshold_of

CHANNELS = 48
COLUMNS = CHANNELS + CELLS * CELLS


def drawn(count, *, seed, scale=1.0, shift=0.0):
    """Normally distributed rows of features, float32 (count, COLUMNS), some directions wider."""
    mixing = np.linalg.qr(np.random.default_rng(7).normal(size=(COLUMNS, COLUMNS))).Q
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, COLUMNS)) * np.geomspace(5, 0.5, COLUMNS) @ mixing
    return np.float32(scale * rows + shift)


@pytest.fixture(scope="module")
def model():
    return fit_novelty(drawn(400, seed=1))


def picture(drawn_radiograph):
    """The drawing over a bright abdomen, as network input, float32 (300, 260, 3)."""
    abdomen = np.linspace(0, 0.2, len(drawn_radiograph), dtype=np.float32)[:, None]
    return np.repeat((drawn_radiograph + abdomen)[:, :, None], 3, axis=2)


def test_distances_of_unseen_rows_are_those_of_a_normal_distribution(model):
    squares = model.distance_of(drawn(500, seed=2)) ** 2
    degrees = model.centre.size  # of a chi-squared variable: its mean, half its variance
    assert squares.mean() == pytest.approx(degrees, rel=0.15)
    assert squares.std() == pytest.approx(np.sqrt(2 * degrees), rel=0.5)


@pytest.mark.parametrize(
    "far",
    [
        drawn(50, seed=3, shift=6.0),
        drawn(50, seed=3, scale=5.0),
        np.float32(3 * np.random.default_rng(3).normal(size=(50, COLUMNS))),
    ],
    ids=["elsewhere", "stretched", "outside the principal components"],
)
def test_rows_of_another_kind_lie_beyond_the_threshold(model, far):
    threshold = threshold_of(model, drawn(300, seed=2))
    assert (model.distance_of(far) > threshold).mean() >= 0.9


def test_what_lies_outside_the_components_counts_by_itself(model):
    row = drawn(1, seed=2)[0]
    outside = np.random.default_rng(5).normal(size=CHANNELS)
    basis = model.pooled_components
    outside -= basis.T @ (basis @ outside)
    moved = row.copy()
    moved[:CHANNELS] += np.float32(40 * outside / np.linalg.norm(outside))
    assert model.distance_of(moved) > model.distance_of(row) + 3


def test_what_parts_pictures_from_the_same_upside_down_counts_by_itself():
    lighter_above = np.float32(np.linspace(1, -1, CELLS).repeat(CELLS))
    lighter_above /= np.linalg.norm(lighter_above)
    amount = np.float32(1 + 0.1 * np.random.default_rng(6).normal(size=400))
    rows = drawn(400, seed=1)
    cells = rows[:, CHANNELS:]  # far too little for a principal component, but in each of them
    cells += (amount - cells @ lighter_above)[:, None] * lighter_above
    model = fit_novelty(rows)
    turned = rows.copy()
    turned[:, CHANNELS:] -= 2 * amount[:, None] * lighter_above
    assert np.linalg.norm(model.upright) == pytest.approx(1, rel=1e-5)
    assert model.upright @ lighter_above > 0.9
    assert np.median(model.distance_of(turned) - model.distance_of(rows)) > 3


def test_the_threshold_keeps_the_share_that_was_asked_for(model):
    rows = drawn(317, seed=4)
    for share in (0.9, 0.99, 1.0):
        threshold = threshold_of(model, rows, share)
        distances = model.distance_of(rows)
        assert (distances <= threshold).mean() >= share
        assert (distances < threshold).mean() < share


def test_one_picture_is_as_far_as_its_row_of_features(model, drawn_radiograph):
    maps = np.random.default_rng(0).random((5, 4, CHANNELS), np.float32)
    image = picture(drawn_radiograph)
    row = features(maps, image)
    distance = model.distance(maps, image)
    assert isinstance(distance, float)
    assert row.dtype == np.float32
    assert row.shape == (COLUMNS,)
    assert distance == pytest.approx(float(model.distance_of(np.stack([row, row]))[1]), rel=1e-5)
    np.testing.assert_allclose(row[:CHANNELS], maps.mean(axis=(0, 1)), rtol=1e-5)


@pytest.mark.parametrize(
    "change",
    [np.flipud, lambda x: 1 - x, lambda x: x[:120, :120], lambda x: np.rot90(x).copy()],
    ids=["upside down", "negative", "cropped", "on its side"],
)
def test_features_tell_a_changed_picture(drawn_radiograph, change):
    maps = np.zeros((2, 2, CHANNELS), np.float32)
    image = picture(drawn_radiograph)
    before, after = features(maps, image), features(maps, np.ascontiguousarray(change(image)))
    assert np.abs(before - after).max() > 0.5


def test_features_do_not_change_with_the_exposure(drawn_radiograph):
    maps = np.zeros((2, 2, CHANNELS), np.float32)
    image = picture(drawn_radiograph)
    np.testing.assert_allclose(
        features(maps, image), features(maps, 0.5 * image + 0.2), rtol=0, atol=1e-4
    )


def test_features_of_a_flat_picture_do_not_magnify_its_noise():
    maps = np.zeros((2, 2, CHANNELS), np.float32)
    noise = np.random.default_rng(0).normal(size=(40, 40, 1)) * np.ones(3)
    row = features(maps, np.float32(0.3 + 0.001 * noise))
    np.testing.assert_allclose(row, 0, atol=0.1)


def test_what_is_no_number_is_infinitely_far(model):
    rows = drawn(2, seed=2)
    rows[0, 3] = np.nan
    distances = model.distance_of(rows)
    assert np.isposinf(distances[0])
    assert np.isfinite(distances[1])


def test_a_file_gives_the_same_distances_in_the_same_bytes(model, tmp_path):
    rows = drawn(20, seed=2)
    model.save(tmp_path / "novelty.npz")
    read = NoveltyModel.load(tmp_path / "novelty.npz")
    np.testing.assert_array_equal(read.distance_of(rows), model.distance_of(rows))
    read.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "novelty.npz").read_bytes()


def cut_short(path, arrays):
    path.write_bytes(path.read_bytes()[:-200])


def without_an_array(path, arrays):
    np.savez(path, **{name: a for name, a in arrays.items() if name != "centre"})


def of_another_width(path, arrays):
    np.savez(path, **{**arrays, "whitening": arrays["whitening"][:-1]})


def not_a_number(path, arrays):
    np.savez(path, **{**arrays, "mean": arrays["mean"] * np.nan})


def as_objects(path, arrays):
    np.savez(path, **{**arrays, "mean": np.array([None, "x"])})


def one_dimension_too_few(path, arrays):
    np.savez(path, **{**arrays, "pooled_components": np.float32(1)})


def one_dimension_too_many(path, arrays):
    np.savez(path, **{**arrays, "mean": arrays["mean"][None]})


def gone(path, arrays):
    path.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        without_an_array,
        of_another_width,
        not_a_number,
        as_objects,
        one_dimension_too_few,
        one_dimension_too_many,
        gone,
    ],
    ids=lambda function: function.__name__.replace("_", " "),
)
def test_a_damaged_file_is_named(model, tmp_path, damage):
    path = tmp_path / "novelty.npz"
    model.save(path)
    with np.load(path) as arrays:
        damage(path, dict(arrays))
    with pytest.raises(RunError, match="novelty.npz .*restore the file"):
        NoveltyModel.load(path)


def test_features_of_another_network_are_refused(model):
    with pytest.raises(RunError, match=f"Expected {COLUMNS} features.*another network"):
        model.distance_of(np.zeros((2, COLUMNS + 1), np.float32))


def test_a_fit_of_few_images_with_few_channels_has_fewer_components(tmp_path):
    rows = np.float32(np.random.default_rng(0).normal(size=(12, 6 + CELLS * CELLS)))
    model = fit_novelty(rows)
    assert len(model.pooled_components) == 3
    model.save(tmp_path / "novelty.npz")
    assert np.isfinite(NoveltyModel.load(tmp_path / "novelty.npz").distance_of(rows)).all()


def test_a_channel_that_never_fires_leaves_distances_finite():
    rows = drawn(60, seed=1)
    rows[:, :CHANNELS] = 0
    assert np.isfinite(fit_novelty(rows).distance_of(drawn(5, seed=2))).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (drawn(3, seed=1), "at least 8 training images.*Received: 3"),
        (drawn(30, seed=1) * np.float32(np.nan), "diverged"),
    ],
    ids=["too few images", "not numbers"],
)
def test_what_cannot_be_fitted_is_said(rows, words):
    with pytest.raises(DataError, match=words):
        fit_novelty(rows)


def test_a_threshold_needs_radiographs_that_can_be_judged(model):
    with pytest.raises(DataError, match="validation.*Received: none"):
        threshold_of(model, drawn(0, seed=1))
    with pytest.raises(DataError, match="diverged"):
        threshold_of(model, drawn(5, seed=1) * np.float32(np.nan))


def test_a_balanced_draw_takes_every_small_group_whole():
    groups = ["a"] * 500 + ["b"] * 100 + ["c"] * 7
    rows = balanced_rows(groups, at_most=107, seed=3)
    counts = [sum(groups[row] == name for row in rows) for name in "abc"]
    assert counts == [50, 50, 7]
    assert len(set(rows.tolist())) == 107
    np.testing.assert_array_equal(rows, balanced_rows(groups, at_most=107, seed=3))
    assert not np.array_equal(rows, balanced_rows(groups, at_most=107, seed=4))


def test_a_balanced_draw_of_few_takes_all():
    np.testing.assert_array_equal(balanced_rows(["a", "b", "a"]), [0, 1, 2])
