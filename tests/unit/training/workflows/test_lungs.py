"""Training of the lung segmenter, from radiographs with masks to a folder that marks lungs."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import train_models
from covid_model.common.errors import DataError, RunError, UsageError
from covid_model.data.dataset import read_dataset
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.lung_segmentation import (
    DEFAULT_FOLDER,
    INFO_FILE,
    MODEL_FILE,
    LungSegmenter,
)
from covid_model.runs import sha256_of
from covid_model.training.inputs.lung_pairs import Batches, Pairs, read_mask, vary, with_masks
from covid_model.training.networks.unet import dice, loss, unet
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.lungs import LungsRecipe
from covid_model.training.workflows.lungs import fit, measured_dice
from tests.tiny_lungs import write_masked_folder, write_tiny_segmenter

pytestmark = pytest.mark.tensorflow
PATIENTS = 8
TINY = ("epochs=1", "batch=5", "size=32", "levels=2", "width=2", "test=0.25", "validation=0.34")
STILL = Augmentation(
    crop=1, stretch=1, rotation=0, contrast=0, brightness=0, gamma=1, blur=0, noise=0, border=0
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_masked_folder(tmp_path_factory.mktemp("data"), PATIENTS)


@pytest.fixture(scope="module")
def data(folder):
    return with_masks(read_dataset(folder))


@pytest.fixture(scope="module")
def written(folder, tmp_path_factory):
    """What the command writes after two steps."""
    out = tmp_path_factory.mktemp("work") / "lungs"
    arguments = ["--data", str(folder), "--recipe", "lungs", "--out", str(out)]
    assert train_models.main([*arguments, "--note", "Drawings.", "--set", *TINY]) == 0
    return out


def test_the_folder_that_was_written_loads(written):
    assert sorted(path.name for path in written.iterdir()) == [INFO_FILE, MODEL_FILE, "split.csv"]
    scores = LungSegmenter.load(written).scores(np.zeros((70, 90), np.float32))
    assert scores.shape == (32, 32)
    assert 0 < scores.min() < scores.max() < 1


def test_the_folder_says_what_it_is(written):
    info = json.loads((written / INFO_FILE).read_text())
    assert info["schema"] == 1
    assert info["input_shape"] == [1, 32, 32, 1]
    assert info["threshold"] == 0.5
    assert info["limits"] == "Drawings."
    assert info["recipe"]["width"] == 2
    assert info["weights_format"] == "float16"
    assert info["validation"]["epoch"] == 1
    train = next(row for row in info["data"]["counts"] if row["part"] == "train")
    assert f"on {train['images']} radiographs of {train['patients']} patients" in info["origin"]
    for name, digest in info["sha256"].items():
        assert sha256_of(written / name) == digest


def test_no_patient_stands_in_two_parts_nor_an_image_without_a_mask(written):
    split = pd.read_csv(written / "split.csv")
    assert len(split) == 2 * PATIENTS
    assert set(split["part"]) == {"train", "validation", "test"}
    assert split.groupby("patient_id")["part"].nunique().eq(1).all()


def test_the_dice_of_each_test_image_is_that_of_the_written_file(written, data):
    info = json.loads((written / INFO_FILE).read_text())
    split = pd.read_csv(written / "split.csv").query("part == 'test'")
    assert list(info["dice"]["each"]) == split["original"].tolist()
    low, high = info["dice"]["mean_interval"]
    assert 0 <= low <= info["dice"]["mean"] <= high <= 1
    test = data.rows(data.frame["original"].isin(split["original"]))
    assert measured_dice(LungSegmenter.load(written), test) == info["dice"]


def test_the_dice_is_one_where_all_is_found(data, tmp_path):
    segmenter = LungSegmenter.load(write_tiny_segmenter(tmp_path, size=256))
    result = measured_dice(segmenter, data)
    assert result["mean"] > 0.97
    assert (result["images"], result["patients"], result["refused"]) == (16, PATIENTS, 0)


def test_an_existing_folder_is_kept(written, folder, capsys):
    before = (written / MODEL_FILE).read_bytes()
    arguments = ["--data", str(folder), "--recipe", "lungs", "--out", str(written)]
    assert train_models.main(arguments) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert (written / MODEL_FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Expected --out DIR for the segmenter"),
        (["--out", "x", "--save-split", "y"], "--save-split is not used by --recipe lungs"),
        (
            ["--out", "x", "--set", "size=100"],
            "Expected at least one level, with a size that 16 divides",
        ),
        (["--out", "x", "--set", "levels=0"], "Expected at least one level"),
        (["--out", "x", "--set", "depth=3"], "The lungs recipe has no value 'depth'"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(folder, arguments, sentence, capsys, tmp_path):
    arguments = [str(tmp_path / one) if one in "xy" else one for one in arguments]
    assert train_models.main(["--data", str(folder), "--recipe", "lungs", *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_masks_that_are_not_there_are_named(data, tmp_path):
    with pytest.raises(DataError, match="Expected a column lung_mask"):
        with_masks(replace(data, frame=data.frame.drop(columns="lung_mask")))
    with pytest.raises(DataError, match="names 16 lung masks that are not in .* mask0.png"):
        with_masks(replace(data, root=tmp_path))


def test_masks_move_as_radiographs_do(data):
    mask = np.uint8(255) * read_mask(data, 0)[:260, :260]
    recipe = replace(LungsRecipe(), size=130, augmentation=STILL)
    strong = replace(STILL, crop=0.5, stretch=1.4, rotation=15, flip=0.5)
    resting, _ = vary(mask, mask, replace(recipe, shrink=1.0), np.random.default_rng(0))
    moved = []
    for seed in range(6):
        varied = replace(recipe, augmentation=strong)
        image, lungs = vary(mask, mask, varied, np.random.default_rng(seed))
        inner = slice(2, -2)  # the rim may go on in the image, never in the mask
        same = np.abs(image[inner, inner].astype(int) - lungs[inner, inner]) < 64
        moved.append((lungs > 127).mean())
        assert same.mean() > 0.9
        assert not np.array_equal(image, resting)
    assert max(moved) > 1.3 * min(moved)


def test_batches_depend_on_the_seed_the_epoch_alone(data):
    pairs, recipe = Pairs.of(data), replace(LungsRecipe(), size=32, batch=5)
    first, second = Batches(pairs, recipe), Batches(pairs, recipe)
    assert len(first) == 4
    np.testing.assert_array_equal(first[1][0], second[1][0])
    second.on_epoch_begin()
    assert not np.array_equal(first[1][0], second[1][0])
    images, masks = first[3]
    assert images.shape == masks.shape == (1, 32, 32, 1)
    assert 0 <= images.min() < images.max() <= 1


def fitted(train, held, epochs):
    """What a training gives, with the Dice coefficient of the weights that it leaves."""
    import keras

    keras.utils.set_random_seed(0)
    recipe = replace(
        LungsRecipe(), size=32, levels=3, width=4, epochs=epochs, batch=4, augmentation=STILL
    )
    model = unet(recipe)
    best = fit(model, train, held, recipe)
    return best, model.evaluate(*held.arrays(32), verbose=0, return_dict=True)["dice"]


def test_training_learns(data):
    train, held = (Pairs.of(data.rows(np.arange(16) % 4 // 3 == part)) for part in (0, 1))
    best, _ = fitted(train, held, 12)
    assert best["dice"] > 0.8


def test_training_keeps_its_best_epoch(data):
    pairs = Pairs.of(data)
    opposite = Pairs(pairs.grey, 255 - pairs.masks)  # the more it learns, the worse on these
    best, left = fitted(pairs, opposite, 5)
    assert best["epoch"] < 5
    assert best["dice"] == pytest.approx(left, abs=1e-5)


def test_loss_and_dice_of_known_masks():
    truth = np.zeros((2, 4, 4, 1), np.float32)
    truth[:, :2] = 1
    scores = truth.copy()
    scores[1] = 0
    scores[1, 1:3] = 1  # half of it right
    np.testing.assert_allclose(dice(truth, scores), [1, 0.5], atol=1e-6)
    losses = np.asarray(loss(truth, scores))
    assert losses.shape == (2,)
    assert losses[0] == pytest.approx(0, abs=1e-5)
    assert losses[1] > 0.5


def test_the_shipped_segmenter_marks_no_lungs_where_there_are_none():
    segmenter = LungSegmenter.load()
    for grey in (0.0, 0.5, 1.0):
        assert segmenter.mask(np.full((300, 260), grey, np.float32)) is None
    for seed in range(10):
        noise = np.random.default_rng(seed).random((300, 260), np.float32)
        assert segmenter.mask(noise) is None


def test_the_shipped_segmenter_says_how_good_it_is():
    info = json.loads((DEFAULT_FOLDER / INFO_FILE).read_text())
    assert info["dice"]["mean_interval"][0] > 0.9
    assert "children" in info["limits"]
    assert info["data"]["shared_patients"] == 0
    assert sum(path.stat().st_size for path in DEFAULT_FOLDER.iterdir()) < 2**20


@pytest.mark.data
def test_the_shipped_segmenter_reaches_its_dice_on_its_test_part(real_data):
    info = json.loads((DEFAULT_FOLDER / INFO_FILE).read_text())
    data = with_masks(read_dataset(real_data))
    test = data.rows(data.frame["original"].isin(list(info["dice"]["each"])))
    assert measured_dice(LungSegmenter.load(), test)["mean"] == pytest.approx(
        info["dice"]["mean"], abs=0.005
    )


@pytest.mark.data
def test_the_shipped_segmenter_refuses_nearly_all_radiographs_on_their_side(real_data):
    split = pd.read_csv(DEFAULT_FOLDER / "split.csv").query("part == 'test'")
    segmenter = LungSegmenter.load()
    # Later builds of a data folder lack single images of an earlier split.
    files = [real_data / path for path in split["path"] if (real_data / path).is_file()]
    if len(files) < 0.9 * len(split):
        pytest.skip(f"the data folder holds {len(files)} of the {len(split)} test images")
    pictures = [read_radiograph(file.read_bytes()).pixels for file in files]
    turned = [segmenter.mask(np.rot90(picture).copy()) for picture in pictures]
    assert np.mean([mask is None for mask in turned]) > 0.9
    upright = [segmenter.mask(picture) for picture in pictures]
    assert np.mean([mask is None for mask in upright]) < 0.1


def test_a_damaged_segmenter_is_refused(written, tmp_path):
    for file in written.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / MODEL_FILE).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(RunError, match="differs from the digest"):
        LungSegmenter.load(tmp_path)


def test_a_size_that_cannot_be_halved_is_refused():
    with pytest.raises(
        UsageError, match="Expected at least one level, with a size that 16 divides"
    ):
        unet(replace(LungsRecipe(), size=120))
