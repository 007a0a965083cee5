"""The head that a finetune ends with: what it is fitted to, how images weigh."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from covid_model.data.dataset import Dataset
from covid_model.training.heads import refit
from covid_model.training.recipes.finetune import FinetuneRecipe
from tests.tiny import tiny_backbone

pytestmark = pytest.mark.tensorflow
COUNTS = {("covid", "a"): 2, ("normal", "a"): 3, ("normal", "b"): 9, ("infection", "b"): 6}


def data_of(counts):
    rows = [pair for pair, count in counts.items() for _ in range(count)]
    return Dataset(Path(), pd.DataFrame(rows, columns=["label", "source"]), True)


@pytest.mark.parametrize(("exponent", "share"), [(1.0, 9 / 12), (0.0, 1 / 2)])
def test_classes_weigh_alike_and_sources_by_the_recipe(monkeypatch, exponent, share):
    asked = {}

    def features(backbone, data, recipe, *, cache):
        asked[len(data)] = cache
        return np.zeros((len(data), 4), np.float32)

    def fit(train, validation, weights, *, strengths, title):
        asked.update(weights=weights, strengths=strengths, sizes=(len(train.labels), title))
        return "fit"

    monkeypatch.setattr(refit, "mean_features", features)
    monkeypatch.setattr(refit, "fit_logistic", fit)
    recipe = FinetuneRecipe(refit=(0.5, 2.0), refit_source_exponent=exponent)
    train, validation = data_of(COUNTS), data_of({("covid", "a"): 1, ("normal", "b"): 1})
    backbone = tiny_backbone("vgg16")
    assert refit.fit_head(backbone, train, validation, recipe, cache=Path("kept")) == "fit"
    assert asked[20] == asked[2] == Path("kept")
    assert (asked["strengths"], asked["sizes"]) == ((0.5, 2.0), (20, "vgg16"))
    weights = pd.Series(asked["weights"])
    assert weights.mean() == pytest.approx(1)
    by_class = weights.groupby(train.frame["label"]).sum()
    assert by_class.tolist() == pytest.approx([20 / 3] * 3)
    normal = weights[train.frame["label"] == "normal"]
    from_b = normal[train.frame["source"] == "b"].sum() / normal.sum()
    assert from_b == pytest.approx(share)
