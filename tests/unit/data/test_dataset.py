"""Reading a data folder, splitting it, checking it for leaks."""

import cv2
import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import DataError
from covid_model.data.dataset import read_dataset
from covid_model.data.selection import Selection, describe, save_split, without_held_out
from covid_model.data.splits import counts, shared_patients, split_by_image, split_by_patient
from covid_model.training.export.run_info import run_info
from covid_model.training.job import Job
from covid_model.training.recipes.paper import PaperRecipe
from dashboard.components.text import split_note


def refused(folder, frame):
    """The sentence with which a folder is refused for its metadata.csv."""
    frame.to_csv(folder / "metadata.csv", index=False)
    with pytest.raises(DataError) as caught:
        read_dataset(folder)
    return str(caught.value)


LABELS = ("covid", "normal", "infection")
# Rows of the folder below, as an earlier version drew them by seed 3.
TESTED = [16, 17, 26, 27, 34, 35, 42, 43, 50, 51, 56, 57, 58, 59, 68, 69, 72, 73]
TESTED += [96, 97, 100, 101, 102, 103]
VALIDATED = [14, 19, 26, 31, 43, 58, 72, 80, 85, 91]


def write_image(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.random.default_rng(seed).integers(0, 256, (80, 70), np.uint8)
    cv2.imwrite(str(path), picture)


@pytest.fixture
def folder(tmp_path):
    """120 images of 60 patients, two sources, with metadata.csv."""
    rows = []
    for i in range(120):
        write_image(tmp_path / f"images/{i}.png", i)
        rows.append(
            {
                "path": f"images/{i}.png",
                "label": LABELS[i // 2 % 3],
                "source": ("here", "there")[i // 2 // 3 % 2],
                "patient_id": f"p{i // 2}",
                "paper": int(i < 60),
            }
        )
    pd.DataFrame(rows).to_csv(tmp_path / "metadata.csv", index=False)
    return tmp_path


def test_split_by_patient_never_shares_a_patient(folder):
    data = read_dataset(folder)
    part = split_by_patient(data, seed=3)
    assert shared_patients(data, part) == 0
    assert data.frame.groupby("patient_id")["path"].count().eq(2).all()
    assert data.frame.assign(part=part).groupby("patient_id")["part"].nunique().eq(1).all()
    table = counts(data, part)
    assert set(table["part"]) == {"train", "validation", "test"}
    assert table.groupby("part", observed=True)["label"].nunique().eq(3).all()
    assert 18 <= (part == "test").sum() <= 30


def test_split_depends_on_the_seed_alone(folder):
    data = read_dataset(folder)
    assert split_by_patient(data, seed=3).equals(split_by_patient(data, seed=3))
    assert not split_by_patient(data, seed=3).equals(split_by_patient(data, seed=4))


def test_split_by_image_shares_patients_and_says_so(folder):
    selection = Selection(folder, split_by="image")
    data, part = selection.split(selection.read(), PaperRecipe())
    shared = shared_patients(data, part)
    assert shared > 5
    assert f"{shared} patients stand both" in describe(data, part)


def test_paper_seed_gives_the_papers_test_counts(tmp_path):
    sizes = {"covid": 175, "normal": 100, "infection": 100}
    for label, size in reversed(sizes.items()):  # the order on disk must not matter
        for i in range(size):
            (tmp_path / label).mkdir(exist_ok=True)
            (tmp_path / label / f"{i:03}.png").write_bytes(f"{label}{i}".encode())
    data = read_dataset(tmp_path)
    test = data.frame["label"][split_by_image(data) == "test"]
    assert test.value_counts().to_dict() == {"covid": 39, "infection": 19, "normal": 17}


def test_identical_files_keep_their_patients_together(folder):
    (folder / "images/118.png").write_bytes((folder / "images/0.png").read_bytes())
    data = read_dataset(folder)
    groups = data.frame.set_index("patient_id")["group"]
    assert set(groups["p59"]) == set(groups["p0"])
    assert data.frame["group"].nunique() == 59


def test_a_person_under_two_ids_may_not_test_what_she_taught(folder, caplog):
    selection = Selection(folder)
    data, part = selection.split(selection.read(), PaperRecipe())
    assert data.left_out == ()
    taught = data.frame[part == "train"].iloc[0]
    tested = data.frame[part == "test"].iloc[0]
    picture = cv2.imread(str(folder / taught["path"]), cv2.IMREAD_GRAYSCALE)
    smaller = cv2.resize(picture, (picture.shape[1] - 3, picture.shape[0] - 3))
    cv2.imwrite(str(folder / tested["path"]), smaller)  # other bytes, other size, the same patient
    again, again_part = selection.split(selection.read(), PaperRecipe())
    hers = data.frame["path"][data.frame["patient_id"] == tested["patient_id"]]
    assert again.left_out == tuple(hers)
    assert len(again) == len(data) - len(hers)
    assert set(again.frame["path"]) == set(data.frame["path"]) - set(hers)
    assert (again_part == "train").sum() == (part == "train").sum()
    assert f"Left out: {len(hers)} validation or test images of 1 patients" in caplog.text
    by_image = Selection(folder, split_by="image")
    assert len(by_image.split(by_image.read(), PaperRecipe())[0]) == len(data)


def test_limit_thins_the_training_part_alone(folder):
    full, part = (s := Selection(folder)).split(s.read(), PaperRecipe())
    few, few_part = (s := Selection(folder, limit=3)).split(s.read(), PaperRecipe())
    trained = few.frame[few_part == "train"].groupby(["source", "label"]).size()
    assert trained.eq(3).all()
    for held in ("validation", "test"):
        assert (few_part == held).sum() == (part == held).sum()
    assert len(full) == 120


def test_held_out_patients_are_left_out(folder, tmp_path):
    selection = Selection(folder)
    data, part = selection.split(selection.read(), PaperRecipe())
    save_split(data, part, tmp_path / "split.csv")
    left = without_held_out(data, [tmp_path / "split.csv"])
    assert set(left.frame["patient_id"]) == set(data.frame["patient_id"][part == "train"])
    (tmp_path / "no.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no.csv is no split file"):
        without_held_out(data, [tmp_path / "no.csv"])


def test_a_split_file_gives_its_parts_to_fewer_images(folder, tmp_path):
    selection = Selection(folder)
    data, part = selection.split(selection.read(), PaperRecipe(seed=7))
    save_split(data, part, tmp_path / "split.csv")
    again = Selection(folder, only="paper=1", split_file=tmp_path / "split.csv")
    few, few_part = again.split(again.read(), PaperRecipe(seed=8))
    was = dict(zip(data.frame["path"], part, strict=True))
    assert len(few) == 60
    assert few_part.tolist() == [was[path] for path in few.frame["path"]]
    assert set(few_part) == {"train", "validation", "test"}


def test_a_split_file_that_does_not_fit_is_refused(folder, tmp_path):
    selection = Selection(folder, split_by="image")
    data, part = selection.split(selection.read(), PaperRecipe())
    file = tmp_path / "split.csv"
    save_split(data, part, file)
    kept, _ = Selection(folder, split_by="image", split_file=file).split(data, PaperRecipe())
    assert len(kept) == len(data)
    with pytest.raises(DataError, match="each patient in one part .* or --split-by image"):
        Selection(folder, split_file=file).split(data, PaperRecipe())
    rows = pd.read_csv(file)
    rows.iloc[1:].to_csv(file, index=False)
    fewer, _ = Selection(folder, split_by="image", split_file=file).split(data, PaperRecipe())
    assert fewer.left_out == (rows["path"][0],)
    assert set(fewer.frame["path"]) == set(rows["path"][1:])
    rows.assign(path=rows["path"] + "x").to_csv(file, index=False)
    with pytest.raises(DataError, match="Expected some of the 120 images"):
        Selection(folder, split_by="image", split_file=file).split(data, PaperRecipe())
    pd.concat([rows, rows.iloc[:1]]).to_csv(file, index=False)
    with pytest.raises(DataError, match="give each image one part"):
        Selection(folder, split_by="image", split_file=file).split(data, PaperRecipe())


def test_only_keeps_the_named_rows(folder):
    assert len(Selection(folder, only="paper=1").read()) == 60
    with pytest.raises(DataError, match="column"):
        Selection(folder, only="journal=1").read()
    with pytest.raises(DataError, match="No image has paper=7"):
        Selection(folder, only="paper=7").read()


def test_one_folder_a_class(tmp_path):
    for label in LABELS:
        for i in range(2):
            write_image(tmp_path / label / f"{i}.png", i)
    data = read_dataset(tmp_path)
    assert data.frame["label"].value_counts().to_dict() == dict.fromkeys(LABELS, 2)
    assert not data.patients_known
    assert "impossible" in describe(data, pd.Series(["train"] * 5 + ["test"]))
    np.testing.assert_array_equal(data.labels.argmax(1), [0, 0, 1, 1, 2, 2])


def test_inputs_are_in_the_order_asked_for(folder):
    data = read_dataset(folder)
    inputs = data.inputs([5, 2])
    assert inputs.shape == (2, 237, 237, 3)
    assert inputs.dtype == np.float32
    np.testing.assert_array_equal(inputs[1:], data.inputs([2]))
    grey = data.rows(data.frame.index == 2).pictures()
    np.testing.assert_allclose(grey[0] / 255, inputs[1, :, :, 0], atol=0.5 / 255 + 1e-6)


def test_inputs_have_the_size_asked_for(folder):
    assert read_dataset(folder).inputs([3], size=48).shape == (1, 48, 48, 3)


def test_view_is_kept_where_it_is_known(folder):
    assert "view" not in read_dataset(folder).frame
    table = pd.read_csv(folder / "metadata.csv").assign(view=["PA", None] * 60)
    table.to_csv(folder / "metadata.csv", index=False)
    assert read_dataset(folder).frame["view"].tolist() == ["PA", ""] * 60


def test_digest_changes_with_a_label(folder):
    before = read_dataset(folder).digest
    table = pd.read_csv(folder / "metadata.csv")
    table.loc[0, "label"] = "normal"
    table.to_csv(folder / "metadata.csv", index=False)
    assert read_dataset(folder).digest != before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="label"), "Missing: \\['label'\\]"),
        (lambda t: t.replace({"label": {"covid": "cat"}}), "Received: \\['cat'\\]"),
        (lambda t: t.replace({"path": {"images/3.png": "gone.png"}}), "the first is gone.png"),
        (lambda t: t.head(6), "Expected at least 5 patients"),
    ],
)
def test_a_broken_folder_is_refused_by_name(folder, change, sentence):
    table = pd.read_csv(folder / "metadata.csv")
    change(table).to_csv(folder / "metadata.csv", index=False)
    with pytest.raises(DataError, match=sentence):
        split_by_patient(read_dataset(folder), seed=1)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="metadata.csv or the folders"):
        read_dataset(tmp_path)


def test_real_data_is_split_without_leak(real_data):
    data = read_dataset(real_data)
    part = split_by_patient(data, seed=40)
    assert shared_patients(data, part) == 0
    assert data.frame["group"].nunique() < data.frame["patient_id"].nunique()


def with_columns(folder, **columns):
    """Write metadata.csv again with other columns; read the folder."""
    table = pd.read_csv(folder / "metadata.csv").assign(**columns)
    table.to_csv(folder / "metadata.csv", index=False)
    return read_dataset(folder)


@pytest.mark.parametrize("by", [split_by_patient, split_by_image])
def test_rows_of_part_train_stay_there_and_the_rest_is_split(folder, by):
    whole = read_dataset(folder)
    before = by(whole, seed=3)
    data = with_columns(folder, part=["train"] * 31 + [None] * 89)
    part = by(data, seed=3)
    assert set(part[:31]) == {"train"}
    assert "test" in set(before[:31]), "nothing is compared"
    assert set(part[31:]) == {"train", "validation", "test"}
    assert 12 <= (part == "test").sum() <= 24  # a fifth of the rest
    if by is split_by_patient:
        assert part[31] == "train"  # another image of a patient who is trained on
        assert shared_patients(data, part) == 0
    assert by(with_columns(folder, part=None), seed=3).equals(before)


def test_without_the_column_part_the_split_is_as_it_was(folder):
    part = split_by_patient(read_dataset(folder), seed=3)
    test = [int(i) for i in np.flatnonzero(part == "test")]
    assert test == TESTED
    by_image = split_by_image(read_dataset(folder), seed=3)
    assert [int(i) for i in np.flatnonzero(by_image == "validation")] == VALIDATED


def test_too_few_images_beside_those_of_part_train_are_refused(folder):
    data = with_columns(folder, part=["train"] * 118 + [None] * 2)
    with pytest.raises(DataError, match="Expected at least 5 patients .* Received: 1"):
        split_by_patient(data, seed=1)
    with pytest.raises(DataError, match="5 images that may be held out. Received: 2"):
        split_by_image(data, seed=1)


def test_another_part_is_refused(folder):
    with pytest.raises(DataError, match="Expected train or nothing in the column part .* 'test'"):
        with_columns(folder, part=["train", "test"] * 60)


def test_a_split_file_that_moves_a_row_of_part_train_is_refused(folder, tmp_path):
    selection = Selection(folder)
    data, part = selection.split(selection.read(), PaperRecipe())
    save_split(data, part, tmp_path / "split.csv")
    tested = data.frame["path"][part == "test"].iloc[0]
    again = Selection(folder, split_file=tmp_path / "split.csv")
    data = with_columns(folder, part=np.where(data.frame["path"] == tested, "train", ""))
    with pytest.raises(DataError, match=f"the part train for {tested} in .* Received: test; 1 im"):
        again.split(data, PaperRecipe())


def test_patients_are_unknown_where_no_id_is_given(folder):
    data = read_dataset(folder)
    assert data.known.all()
    assert data.count_in_words == "120 radiographs of 60 patients"
    given = pd.read_csv(folder / "metadata.csv")["patient_id"]
    there = (data.frame["source"] == "there").to_numpy()
    mixed = with_columns(folder, patient_id=given.where(~there))
    assert mixed.patients_known
    np.testing.assert_array_equal(mixed.known, ~there)
    part = split_by_patient(mixed, seed=3)
    table = counts(mixed, part).groupby("source")["patients"].sum()
    assert table.to_dict() == {"here": 30, "there": 0}
    assert "Patients unknown in: there." in describe(mixed, part)
    assert mixed.count_in_words == ("120 radiographs (60 of 30 patients, 60 of unknown ones)")
    none = with_columns(folder, patient_id=None)
    assert not none.patients_known
    assert none.count_in_words == "120 radiographs of unknown patients"
    assert shared_patients(none, split_by_image(none, seed=3)) == 0


def test_ids_of_single_images_are_no_patients_in_a_source_that_is_only_trained_on(folder):
    given = pd.read_csv(folder / "metadata.csv")
    there = given["source"] == "there"
    single = given["patient_id"].where(~there, given["path"])
    assert with_columns(folder, patient_id=single).known.all()
    data = with_columns(folder, part=np.where(there, "train", ""))
    np.testing.assert_array_equal(data.known, ~there)
    data = with_columns(folder, patient_id=given["patient_id"])  # two images each
    assert data.known.all()


def test_run_json_says_whose_patients_are_unknown(folder, tmp_path):
    def info():
        split = (selection := Selection(folder)).split(selection.read(), PaperRecipe())
        save_split(*split, tmp_path / "split.csv")
        job = Job(["vgg16"], tmp_path / "run")
        recipe = PaperRecipe()
        return run_info(selection, job, split, recipe=recipe, split_file=tmp_path / "split.csv")

    whole = info()["data"]
    assert (whole["split_by"], "patients_unknown" in whole) == ("patient", False)
    source = pd.read_csv(folder / "metadata.csv")["source"]
    patients = pd.read_csv(folder / "metadata.csv")["patient_id"].where(source == "here")
    with_columns(folder, patient_id=patients)
    mixed = info()["data"]
    assert (mixed["split_by"], mixed["patients_unknown"]) == ("patient", ["there"])
    assert split_note(mixed)[0].endswith(
        "no patient stands both in the test part and outside it. Whom these sources show is "
        "unknown: there. Their images were split by image, or were only trained on."
    )
    with_columns(folder, patient_id=None)
    none = info()["data"]
    assert (none["split_by"], none["shared_patients"]) == ("image", None)
    assert split_note(none) == (
        "Split by image: patients are unknown, so one may stand in several parts.",
        False,
    )


@pytest.mark.parametrize("how", ["absolute", "upwards", "by a link"])
def test_a_file_outside_the_folder_is_refused(folder, tmp_path_factory, how):
    other = tmp_path_factory.mktemp("other")
    write_image(other / "secret.png", 1)
    (folder / "linked").symlink_to(other)
    up = f"images/../../{other.name}/secret.png"
    paths = {"absolute": str(other / "secret.png"), "upwards": up, "by a link": "linked/secret.png"}
    frame = pd.read_csv(folder / "metadata.csv")
    frame.loc[3, "path"] = paths[how]
    message = refused(folder, frame)
    assert f"names 1 files outside {folder}, the first is {paths[how]}: copy" in message


@pytest.mark.parametrize("path", ["images/0.png", "images/../images/0.png", "./images/0.png"])
def test_a_file_under_two_labels_is_refused(folder, path):
    frame = pd.read_csv(folder / "metadata.csv")
    twice = frame.iloc[[0]].assign(path=path, label="infection")
    message = refused(folder, pd.concat([frame, twice]))
    assert "more than one label, the first is images/0.png: keep the row that is right" in message


def test_a_link_within_the_folder_and_a_row_given_twice_are_taken(folder):
    (folder / "linked").symlink_to(folder / "images")
    frame = pd.read_csv(folder / "metadata.csv")
    frame.loc[3, "path"] = "linked/3.png"
    pd.concat([frame, frame.iloc[[0]]]).to_csv(folder / "metadata.csv", index=False)
    assert len(read_dataset(folder)) == 121
