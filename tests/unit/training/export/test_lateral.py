"""The fit of the head for lateral views, the folder that it learns from, what verify computes."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import DataError, RunError
from covid_model.evaluation.verification.lateral import (
    lateral_metrics,
    read_laterals_table,
    with_laterals,
)
from covid_model.inference.lateral import LateralHead
from covid_model.runs.model_card.evaluation_section import lateral_note
from covid_model.training.export.lateral import (
    Views,
    add_laterals,
    fit_lateral,
    threshold_of,
)
from covid_model.training.export.lateral_views import lateral_frame, read_laterals
from covid_model.training.export.served_outputs import ServedOutputs
from tests.drawings import drawing, png

CHANNELS = 6


def views(count, *, shift, source="here", each=2, seed=0):
    """Pictures of which the first feature tells the view."""
    rng = np.random.default_rng((count, seed))
    features = rng.normal(size=(count, CHANNELS)).astype(np.float32)
    features[:, 0] += shift
    patients = [f"{source}{shift}-{i // each}" for i in range(count)]
    frame = pd.DataFrame({"source": source, "patient_id": patients, "group": patients})
    return Views(features, frame)


@pytest.fixture(scope="module")
def fitted():
    return fit_lateral(views(300, shift=0), views(24, shift=6))


def test_laterals_are_told_apart_and_few_frontal_ones_are_refused(fitted):
    head, table = fitted
    assert table["kind"].value_counts().to_dict() == {"frontal": 300, "lateral": 24}
    metrics = lateral_metrics(table, head.threshold)
    assert metrics["found"]["images"] == 24
    assert metrics["found"]["patients"] == 12
    assert metrics["found"]["share"] >= 0.9
    low, high = metrics["found"]["share_interval"]
    assert low <= metrics["found"]["share"] <= high
    assert metrics["frontal_refused"]["called"] <= 3  # 1 % of 300
    assert metrics["worst_source"]["images"] == 300
    unseen = views(200, shift=6, seed=1).features
    assert (head.score_of(unseen) >= head.threshold).mean() >= 0.9


def test_the_stored_scores_are_of_fits_without_the_patient():
    rng = np.random.default_rng(3)
    noise = views(120, shift=0, each=1), views(20, shift=0, source="there", each=2)
    for one in noise:  # every patient has a mark of her own, which tells nothing of another
        one.features[:] = np.repeat(
            rng.normal(size=(one.frame["group"].nunique(), CHANNELS)),
            one.frame.groupby("group", sort=False).size(),
            axis=0,
        )
    head, table = fit_lateral(*noise)
    lateral = table["kind"] == "lateral"
    below = table["score"][~lateral].to_numpy()
    share = (table["score"][lateral].to_numpy()[:, None] > below).mean()
    assert share < 0.8, "the fit has seen whom it judges"
    again = fit_lateral(*noise)
    np.testing.assert_array_equal(again[0].weights, head.weights)
    pd.testing.assert_frame_equal(again[1], table)


def test_somebody_with_both_views_is_on_one_side():
    frontal, lateral = views(100, shift=0), views(20, shift=6)
    both = frontal.frame.assign(group=lateral.frame["group"].to_numpy()[np.arange(100) % 20])
    head, table = fit_lateral(Views(frontal.features, both), lateral)
    assert len(table) == 120
    assert lateral_metrics(table, head.threshold)["found"]["share"] >= 0.9


def test_the_threshold_refuses_at_most_one_in_a_hundred_and_few_of_any_source():
    scores = (np.arange(1000) / 1000).astype(np.float32)
    sources = np.repeat("a", 1000)
    limit = threshold_of(scores, sources)
    assert (scores >= np.float32(limit)).sum() == 10
    sources[-10:] = "b"  # so few that they are not looked at by themselves
    assert threshold_of(scores, sources) == limit
    sources[-100:] = "b"
    stricter = threshold_of(scores, sources)
    assert (scores >= np.float32(stricter)).sum() == 3  # of 100
    assert threshold_of(np.ones(50, np.float32), np.repeat("a", 50)) == 1


@pytest.fixture
def pictures(tmp_path):
    """Ten pictures of six patients."""
    folder = tmp_path / "laterals"
    folder.mkdir()
    for i in range(10):
        (folder / f"{i}.png").write_bytes(png(np.roll(drawing(), i, axis=1)))
    return folder


def test_a_folder_is_all_its_pictures_or_what_its_table_lists(pictures):
    assert lateral_frame(pictures)["patient_id"].nunique() == 10
    table = pd.DataFrame({"path": [f"{i}.png" for i in range(10)]})
    table["patient_id"] = [f"p{i // 2}" for i in range(9)] + [""]
    table.to_csv(pictures / "metadata.csv", index=False)
    frame = lateral_frame(pictures)
    assert frame["patient_id"].tolist()[-3:] == ["p3", "p4", "9.png"]
    assert set(frame["source"]) == {"laterals"}
    table.assign(kind=["lateral"] * 8 + ["ct", "lateral"]).to_csv(
        pictures / "metadata.csv", index=False
    )
    assert lateral_frame(pictures)["path"].tolist() == [f"{i}.png" for i in (*range(8), 9)]
    (pictures / "metadata.csv").unlink()
    origin = {"file": table["path"], "path": "elsewhere.png", "kind": "lateral"}
    notes = [f"COVID-19; patient {i}" for i in range(9)] + ["unknown"]
    pd.DataFrame(origin).assign(note=notes).to_csv(pictures / "origin.csv", index=False)
    assert lateral_frame(pictures)["patient_id"].tolist()[-2:] == ["8", "9.png"]


def test_one_picture_under_two_ids_is_of_one_patient(pictures):
    (pictures / "9.png").write_bytes((pictures / "0.png").read_bytes())
    frame = read_laterals(pictures).frame
    assert frame["group"].nunique() == 9
    assert frame["group"].iloc[9] == frame["group"].iloc[0]


def test_a_folder_that_does_not_do_is_refused(pictures, tmp_path):
    with pytest.raises(DataError, match="Received: no such folder"):
        lateral_frame(tmp_path / "nowhere")
    table = pd.DataFrame({"path": [f"{i}.png" for i in range(10)], "patient_id": "p"})
    table.to_csv(pictures / "metadata.csv", index=False)
    with pytest.raises(DataError, match="8 lateral views of 5 patients or more .* 10 of 1"):
        lateral_frame(pictures)
    table.rename(columns={"path": "name"}).to_csv(pictures / "metadata.csv", index=False)
    with pytest.raises(DataError, match="Expected the column path"):
        lateral_frame(pictures)
    table.assign(path="gone.png").to_csv(pictures / "metadata.csv", index=False)
    with pytest.raises(DataError, match="lacks 10 lateral views .* the first is gone.png"):
        lateral_frame(pictures)


def outputs(frame, shift, seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(len(frame), CHANNELS + 64)).astype(np.float32)
    features[:, 0] += shift
    scores = np.full((len(frame), 3), 1 / 3, np.float32)
    return ServedOutputs(frame.reset_index(drop=True), scores, features)


def test_the_report_is_computed_from_what_is_written(pictures, tmp_path, caplog):
    served = partial(outputs, shift=8, seed=1)
    frame = views(120, shift=0).frame
    model = tmp_path / "model"
    model.mkdir()
    report = {"images": 3}
    assert with_laterals(report, model) is report  # older runs
    assert lateral_note(report) == ""
    add_laterals(model, [outputs(frame[:60], 0, 2)], pictures, lambda d: served(d.frame))
    assert list(model.iterdir()) == []
    assert "No head for lateral views: 60 images" in caplog.text
    halves = [outputs(frame[:60], 0, 2), outputs(frame[60:], 0, 3)]
    add_laterals(model, halves, pictures, lambda d: served(d.frame))
    assert {path.name for path in model.iterdir()} == {"lateral.npz", "laterals.csv"}
    lateral = with_laterals(report, model)["lateral"]
    table, head = (
        read_laterals_table(model / "laterals.csv"),
        LateralHead.load(model / "lateral.npz"),
    )
    assert lateral == lateral_metrics(table, head.threshold)
    assert (lateral["found"]["images"], lateral["frontal_refused"]["images"]) == (10, 120)
    assert lateral["found"]["called"] >= 9
    assert f"{lateral['found']['called']} of 10, " in lateral_note({"lateral": lateral})
    (model / "laterals.csv").write_text("source,score\nhere,0.5\n")
    with pytest.raises(RunError, match="Expected the columns source, patient_id, kind, score"):
        with_laterals(report, model)
