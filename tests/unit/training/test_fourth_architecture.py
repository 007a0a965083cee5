"""Another network is one row: DenseNet121 goes from training to every page of the dashboard."""

import importlib
import logging

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import train_models
from covid_model.cli import main as command_line
from covid_model.common.architectures import ARCHITECTURES, REGISTRY, Architecture
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import UsageError, WeightsError
from covid_model.common.paper import PAPER_MODELS
from covid_model.data.run_split import read_run_split
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.reader import read_radiograph
from covid_model.runs import load_run
from covid_model.serving import Classifier
from covid_model.training.audit.randomization import maps_with_random_block
from covid_model.training.audit.subject import AuditedNetwork
from covid_model.training.cli.options import DEFAULTS
from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.networks.finetune import freeze_all_but
from covid_model.training.networks.from_litert import recover
from covid_model.training.workflows.recover import run_recover
from dashboard.session import state
from tests.drawings import drawing, png, write_data_folder
from tests.pages import APP, PAGES

NAME, TITLE, SIZE = "densenet121", "DenseNet121", 64
BLOCKS = tuple(f"conv{number}_" for number in range(1, 6))
ROW = Architecture(NAME, TITLE, "DenseNet121", target_layer="relu", blocks=BLOCKS)
RECIPES = {
    "paper": ("epochs=1",),
    "linear": ("strengths=1e-2", "variants=1", "validation=0.25"),
}

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module", autouse=True)
def row():
    """The row, whose builder has all kinds of its layers, but one convolution pair a block."""
    family = importlib.import_module(keras.applications.DenseNet121.__module__)

    def shallow(**options):
        return family.DenseNet((1, 1, 1, 1), **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(REGISTRY, NAME, ROW)
        patch.setattr(keras.applications, "DenseNet121", shallow)
        yield


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Drawn radiographs and a backbone whose weights are as different as trained ones."""
    folder = tmp_path_factory.mktemp("fourth")
    (folder / "data").mkdir()
    write_data_folder(folder / "data", 36)
    backbone, rng = build_backbone(NAME, size=None), np.random.default_rng(0)
    for layer in backbone.model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([w + rng.uniform(0, 0.1, w.shape) for w in layer.get_weights()])
    (folder / "backbones").mkdir()
    backbone.model.save_weights(folder / "backbones" / f"{NAME}.weights.h5")
    return folder


@pytest.fixture(scope="module")
def runs(work):
    """A run of that network alone by each recipe."""
    for recipe, values in RECIPES.items():
        code = train_models.main(
            ["--data", str(work / "data"), "--recipe", recipe, "--models", NAME,
             "--weights", str(work / "backbones"), "--out", str(work / "runs" / recipe),
             "--cache", str(work / "cache"), "--weights-format", "float32",
             "--set", f"size={SIZE}", *values]
        )  # fmt: skip
        assert code == 0
    return {recipe: load_run(work / "runs" / recipe) for recipe in RECIPES}


def test_the_row_is_seen_wherever_networks_are_listed(capsys):
    assert list(ARCHITECTURES) == [*PAPER_MODELS, NAME]
    assert ARCHITECTURES[NAME] == dict(ARCHITECTURES)[NAME] == TITLE
    assert DEFAULTS["models"] == list(PAPER_MODELS) == ["xception", "resnet50v2", "vgg16"]
    for main in (train_models.main, lambda arguments: command_line(["classify", *arguments])):
        with pytest.raises(SystemExit):
            main(["--help"])
        assert NAME in capsys.readouterr().out


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_run_predicts_verifies_and_has_its_card(runs, work, recipe, capsys):
    run = runs[recipe]
    assert run.models == run.servable_models == (NAME,)
    info = run.model_info(NAME)
    assert (info.title, info.target_layer) == (TITLE, "relu")
    row = run.table(NAME, "predictions.csv")[0]
    file = work / "data" / row["original"]
    served = Classifier.load(run.model_folder(NAME)).predict(read_radiograph(file.read_bytes()))
    written = [float(row[column]) for column in SCORE_COLUMNS]
    if served.calibrated:
        np.testing.assert_allclose(served.probabilities, written, atol=2e-6)
    assert command_line(["classify", str(file), "--run", str(run.folder)]) == 0
    assert NAME in capsys.readouterr().out
    assert [problem for report in verify_run(run.folder) for problem in report.problems] == []
    assert f"### {TITLE}" in (run.folder / "MODEL_CARD.md").read_text("utf-8")
    assert run.audit(NAME)["images"] >= 6


def test_its_blocks_can_be_unfrozen_one_by_one():
    backbone = build_backbone(NAME, size=SIZE)
    assert backbone.target_output.shape[1:3] == (2, 2)
    freeze_all_but(backbone, "1")
    learning = [layer.name for layer in backbone.model.layers if layer.trainable and layer.weights]
    assert learning
    assert all(name.startswith("conv5_") or name == "bn" for name in learning)
    for prefix in BLOCKS:
        assert any(layer.name.startswith(prefix) for layer in backbone.model.layers)


def test_its_backbone_is_read_back_and_its_last_block_randomised(runs, work):
    run = runs["paper"]
    written = run_recover(run, work / "data", [NAME], work / "recovered")
    assert [path.name for path in written] == [f"{NAME}.weights.h5"]
    images = read_run_split(run, work / "data").images("test")
    inputs = images.inputs(range(2), size=SIZE)
    subject = AuditedNetwork.load(run.model_folder(NAME))
    served = np.stack([subject.network.run(image[None])[1] for image in inputs])
    again = build_backbone(NAME, weights=str(written[0].parent), size=SIZE)
    maps = keras.Model(again.model.input, again.target_output).predict_on_batch(inputs)
    np.testing.assert_allclose(maps, served, atol=1e-3 * np.abs(served).max())
    randomised = maps_with_random_block(subject, inputs, served)
    assert randomised.shape == served.shape
    assert np.abs(randomised - served).max() > 0.1 * np.abs(served).max()


def test_a_network_that_cannot_be_read_back_is_named(runs, monkeypatch, caplog):
    def other(name, size):
        model = keras.Sequential([keras.Input((size, size, 3)), keras.layers.BatchNormalization()])
        return Backbone(ROW, model, "tests")

    module = "covid_model.training.networks.from_litert.build_backbone"
    monkeypatch.setattr(module, other)
    path = runs["paper"].model_folder(NAME) / "model.tflite"
    with pytest.raises(WeightsError, match="does not hold the layers of densenet121"):
        recover(NAME, path, np.zeros((1, SIZE, SIZE, 3), np.float32))
    subject = AuditedNetwork.load(path.parent)
    with caplog.at_level(logging.INFO):
        assert maps_with_random_block(subject, np.zeros((1, SIZE, SIZE, 3)), np.ones(1)) is None
    assert "no map with the last block" in caplog.text


def test_a_size_below_its_minimum_is_refused(work, capsys):
    with pytest.raises(UsageError, match="at least 32 pixels for DenseNet121. Received: 31"):
        build_backbone(NAME, size=31)
    arguments = ["--data", str(work / "data"), "--models", NAME, "--weights", "random"]
    assert train_models.main([*arguments, "--set", "size=31"]) == 2
    assert "at least 32 pixels for DenseNet121" in capsys.readouterr().err


def test_every_page_opens_with_its_runs(runs, work, monkeypatch):
    monkeypatch.setenv("COVID_MODEL_RUNS", str(work / "runs"))
    at = AppTest.from_file(APP, default_timeout=120)
    at.session_state[state._ACCEPTED] = True
    at.run()
    at.file_uploader[0].set_value([("a.png", png(drawing()), "")]).run()
    assert at.subheader
    for page in PAGES:
        at.switch_page(f"views/{page}.py").run().run()
        assert not at.exception, page
        assert not at.error, (page, at.error)
