"""Every value of every recipe can be set by its name."""

import json
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.training.cli.workflows import WORKFLOWS
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.base import Stage
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.overrides import value_names, with_values
from covid_model.training.recipes.paper import PaperRecipe
from covid_model.training.recipes.pretrain import PretrainRecipe

OTHER = {
    "precision": "mixed_float16",
    "unfrozen": "3",
    "stages": "48:200:0.5,64:100:1",
    "strengths": "0.5,2",
    "refit": "none",
    "keep": "best",
    "label_weights": "report=0.5,PCR=2",
    "families": "here+there=0.5,elsewhere",
    "preprocessing.greys": "equalized",
    "preprocessing.view": "lungs",
    "preprocessing.pooling": "lungs",
    "scaling": "imagenet",
    "layers": "block5_+block9_",
    "rectified": "yes",
}

RECIPES = {name: workflow.recipe for name, workflow in WORKFLOWS.items() if workflow.recipe}


@pytest.mark.parametrize("name", RECIPES)
def test_every_value_can_be_set(name):
    recipe = RECIPES[name]()
    names = value_names(recipe)
    assert len(names) == len(set(names)) >= 12
    for value in names:
        old = asdict(recipe)
        text = OTHER.get(value)
        if text is None:
            text = str(_at(old, value) + 1)
        new = asdict(with_values(recipe, [f"{value}={text}"]))
        assert _at(new, value) != _at(old, value)
        left = set(_flat(new).items()) ^ set(_flat(old).items())
        assert {key for key, _ in left} <= {value, "networks"}
    json.dumps(asdict(recipe))  # the run records them


def _at(values, name):
    for part in name.split("."):
        values = values[part]
    return values


def _flat(values, prefix=""):
    out = {}
    for key, value in values.items():
        nested = _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else None
        out |= nested if nested is not None else {f"{prefix}{key}": str(value)}
    return out


def test_stages_and_nested_values():
    recipe = with_values(
        FinetuneRecipe(), ["stages=112:4000:0.15,237:640:0.6", "augmentation.flip=0", "unfrozen=2"]
    )
    assert recipe.stages == (Stage(112, 4000, 0.15), Stage(237, 640, 0.6))
    assert recipe.augmentation.flip == 0.0
    assert recipe.augmentation.blur == FinetuneRecipe().augmentation.blur
    assert recipe.unfrozen == "2"


def test_strengths():
    assert with_values(LinearRecipe(), ["strengths=1e-3,2"]).strengths == (0.001, 2.0)


def test_each_network_has_layers_and_a_scaling_of_its_own():
    recipe = with_values(
        LinearRecipe(),
        [
            *("rectified=yes", "scaling=imagenet", "preprocessing.greys=equalized"),
            *("xception.layers=block5_+block9_", "vgg16.scaling=unit"),
            "resnet50v2.preprocessing.view=lungs",
        ],
    )
    first, second, third = (recipe.of(name) for name in ("xception", "vgg16", "resnet50v2"))
    assert first.rectified is second.rectified is third.rectified is True
    assert (first.layers, second.layers, third.layers) == ("block5_+block9_", "", "")
    assert (first.scaling, second.scaling, third.scaling) == ("imagenet", "unit", "imagenet")
    assert first.preprocessing == Preprocessing(greys="equalized")
    assert third.preprocessing == Preprocessing(greys="equalized", view="lungs")


def test_a_value_of_one_network():
    recipe = with_values(
        FinetuneRecipe(), ["vgg16.augmentation.flip=0.25", "vgg16.learning_rate=1e-5"]
    )
    assert recipe.of("xception").learning_rate == recipe.learning_rate == 3e-4
    assert recipe.of("xception").augmentation.flip == 0.5
    assert recipe.of("vgg16").learning_rate == 1e-5
    assert recipe.of("vgg16").augmentation.flip == 0.25
    assert FinetuneRecipe().of("vgg16").learning_rate == 1.5e-4


def test_a_value_for_all_networks_holds_for_all():
    recipe = with_values(PretrainRecipe(), ["learning_rate=1e-3"])
    assert recipe.of("vgg16").learning_rate == 1e-3
    either = ["vgg16.learning_rate=5e-5", "learning_rate=1e-3"]
    for order in (either, either[::-1]):
        recipe = with_values(PretrainRecipe(), order)
        assert recipe.of("vgg16").learning_rate == 5e-5
        assert recipe.of("resnet50v2").learning_rate == 1e-3


@pytest.mark.parametrize(
    ("recipe", "text", "sentence"),
    [
        (PaperRecipe, "epoch=3", r"no value 'epoch': it has epochs, batch, .*, seed\.$"),
        (PaperRecipe, "vgg16.epochs=3", "no value 'vgg16.epochs'"),
        (PaperRecipe, "name=mine", "no value 'name'"),
        (PaperRecipe, "epochs", r"Expected NAME=VALUE\. Received: 'epochs'"),
        (PaperRecipe, "epochs=1.5", r"Expected a whole number for epochs\. Received: '1.5'"),
        (PaperRecipe, "dropout=much", "Expected a number for dropout"),
        (FinetuneRecipe, "augmentation.flap=1", "augmentation.flip, .* each also as NETWORK.NAME"),
        (FinetuneRecipe, "augmentation=1", "no value 'augmentation'"),
        (FinetuneRecipe, "seed.x=1", "no value 'seed.x'"),
        (FinetuneRecipe, "vgg16.lr=1", "no value 'lr'"),
        (FinetuneRecipe, "vgg16.test=0.5", "Expected one test for all networks"),
        (FinetuneRecipe, "stages=112:4000", "Expected SIZE:IMAGES:CROP"),
        (FinetuneRecipe, "unfrozen=some", "Expected unfrozen=all or a number of blocks"),
        (FinetuneRecipe, "precision=half", "Expected a precision of float32"),
        (PretrainRecipe, "batch=0", "Expected a batch of at least one image"),
        (LinearRecipe, "strengths=1e-3,much", "Expected numbers with commas .* '1e-3,much'"),
        (LinearRecipe, "strengths=1e-3,0", "Expected variants of 1 or more with strengths above"),
        (LinearRecipe, "scaling=none", "Expected a scaling of unit or imagenet. Received: 'none'"),
        (LinearRecipe, "vgg16.scaling=none", "Expected a scaling of unit or imagenet"),
        (LinearRecipe, "rectified=1", "Expected yes or no for rectified"),
        (LinearRecipe, "preprocessing.view=heart", "Received: greys of plain, a view of heart"),
        (LinearRecipe, "preprocessing=lungs", "no value 'preprocessing'"),
        (LinearRecipe, "variants=0", "Expected variants of 1 or more with strengths above 0"),
    ],
)
def test_what_does_not_fit_is_refused(recipe, text, sentence):
    with pytest.raises(UsageError, match=sentence):
        with_values(recipe(), [text])


def test_steps_and_stages():
    recipe = PretrainRecipe(stages=(Stage(16, 80, 0.9), Stage(32, 17, 1.0)), batch=8, watched=20)
    assert recipe.steps == (10, 3)
    assert [recipe.stage_of(step).size for step in (0, 9, 10, 12, 99)] == [16, 16, 32, 32, 32]
    assert recipe.watch_steps == 2


def test_recipes_are_dataclasses_all_the_way_down():
    assert {one.name for one in fields(Augmentation)} >= {"flip", "coarse", "marks"}
    assert PretrainRecipe().augmentation == Augmentation()  # without what came later
    assert all(is_dataclass(recipe) for recipe in RECIPES.values())


def labelled(quality):
    """Thirty images of three classes in two sources."""
    frame = pd.DataFrame({"label": ["covid", "normal", "infection"] * 10, "source": "here"})
    return Dataset(Path(), frame.assign(label_quality=quality), True)


def test_an_image_counts_by_what_its_label_rests_on():
    data = labelled((["report"] * 3 + ["PCR"] * 3 + [""] * 3) * 3 + ["PCR"] * 3)
    plain = LinearRecipe().weights(data)
    np.testing.assert_allclose(plain, 1 / 30)
    weights = LinearRecipe(label_weights=("report=0.5", "PCR=2")).weights(data)
    covid = weights[::3]
    np.testing.assert_allclose(covid[[0, 1]] / covid[2], [0.5, 2])
    for label in range(3):  # classes are as alike as before
        assert weights[label::3].sum() == pytest.approx(1 / 3)
    assert (LinearRecipe(label_weights=("report=0",)).weights(data)[:3] == 0).all()


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("rapport=0.5",), "label_quality of metadata.csv: PCR, report. Received: rapport"),
        (("report=0", "PCR=0"), "that leave images of covid"),
    ],
)
def test_label_weights_that_do_not_fit_the_data_are_refused(texts, sentence):
    data = labelled(["report", "PCR", "PCR"] * 10)
    with pytest.raises(UsageError, match=sentence):
        LinearRecipe(label_weights=texts).weights(data)


def test_label_weights_without_the_column_are_refused():
    data = labelled("")
    data = Dataset(data.root, data.frame.drop(columns="label_quality"), True)
    with pytest.raises(UsageError, match="there are none"):
        LinearRecipe(label_weights=("report=0.5",)).weights(data)


@pytest.mark.parametrize("text", ["report", "report=-1", "report=much", "=1", "report=inf"])
def test_label_weights_that_are_no_pairs_are_refused_at_once(text):
    with pytest.raises(UsageError, match="Expected label_weights as VALUE=NUMBER"):
        with_values(LinearRecipe(), [f"label_weights={text}"])
    assert with_values(LinearRecipe(label_weights=("a=1",)), ["label_weights=none"]) == (
        LinearRecipe()
    )
