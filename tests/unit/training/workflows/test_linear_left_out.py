"""The linear recipe on groups left out, and on what networks are shown of the lungs."""

from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import train_models
from covid_model.common.classes import CLASS_NAMES
from covid_model.data.dataset import read_dataset
from covid_model.data.leave_out import left_out_groups
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.imaging.reader import read_radiograph
from covid_model.inference import network_input
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.inference.network_input import GRID
from covid_model.runs import load_run
from covid_model.serving import Classifier
from covid_model.training.heads.left_out import Judged, predict_left_out
from covid_model.training.heads.logistic import fit_logistic
from covid_model.training.heads.paper_head import Samples
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.workflows import linear as module
from tests.drawings import HEIGHT, WIDTH, drawn_rows, png, varied
from tests.tiny import SIZE, tiny_backbone
from tests.tiny_lungs import write_tiny_segmenter

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
STRENGTHS = (1e-2, 1.0)
VALUES = [f"strengths={','.join(map(str, STRENGTHS))}", "variants=1", f"size={SIZE}"]
SHOWN = ["rectified=yes", "preprocessing.greys=equalized", "vgg16.preprocessing.view=lungs",
         "vgg16.preprocessing.pooling=lungs"]  # fmt: skip


def tiny(name, weights="random", size=None, scaling="unit"):
    return replace(tiny_backbone(name, size), origin=f"{weights} weights, for tests")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """96 drawn radiographs of 48 patients in two sources, with a hospital for most of them."""
    root = tmp_path_factory.mktemp("data")
    frame = drawn_rows("train", 96)
    haze = np.random.default_rng(1)
    for row in frame.itertuples():
        coarse = haze.normal(0, 0.03, (16, 16)).astype(np.float32)  # no two pass for one picture
        cloud = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        (root / row.original).write_bytes(png((varied(row.label, row.seed) + cloud).clip(0, 1)))
    hospital = [f"h{i // 2 % 7}" if i < 84 else "" for i in range(len(frame))]
    frame = frame.assign(path=frame["original"], hospital=hospital)
    frame.to_csv(root / "metadata.csv", index=False)
    return root


@pytest.fixture(scope="module")
def train(folder, tmp_path_factory, few_replicates):
    """Runs the recipe on tiny networks; the segmenter takes what is dark for lung."""
    work = tmp_path_factory.mktemp("work")
    segmenter = LungSegmenter.load(write_tiny_segmenter(tmp_path_factory.mktemp("lungs")))

    def run(name, *extra, values=()):
        out = work / name
        arguments = ["--data", str(folder), "--recipe", "linear", "--weights", "random"]
        arguments += ["--out", str(out), "--cache", str(work / "cache"), *extra]
        arguments += ["--weights-format", "float32", "--set", *VALUES, *values]
        assert train_models.main(arguments) == 0
        return load_run(out)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("covid_model.training.cli.check_size", lambda *_: None)
        patch.setattr(module, "build_backbone", tiny)
        patch.setattr(network_input, "open_segmenter", lambda: segmenter)
        yield run


@pytest.fixture(scope="module")
def judged(train):
    """A run of one network, judged on hospitals that were left out."""
    return train("hospitals", "--models", "xception", "--leave-out-by", "hospital")


def scores_of(frame):
    return frame[[f"p_{name}" for name in CLASS_NAMES]].to_numpy(float)


def test_each_group_is_judged_by_a_head_that_never_saw_it(judged, folder, tmp_path):
    data = read_dataset(folder)
    split = pd.read_csv(judged.folder / "split.csv").set_index("path")["part"]
    seen = data.rows((split[data.frame["path"]] != "test").to_numpy())
    groups = left_out_groups(seen, "hospital", seed=LinearRecipe().seed)
    features = mean_features(
        tiny("xception", size=SIZE), seen, LinearRecipe(size=SIZE), cache=tmp_path
    )
    truth, people = seen.labels.argmax(axis=1), seen.frame["group"]

    def by_hand(strength):
        scores = np.full((len(seen), 3), np.nan)
        for group in sorted(set(groups) - {""}):
            held = (groups == group).to_numpy()
            rest = ~people.isin(people[held]).to_numpy()
            images = seen.rows(rest)
            samples = Samples(features[rest], images.labels)
            weights = len(images) * LinearRecipe().weights(images)
            fit = fit_logistic(samples, samples, weights, strengths=(strength,), title=group)
            scores[held] = fit.scores(features[held])
        return scores

    def area(scores):
        left = (groups != "").to_numpy()
        return np.mean([roc_auc_score(truth[left] == c, scores[left, c]) for c in range(3)])

    best = max(map(by_hand, STRENGTHS), key=area)
    table = pd.DataFrame(judged.table("xception", "left_out.csv"))
    assert set(table["left_out"]) == set(groups) - {""} == {"1", "2", "3", "4", "5"}
    assert 0 < len(table) < len(seen), "some images have no hospital"
    row_of = {path: row for row, path in enumerate(seen.frame["path"])}
    rows = [row_of[path] for path in table["path"]]
    assert list(table["left_out"]) == [groups[row] for row in rows]
    np.testing.assert_allclose(scores_of(table), best[rows], atol=1e-4)
    assert not set(table["path"]) & set(split.index[split == "test"])


def test_the_run_is_calibrated_on_them_and_verifies(judged):
    info = judged.model_info("xception")
    assert info.fitted_on == "left_out"
    assert set(info.sets) == set(CLASS_NAMES)
    assert "left_out.csv" in info.sha256
    assert judged.report("xception")["left_out"]["groups"] == 5
    assert [problem for one in verify_run(judged.folder) for problem in one.problems] == []


def test_label_weights_hold_where_a_group_has_all_of_a_quality(folder):
    data = read_dataset(folder)
    groups = pd.Series(np.array(["a", "b"])[pd.factorize(data.frame["group"])[0] % 2])
    quality = np.where(groups == "a", "report", "PCR")
    data = replace(data, frame=data.frame.assign(label_quality=quality))
    features = np.random.default_rng(0).random((len(data), 4), np.float32)
    recipe = LinearRecipe(strengths=(1.0,), label_weights=("report=0.5",))
    _, table = predict_left_out(Judged(data, groups, features), recipe, title="drawn")
    plain = replace(recipe, label_weights=())
    _, alike = predict_left_out(Judged(data, groups, features), plain, title="drawn")
    np.testing.assert_allclose(scores_of(table), scores_of(alike), atol=1e-6)


@pytest.fixture(scope="module")
def shown(train):
    """A run of two networks: one sees equalised greys, the other the lungs alone, too."""
    return train("shown", "--models", "xception", "vgg16", values=SHOWN)


@pytest.mark.parametrize(
    ("name", "view", "pooling", "layer"),
    [("xception", "whole", "all", "rectified"), ("vgg16", "lungs", "lungs", "over_lungs")],
)
def test_a_rectified_network_predicts_what_its_table_says(
    shown, folder, name, view, pooling, layer
):
    info = shown.model_info(name)
    assert info.target_layer == layer
    assert info.preprocessing == {"greys": "equalized", "view": view, "pooling": pooling}
    classifier = Classifier.load(shown.model_folder(name))
    rows = shown.table(name, "predictions.csv")
    assert len(rows) >= 10
    sizes = set()
    for row in rows:
        radiograph = read_radiograph((folder / row["original"]).read_bytes())
        prediction = classifier.predict(radiograph)
        raw = classifier._network.run(classifier.prepare(radiograph).image)[0]
        np.testing.assert_allclose(raw, [float(row[f"p_{c}"]) for c in CLASS_NAMES], atol=1e-4)
        plain = classifier.predict(
            radiograph,
            prepared=network_input.network_input(
                radiograph, size=SIZE, preprocessing=Preprocessing()
            ),
        )
        assert np.abs(plain.probabilities - prediction.probabilities).max() > 1e-4
        sizes.add(prediction.heatmaps.shape[1:])
    assert ((GRID, GRID) in sizes) == (view == "lungs"), "no lungs were found, or cut for nothing"


def test_its_recipe_is_on_record_and_verifies(shown):
    recipe = shown.info["recipe"]
    assert recipe["rectified"] is True
    assert recipe["preprocessing"] == {"greys": "equalized", "view": "whole", "pooling": "all"}
    assert recipe["networks"] == SHOWN[2:]
    assert [problem for one in verify_run(shown.folder) for problem in one.problems] == []
