"""A family of sources does not tell the class, and counts by its own number."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.training.recipes.families import families_in, families_of
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.overrides import with_values

CELLS = {
    ("valencia", "covid"): 60,
    ("rsna", "normal"): 30,
    ("web", "covid"): 30,
    ("web", "infection"): 10,
    ("children", "normal"): 20,
    ("children", "infection"): 50,
    ("toddlers", "infection"): 30,
}
FAMILIES = ("valencia+rsna", "children+toddlers=0.5")


def data():
    rows = [cell for cell, count in CELLS.items() for _ in range(count)]
    return Dataset(Path(), pd.DataFrame(rows, columns=["source", "label"]), True)


def sums(weights):
    frame = data().frame.assign(weight=weights)
    return frame.groupby(["source", "label"])["weight"].sum()


def test_classes_are_alike_in_all_and_as_they_were_within_a_family():
    by = sums(LinearRecipe(families=FAMILIES, repeat=9).weights(data()))
    np.testing.assert_allclose(by.groupby("label").sum(), 1 / 3)
    # Before the classes are made alike: the pair 1/2 and 1/2, the web 1/2 each, children 1/4 each.
    assert by["valencia", "covid"] == pytest.approx(by["web", "covid"])
    assert by["rsna", "normal"] == pytest.approx(2 * by["children", "normal"])
    children = by["children", "infection"] + by["toddlers", "infection"]
    assert by["web", "infection"] == pytest.approx(2 * children)
    assert by["children", "infection"] == pytest.approx(children * 50 / 80)


def test_a_handful_is_not_learned_by_heart():
    weights = LinearRecipe(families=FAMILIES, repeat=1.5).weights(data())
    few = sums(weights)["web", "infection"] / 10
    rest = (1 / 3 - 10 * few) / 80
    # The smallest class has 50 images: of it none counts above 1.5 times an even share.
    assert sums(LinearRecipe(families=FAMILIES, repeat=9).weights(data()))["web", "infection"] > (
        10 * few
    )
    assert few > rest


def test_without_families_the_sources_count_as_before():
    assert LinearRecipe().families == ()
    one = LinearRecipe(families=("web",), repeat=9).weights(data())
    assert not np.allclose(one, LinearRecipe().weights(data()))


def test_what_is_left_of_families_where_sources_are_left_out():
    assert families_of(FAMILIES, {"rsna", "web"}) == ("rsna",)
    assert families_of(FAMILIES, {"toddlers"}) == ("toddlers=0.5",)
    assert families_in(FAMILIES)["toddlers"] == ("children+toddlers", 0.5)


@pytest.mark.parametrize("text", ["", "a+", "a=0", "a=-1", "a=much", "a=nan", "a+b,b"])
def test_what_is_no_family_is_refused_at_once(text):
    with pytest.raises(UsageError, match="Expected (families as|each source in one family)"):
        with_values(LinearRecipe(), [f"families={text}"])


def test_unknown_sources_are_refused():
    with pytest.raises(UsageError, match=r"Expected families of the sources .*Received: mars"):
        LinearRecipe(families=("mars+web",)).weights(data())
