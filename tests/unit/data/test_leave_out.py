"""Groups of images that are left out together: whole values, whole people, alike classes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import DataError
from covid_model.data.dataset import Dataset
from covid_model.data.leave_out import check_leave_out, left_out_groups, training_rows

LABELS = ("covid", "normal", "infection")


def dataset(root=Path(), *, sites=20, each=9):
    """Images of some sites, three classes each, three images a patient; every tenth has no site."""
    rows = [
        {
            "path": f"{site}-{i}.png",
            "label": LABELS[i // 3 % 3],
            "source": "here",
            "patient_id": f"{site}-{i // 3}",
            "original": f"{site}-{i}.png",
            "site": f"site {site}" if site % 10 else None,
        }
        for site in range(sites)
        for i in range(each)
    ]
    frame = pd.DataFrame(rows)
    return Dataset(root, frame.assign(sha256=frame["path"], group=frame["patient_id"]), True)


def test_values_stay_whole_and_folds_have_every_class_alike():
    data = dataset()
    groups = left_out_groups(data, "site", seed=1)
    assert set(groups) == {"", "1", "2", "3", "4", "5"}
    assert groups.groupby(data.frame["site"]).nunique().eq(1).all()
    assert (groups == "").equals(data.frame["site"].isna())
    counts = pd.crosstab(groups, data.frame["label"]).drop(index="")
    assert (counts.max() - counts.min()).max() <= 3  # 18 sites in five folds
    assert left_out_groups(data, "site", seed=1).equals(groups)
    assert not left_out_groups(data, "site", seed=2).equals(groups)
    assert set(left_out_groups(data, "site", folds=2, seed=1)) == {"", "1", "2"}


def test_a_large_value_does_not_crowd_the_others_out():
    data = dataset(sites=12)
    data.frame.loc[data.frame["site"].isin([f"site {i}" for i in range(6)]), "site"] = "large"
    groups = left_out_groups(data, "site", folds=3, seed=0)
    alone = groups[(data.frame["site"] == "large").to_numpy()].unique()
    assert (groups == alone[0]).sum() == (data.frame["site"] == "large").sum()


def test_values_that_share_a_patient_stay_together():
    data = dataset()
    frame = data.frame.copy()
    for site in range(1, 9):  # one patient has a picture at each of eight sites
        frame.loc[frame["path"] == f"{site}-0.png", "group"] = "traveller"
    groups = left_out_groups(Dataset(data.root, frame, True), "site", seed=1)
    together = groups[frame["site"].isin([f"site {i}" for i in range(1, 9)]).to_numpy()]
    assert together.nunique() == 1


def test_who_is_left_out_is_nowhere_in_the_training(tmp_path):
    data = dataset(tmp_path)
    frame = data.frame.copy()
    frame.loc[frame["path"].isin(["0-0.png", "1-0.png"]), "group"] = "somebody"  # 0 has no site
    data = Dataset(data.root, frame, True)
    groups = left_out_groups(data, "site", seed=1)
    out = groups[(frame["path"] == "1-0.png").to_numpy()].iloc[0]
    rows = training_rows(data, groups, out)
    assert rows.dtype == bool
    people = set(frame["group"][rows])
    assert not people & set(frame["group"][(groups == out).to_numpy()])
    assert not rows[(frame["path"] == "0-0.png").to_numpy()].any()
    others = (groups != out).to_numpy() & (frame["group"] != "somebody").to_numpy()
    np.testing.assert_array_equal(rows, others)


def test_a_file_names_the_groups(tmp_path):
    data = dataset(tmp_path)
    table = pd.DataFrame({"path": data.frame["path"], "group": ""})
    table.loc[:8, "group"], table.loc[9:26, "group"] = "Lyon", "Genoa"
    file = tmp_path / "groups.csv"
    table[5:].to_csv(file, index=False)
    groups = left_out_groups(data, str(file), seed=0)
    assert groups.value_counts().to_dict() == {"Lyon": 4, "Genoa": 18, "": 158}
    few = data.rows((data.frame["path"] != "1-0.png").to_numpy())
    with pytest.raises(DataError, match=r"names 1 files that are not in .*, the first is 1-0.png"):
        left_out_groups(few, str(file), seed=0)
    (tmp_path / "1-0.png").write_bytes(b"there, but not among the images that are used")
    assert (left_out_groups(few, str(file), seed=0) == "Genoa").sum() == 17


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,site\na,b\n", "Expected the columns path, group in .* Received: no column group"),
        ("path,group\n0-0.png,a\n0-0.png,b\n", "a path in two rows"),
        ("path,group\n0-0.png,a\n1-0.png,a\n", "two groups or more .* Received: 1"),
        ("path,group\n", "two groups or more .* Received: 0"),
    ],
)
def test_a_file_that_does_not_do_is_refused(tmp_path, text, sentence):
    file = tmp_path / "groups.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=sentence):
        left_out_groups(dataset(tmp_path), str(file), seed=0)


def test_an_unknown_column_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(DataError, match=r"column of metadata.csv \(path, label, .*'hospital'"):
        left_out_groups(dataset(), "hospital", seed=0)
    dataset().frame.to_csv(tmp_path / "metadata.csv", index=False)
    with pytest.raises(DataError, match=r"\(path, label, .*'hospital'"):
        check_leave_out(tmp_path, "hospital")
    check_leave_out(tmp_path, "site")


def test_a_group_that_takes_a_whole_class_along_is_refused():
    with pytest.raises(DataError, match="none of (covid|normal|infection) outside group 1"):
        left_out_groups(dataset(), "label", folds=3, seed=0)
