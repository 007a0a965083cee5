"""Groups of patients: their bands, sizes, figures."""

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.bootstrap import OVER_BOTH, OVER_IMAGES
from covid_model.evaluation.report import evaluate, predictions_table
from covid_model.evaluation.subgroups import age_band, size_band
from covid_model.evaluation.tables import as_stored
from covid_model.runs.notes import images_in_words
from dashboard.reports.performance.text import images, named, patients


def table(count=60, *, each=1, **columns):
    """Predictions that are right but for every fifth image; all other columns as given."""
    truth = np.arange(count) % 3
    said = np.where(np.arange(count) % 5 == 0, (truth + 1) % 3, truth)
    frame = pd.DataFrame(
        {
            "path": [f"images/{i}.png" for i in range(count)],
            "original": [f"{i}.png" for i in range(count)],
            "source": "here",
            "patient_id": [f"p{i // each}" for i in range(count)],
            "label": np.array(CLASS_NAMES)[truth],
            **columns,
        }
    )
    return predictions_table(frame, (0.1 + 0.7 * np.eye(3)[said]).astype(np.float32))


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("0", "0-5"),
        ("1-5", "0-5"),  # Kermany's patients
        ("5.9", "0-5"),
        ("6", "6-17"),
        ("65.0", "60-79"),
        ("80", "80 or older"),
        ("120", "80 or older"),
        ("414", ""),  # in NIH's table
        ("3-10", ""),
        ("-3", ""),
        ("old", ""),
        ("", ""),
    ],
)
def test_ages_have_bands(age, band):
    assert age_band(age) == band


@pytest.mark.parametrize(
    ("side", "band"),
    [(224, "0-255 px"), (256, "256-511 px"), (1024, "1024 px or more"), (np.nan, "")],
)
def test_sides_have_bands(side, band):
    assert size_band(side) == band


def test_groups_are_those_that_are_known():
    assert set(evaluate(table())["groups"]) == {"source"}
    silent = table(view=None, sex="", age="", width=None, height=None)
    assert set(evaluate(as_stored(silent))["groups"]) == {"source"}
    known = table(
        view=["PA", "AP", None] * 20,
        sex=["M", "F"] * 30,
        age=[70.0, 8.0, None] * 20,
        width=[300, 2000, 400] * 20,
        height=[200, 1500, None] * 20,
    )
    groups = evaluate(as_stored(known))["groups"]
    names = {kind: [row["group"] for row in rows] for kind, rows in groups.items()}
    assert names == {
        "source": ["here"],
        "view": ["AP", "PA", ""],
        "sex": ["F", "M"],
        "age": ["6-17", "60-79", ""],
        "size": ["0-255 px", "1024 px or more", ""],
    }


def test_images_are_grouped_by_who_labelled_them_where_that_is_known():
    labelled = table().assign(label_quality=["report", "PCR", ""] * 20)
    groups = evaluate(as_stored(labelled))["groups"]["label_quality"]
    assert [(row["group"], row["images"]) for row in groups] == [
        ("PCR", 20),
        ("report", 20),
        ("", 20),
    ]
    assert "label_quality" not in evaluate(as_stored(labelled.assign(label_quality="")))["groups"]


def test_a_group_by_hand():
    rows = evaluate(table(60, each=2, sex=["M"] * 30 + ["F"] * 30))["groups"]["sex"]
    female = rows[0]
    assert female["group"] == "F"
    assert (female["images"], female["patients"], female["few"]) == (30, 15, False)
    assert female["counts"] == dict.fromkeys(CLASS_NAMES, 10)
    assert female["accuracy"] == female["macro_recall"] == 0.8
    assert female["recall"] == dict.fromkeys(CLASS_NAMES, 0.8)
    for key in ("accuracy", "macro_recall"):
        low, high = female[f"{key}_interval"]
        assert low < 0.8 < high


@pytest.mark.parametrize(
    ("images", "each", "few"), [(20, 1, False), (19, 1, True), (30, 3, False), (30, 4, True)]
)
def test_few_images_or_patients_are_called_few(images, each, few):
    rows = evaluate(table(images, each=each))["groups"]["source"]
    assert rows[0]["few"] is few


def test_the_groups_of_a_kind_share_out_the_images():
    ages = ["3", "30", "", "90"] * 15
    report = evaluate(table(60, age=ages))
    rows = report["groups"]["age"]
    assert [row["group"] for row in rows] == ["0-5", "18-39", "80 or older", ""]
    assert sum(row["images"] for row in rows) == report["images"]
    right = sum(row["images"] * row["accuracy"] for row in rows)
    assert right == pytest.approx(report["images"] * report["accuracy"], abs=1e-4)


def test_figures_are_split_by_what_the_label_rests_on():
    quality = ["report", "radiologists", ""] * 20
    stored = as_stored(table(label_quality=quality))
    rows = evaluate(stored)["groups"]["label_quality"]
    assert [row["group"] for row in rows] == ["radiologists", "report", ""]
    assert {row["images"] for row in rows} == {20}
    assert [row["group"] for row in named(rows, kind="label_quality")] == [
        "read by radiologists",
        "mined from a text report",
        "the source's own",
    ]
    assert named(rows, kind="source") == rows


def test_unknown_patients_are_counted_as_images():
    ids = [f"images/{i}.png" for i in range(60)]
    whole = evaluate(table(patient_id=ids))
    assert whole["patients"] == 60
    assert "patients_unknown" not in whole
    assert "over patients" in whole["intervals"]["method"]
    none = evaluate(as_stored(table(patient_id=ids, patient_known=False)))
    assert none["patients"] == 0
    assert none["patients_unknown"] == {"images": 60, "sources": ["here"]}
    assert none["intervals"]["method"] == OVER_IMAGES
    assert none["accuracy_interval"] == whole["accuracy_interval"]
    assert not none["groups"]["source"][0]["few"]
    assert images_in_words(none) == "60 test images, patients unknown"
    assert images(none) == {"Test images, patients unknown": "60"}
    assert patients(none["groups"]["source"][0]) == "–"


def test_known_and_unknown_patients_are_told_apart():
    known = np.arange(60) < 40
    ids = np.where(known, [f"p{i // 2}" for i in range(60)], [f"images/{i}.png" for i in range(60)])
    source = np.where(known, "here", "there")
    stored = as_stored(table(patient_id=ids, patient_known=known, source=source))
    assert stored["patient_known"].tolist() == ["yes"] * 40 + ["no"] * 20
    mixed = evaluate(stored)
    assert mixed["patients"] == 20
    assert mixed["patients_unknown"] == {"images": 20, "sources": ["there"]}
    assert mixed["intervals"]["method"] == OVER_BOTH
    assert images_in_words(mixed) == "60 test images, 40 of 20 patients, 20 of unknown ones"
    assert list(images(mixed).values()) == ["60 (20; 20 unknown)"]
    here, there = mixed["groups"]["source"]
    assert (patients(here), patients(there)) == ("20", "–")
