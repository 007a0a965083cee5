"""The linear recipe, from a folder of radiographs to a run that predicts."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import train_models
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset, read_dataset
from covid_model.data.sampling import sampling_weights
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.reader import read_radiograph
from covid_model.runs import load_run
from covid_model.serving import Classifier
from covid_model.training.heads.logistic import fit_logistic, logistic_model
from covid_model.training.heads.paper_head import HISTORY, Samples
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.workflows import linear as module
from tests.drawings import write_data_folder
from tests.tiny import SIZE, tiny_backbone

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
RECIPE = LinearRecipe(size=SIZE)
VALUES = ("strengths=1e-2,1e-1,10", "variants=2", f"size={SIZE}", "validation=0.25")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """60 drawn radiographs of 30 patients, as bright as their class."""
    return write_data_folder(tmp_path_factory.mktemp("data"), 60)


@pytest.fixture
def passes(monkeypatch):
    """The rows that are read for the networks, one list a batch."""
    read = []

    def inputs(self, rows, **options):
        read.append(list(rows))
        return whole(self, rows, **options)

    whole = Dataset.inputs
    monkeypatch.setattr(Dataset, "inputs", inputs)
    return read


def tiny(name, weights="random", size=None, scaling="unit"):
    return replace(tiny_backbone(name, size), origin=f"{weights} weights, for tests")


@pytest.fixture(scope="module", autouse=True)
def any_size():
    """Networks as tiny as those of the tests take images that the real ones do not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("covid_model.training.cli.check_size", lambda *_: None)
        yield


def command(folder, out, *extra):
    return ["--data", str(folder), "--recipe", "linear", "--weights", "random", "--models", "vgg16",
            "xception", "--out", str(out), *extra, "--set", *VALUES]  # fmt: skip


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory, few_replicates):
    """A run of two tiny networks."""
    work = tmp_path_factory.mktemp("work")
    arguments = ["--cache", str(work / "cache"), "--weights-format", "float32"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "build_backbone", tiny)
        assert train_models.main(command(folder, work / "runs" / "line", *arguments)) == 0
    return load_run(work / "runs" / "line")


@pytest.mark.parametrize("name", ["vgg16", "xception"])
def test_the_run_predicts_what_its_report_says(trained, folder, name):
    classifier = Classifier.load(trained.model_folder(name))
    rows = trained.table(name, "predictions.csv")
    assert len(rows) == trained.report(name)["images"] >= 10
    assert trained.report(name)["macro_recall"] >= 0.9, "as bright as their class"
    for row in rows[:3]:
        radiograph = read_radiograph((folder / row["original"]).read_bytes())
        served = classifier.predict(radiograph).probabilities
        np.testing.assert_allclose(served, [float(row[f"p_{c}"]) for c in CLASS_NAMES], atol=2e-5)
    with np.load(trained.model_folder(name) / "head.npz") as head:
        assert int(head["average_pool"]) == 0
        assert head["pooled_weights"].shape == (6, 6)


def test_the_run_says_what_it_is(trained):
    assert trained.info["recipe"]["name"] == "linear"
    assert trained.info["recipe"]["strengths"] == [0.01, 0.1, 10.0]
    split = pd.read_csv(trained.folder / "split.csv")
    train = split[split["part"] == "train"]
    patients = train["patient_id"].nunique()
    assert trained.model_info("vgg16").backbone_origin.startswith(
        f"random weights, for tests; a linear head on {len(train)} radiographs of {patients} "
        "patients (C = "
    )
    (row,) = trained.table("vgg16", "history.csv")
    assert tuple(row) == HISTORY
    assert 0 < float(row["loss"]) < np.log(3)
    assert trained.comparison()["pairs"][0]["networks"] == ["xception", "vgg16"]
    assert trained.audit("vgg16")["images"] == trained.report("vgg16")["images"]
    assert [problem for one in verify_run(trained.folder) for problem in one.problems] == []


def test_reports_alone_are_the_same_and_read_only_the_test_part(
    trained, folder, tmp_path, passes, monkeypatch
):
    monkeypatch.setattr(module, "build_backbone", tiny)
    cache = trained.folder.parent.parent / "cache"
    arguments = ["--cache", str(cache), "--reports-only"]
    assert train_models.main(command(folder, tmp_path / "line", *arguments)) == 0
    run = load_run(tmp_path / "line")
    assert sum(len(rows) for rows in passes) == 2 * run.report("vgg16")["images"]
    for name in ("vgg16", "xception"):
        tables = [pd.DataFrame(one.table(name, "predictions.csv")) for one in (run, trained)]
        scores = [one[[f"p_{c}" for c in CLASS_NAMES]].astype(float) for one in tables]
        np.testing.assert_allclose(*scores, atol=2e-5)


def test_features_are_of_the_images_and_of_variants_that_last(folder, tmp_path, passes):
    data, backbone = read_dataset(folder), tiny_backbone("xception")
    features = mean_features(backbone, data, RECIPE, variants=3, cache=tmp_path)
    assert features.shape == (180, 6)
    assert features.dtype == np.float32
    maps = backbone.model.predict_on_batch(data.inputs(range(60), size=SIZE))
    np.testing.assert_allclose(features[::3], np.asarray(maps).mean(axis=(1, 2)), atol=1e-5)
    assert (features[::3] != features[1::3]).any(axis=1).all()
    assert (features[1::3] != features[2::3]).any(axis=1).all()
    passes.clear()

    def again(recipe=RECIPE, variants=3):
        return mean_features(backbone, data, recipe, variants=variants, cache=tmp_path)

    np.testing.assert_array_equal(again(), features)
    np.testing.assert_array_equal(again(variants=1), features[::3])
    assert passes == [], "read an image whose features are kept"
    other = again(replace(RECIPE, seed=1), 2)
    np.testing.assert_array_equal(other[::2], features[::3])
    assert (other[1::2] != features[1::3]).any(axis=1).all()
    few = mean_features(
        backbone, data.rows(np.arange(60) > 50), RECIPE, variants=3, cache=tmp_path / "new"
    )
    np.testing.assert_allclose(few, features[51 * 3 :], atol=1e-6)


def test_an_interrupted_computation_goes_on(folder, tmp_path, passes, monkeypatch):
    data, backbone = read_dataset(folder), tiny_backbone("xception")
    whole = Dataset.inputs

    def breaks(self, rows, **options):
        if len(passes) == 3:
            raise KeyboardInterrupt
        return whole(self, rows, **options)

    def features():
        return mean_features(backbone, data, RECIPE, variants=2, cache=tmp_path)

    with monkeypatch.context() as patch:
        patch.setattr(Dataset, "inputs", breaks)
        with pytest.raises(KeyboardInterrupt):
            features()
    passes.clear()
    went_on = features()
    assert [rows[0] for rows in passes] == [24, 32, 40, 48, 56], "48 of 120 were kept"
    unbroken = mean_features(backbone, data, RECIPE, variants=2, cache=tmp_path / "unbroken")
    np.testing.assert_array_equal(went_on, unbroken)


def drawn(counts, seed=0, channels=6):
    """Overlapping classes of so many samples each; one channel never speaks."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(3), counts)
    inputs = rng.normal(0.2 * np.eye(3, channels)[truth], 0.1, (len(truth), channels))
    inputs[:, -1] = 0.25
    return Samples(inputs.astype(np.float32), np.eye(3, dtype=np.float32)[truth])


@pytest.mark.parametrize("name", ["vgg16", "xception"])
def test_keras_scores_are_those_of_the_pipeline(name):
    backbone = tiny_backbone(name)
    images = np.random.default_rng(1).random((30, SIZE, SIZE, 3), np.float32)
    images *= np.linspace(0.1, 1, 30, dtype=np.float32)[:, None, None, None]
    pooled = np.asarray(backbone.model.predict_on_batch(images)).mean(axis=(1, 2))
    samples = Samples(pooled, np.eye(3, dtype=np.float32)[np.arange(30) // 10])
    recipe = LinearRecipe(strengths=(10.0,))
    fit = fit_logistic(samples, samples, np.ones(30), strengths=recipe.strengths, title=name)
    scores = np.asarray(logistic_model(backbone, fit).predict_on_batch(images))
    expected = fit.pipeline.predict_proba(pooled.astype(float))
    assert [type(step) for step in fit.pipeline] == [StandardScaler, LogisticRegression]
    assert np.ptp(scores, axis=0).min() > 0.3, "all scores are alike: nothing is compared"
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    np.testing.assert_allclose(fit.scores(pooled), scores, atol=1e-5)


def test_a_channel_that_hardly_varies_has_no_huge_weight():
    samples = drawn((40, 40, 40))
    samples.inputs[:, -1] = np.linspace(0, 1e-6, 120)
    recipe = LinearRecipe(strengths=(1.0,))
    fit = fit_logistic(samples, samples, np.ones(120), strengths=recipe.strengths, title="drawn")
    kernel = logistic_model(tiny_backbone("xception"), fit).get_layer("hidden").kernel
    heights = np.abs(np.asarray(kernel)).max(axis=1)
    assert heights[-1] < 20 * np.median(heights)


def test_the_strength_with_the_best_recall_is_taken_ties_by_loss():
    train, held = drawn((40, 40, 40)), drawn((30, 30, 30), seed=1)
    plain = make_pipeline(StandardScaler(), LogisticRegression(C=1e-2, max_iter=10_000))
    plain.fit(train.inputs[:, :-1].astype(float), train.labels.argmax(axis=1))
    fits = [
        fit_logistic(train, held, np.ones(120), strengths=some, title="drawn")
        for some in [(1e-6,), (1e-2,), (1e4,), (1e-6, 1e-2, 1e4)]
    ]
    merits = [(fit.recall, -fit.row["val_loss"]) for fit in fits]
    assert merits[3] == max(merits[:3])
    assert fits[3].strength == fits[merits.index(max(merits[:3]))].strength
    expected = plain.predict_proba(held.inputs[:, :-1].astype(float))
    np.testing.assert_allclose(fits[1].scores(held.inputs), expected, atol=1e-4)
    truth = held.labels.argmax(axis=1)
    found = fits[3].scores(held.inputs).argmax(axis=1)
    assert fits[3].recall == pytest.approx(recall_score(truth, found, average="macro"))


def test_a_rare_class_is_found_where_classes_are_balanced():
    counts = (8, 300, 300)
    train, held = drawn(counts), drawn((50, 50, 50), seed=1)
    labels = np.repeat(CLASS_NAMES, counts)
    frame = pd.DataFrame({"label": labels, "source": "here"})
    weights = 608 * sampling_weights(Dataset(None, frame, True), 0.5)
    recipe = LinearRecipe(strengths=(1e-2,))

    def recall(weights):
        fit = fit_logistic(train, held, weights, strengths=recipe.strengths, title="drawn")
        return (fit.scores(held.inputs).argmax(axis=1)[:50] == 0).mean()

    assert recall(np.ones(608)) < 0.2
    assert recall(weights) > 0.7


def test_a_run_weighs_its_images_and_varies_only_those_it_trains_on(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    frame = pd.read_csv(folder / "metadata.csv")
    frame = frame[(frame["label"] != "covid") | (frame.index % 4 == 0)]
    frame.to_csv(tmp_path / "metadata.csv", index=False)
    seen = []

    def fit(*given, **_):
        seen.extend(given)
        raise UsageError("stop here")

    monkeypatch.setattr(module, "build_backbone", tiny)
    monkeypatch.setattr(module, "fit_logistic", fit)
    arguments = ["--cache", str(tmp_path / "cache"), "--reports-only"]
    assert train_models.main(command(tmp_path, tmp_path / "run", *arguments)) == 2
    train, validation, weights = seen
    counts = train.labels.sum(axis=0)
    assert counts[0] < counts[1:].min(), "classes are balanced already: nothing is seen"
    np.testing.assert_allclose(weights @ train.labels, len(weights) / 3)
    assert len(train.inputs) == len(weights) == len(train.labels)
    assert (train.labels[::2] == train.labels[1::2]).all()
    assert (train.inputs[::2] != train.inputs[1::2]).any(axis=1).all()
    assert len(np.unique(validation.inputs, axis=0)) == len(validation.labels)
    assert len(validation.labels) < len(weights) / 2


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [("covid", "training images of infection, normal"), ("", "validation images of no class")],
)
def test_parts_that_cannot_be_fitted_are_refused(folder, tmp_path, missing, sentence, capsys):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    frame = pd.read_csv(folder / "metadata.csv")
    frame[frame["label"] != missing].to_csv(tmp_path / "metadata.csv", index=False)
    values = [] if missing else ["validation=0"]
    assert train_models.main([*command(tmp_path, tmp_path / "run"), *values]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()
