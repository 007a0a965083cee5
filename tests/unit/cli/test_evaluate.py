"""The command evaluate on drawings, from a folder to a report that verifies, and a profile."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from covid_model import cli
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.evaluation.comparison import local_fit
from covid_model.evaluation.tables import read_table
from covid_model.runs import OWN_DIGEST, load_run, own_digest, write_json
from covid_model.serving import Classifier, Profile, Together, batch
from tests.computed_run import edit
from tests.drawings import drawn_rows, noise, png, varied
from tests.tiny_tables import write_mean
from tests.unit.cli.test_sign import write_keys

pytestmark = pytest.mark.usefixtures("few_replicates")
IMAGES = 60


@pytest.fixture(scope="module")
def run(tiny_runs, tmp_path_factory):
    """The trusted run, whose networks decide together."""
    folder = shutil.copytree(tiny_runs / "trusted", tmp_path_factory.mktemp("runs") / "all")
    write_mean(folder / "trusted", threshold=0.5)
    even = {"offsets": [0.0, 0.0, 0.0]}
    edit(folder / "trusted" / "together" / "model.json", lambda info: info.update(even))
    return folder / "trusted"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """Drawings with a table in words of one's own; one is no radiograph, one is no picture."""
    folder = tmp_path_factory.mktemp("data") / "st_mary's *hospital*"
    folder.mkdir()
    rows = drawn_rows("test", IMAGES)
    for row in rows.itertuples():
        (folder / row.original).write_bytes(png(varied(row.label, row.seed + 5000)))
    (folder / "noise.png").write_bytes(png(noise()))
    (folder / "broken.png").write_bytes(b"no picture at all")
    table = rows.rename(
        columns={"original": "image", "label": "diagnosis", "patient_id": "patient"}
    )
    table = table[["image", "diagnosis", "patient"]].replace("infection", "other")
    extra = [["noise.png", "covid", "x"], ["broken.png", "normal", "y"]]
    pd.concat([table, pd.DataFrame(extra, columns=table.columns)]).to_csv(
        folder / "truth.csv", index=False
    )
    (folder.parent / "labels.csv").write_text("word,class\nother,infection\n")
    return folder


def evaluate(hospital, run, out, *further):
    labels = hospital.parent / "labels.csv"
    command = ["evaluate", "--data", hospital, "--run", run, "--out", out, "--labels", labels]
    return cli.main([str(word) for word in (*command, *further)])


@pytest.fixture(scope="module")
def evaluated(hospital, run, tmp_path_factory, few_replicates):
    """An evaluation with everything that it can have, but for a profile fitted on labels."""
    folder = tmp_path_factory.mktemp("out")
    log = folder / "readings.csv"
    log.write_text("file,reader_class,blind\ntest-0.png,covid,yes\ntest-1.png,covid,yes\n")
    further = ("--prevalence", "covid=0.1,normal=0.6", "--readings", log, "--audit", "12")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_fit, "LEAST_FOR_MIX", 10)
        assert evaluate(hospital, run, folder / "own", *further, "--adjust", "prior") == 0
    return folder / "own"


def test_the_tables_are_what_serving_says(evaluated, hospital, run):
    table = read_table(evaluated / "vgg16" / "predictions.csv")
    assert len(table) == IMAGES + 1
    classifier = Classifier.load(run / "vgg16")
    with batch.open_sources([hospital / "test-7.png"]) as listing:
        (result,) = (batch.classify(source, [classifier]) for source in listing)
    row = table[table["path"] == "test-7.png"]
    probabilities = row[list(SCORE_COLUMNS)].to_numpy()[0]
    np.testing.assert_array_equal(probabilities, result.predictions[0].probabilities)
    assert table["novelty"][table["path"] == "noise.png"].item() > 1
    files = pd.read_csv(evaluated / "files.csv", keep_default_na=False).set_index("path")
    assert files["status"].value_counts().to_dict() == {"judged": IMAGES + 1, "refused": 1}
    assert files["reason"]["broken.png"].startswith("Expected a DICOM, PNG or JPEG file")


def test_the_report_says_what_the_figures_say(evaluated):
    report = json.loads((evaluated / "vgg16" / "report.json").read_text())
    assert report["images"] == IMAGES + 1
    assert report["patients"] == IMAGES // 2 + 1
    assert report["novelty"]["refused"]["images"] == 1
    figures = json.loads((evaluated / "vgg16" / "figures.json").read_text())
    assert set(figures["beside"]) == {"test_part"}
    assert [row["prevalence"] for row in figures["at_prevalence"]] == [0.1, 0.6, 0.3]
    text = (evaluated / "REPORT.md").read_text("utf-8")
    assert "By All together." in text
    assert "| refused | 1 |" in text
    assert "With the lungs hidden" in text
    assert "| Right of the answered |" in text
    assert "Estimated mix of classes" in text
    assert "Of the images that judge, by their truth: COVID-19 3" in text
    readings = json.loads((evaluated / "readings.json").read_text())
    assert (readings["images"], readings["accuracy"]) == (2, 0.5)


def test_what_was_written_verifies_and_what_was_changed_does_not(
    evaluated, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(local_fit, "LEAST_FOR_MIX", 10)
    folder = shutil.copytree(evaluated, tmp_path / "copy")
    assert cli.main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("figures, all agree.\n")

    def better(report):
        report["accuracy"] = 0.99

    edit(folder / "vgg16" / "report.json", better)
    (folder / "own.txt").write_text("a stray file")
    assert cli.main(["verify", str(folder)]) == 1
    output = capsys.readouterr().out
    assert "vgg16/report.json: accuracy is 0.99, computed " in output
    assert "vgg16/report.json differs from its digest." in output
    assert "own.txt is not listed." in output
    table = folder / "xception" / "predictions.csv"
    table.write_text(table.read_text().replace("test-0.png", "test-0.jpg"))
    assert cli.main(["verify", str(folder)]) == 1


def test_an_evaluation_is_signed(evaluated, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local_fit, "LEAST_FOR_MIX", 10)
    secret, public = write_keys(tmp_path, "ward")
    folder = shutil.copytree(evaluated, tmp_path / "copy")
    assert cli.main(["sign", str(folder), "--key", str(secret)]) == 0
    assert cli.main(["verify", str(folder), "--key", str(public)]) == 0
    assert ": valid (signed 20" in capsys.readouterr().out
    edit(folder / "evaluation.json", lambda facts: facts.update(name="another"))
    assert cli.main(["verify", str(folder), "--key", str(public)]) == 1
    assert "the signature by key " in capsys.readouterr().out


def test_a_missing_class_leaves_out_what_is_of_all_classes(hospital, run, tmp_path):
    table = pd.read_csv(hospital / "truth.csv")
    few = table[(table["diagnosis"] != "other")][:8]
    few.to_csv(hospital.parent / "few.csv", index=False)
    further = ("--table", hospital.parent / "few.csv", "--audit", "0")
    assert evaluate(hospital, run, tmp_path / "few", *further) == 0
    report = json.loads((tmp_path / "few" / "vgg16" / "report.json").read_text())
    assert report["macro_recall"] is report["auroc_macro_interval"] is None
    assert report["accuracy"] is not None
    text = (tmp_path / "few" / "REPORT.md").read_text("utf-8")
    assert "Too few images to say much of (fewer than 10): COVID-19 (4), Normal (4)." in text
    assert "No image of Other infection: no figure over all classes is given." in text
    assert cli.main(["verify", str(tmp_path / "few")]) == 0


@pytest.mark.parametrize(
    ("further", "reason"),
    [
        (("--adjust",), "40 labelled patients of each class are needed"),
        (("--adjust", "prior"), "100 patients are needed"),
        (("--prevalence", "covid=0.9,normal=0.7"), "shares of 0 to 1 that sum to 1"),
        (("--prevalence", "flu=0.9"), "Received: 'flu=0.9'"),
        (("--label-column", "what"), "after --label-column"),
    ],
)
def test_wrong_use_is_told_before_any_network_is_asked(
    hospital, run, tmp_path, further, reason, monkeypatch, capsys
):
    monkeypatch.setattr(batch, "classify", lambda *given: pytest.fail("a network was asked"))
    assert evaluate(hospital, run, tmp_path / "out", *further) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_word_prints_the_table_to_fill_in(hospital, run, tmp_path, capsys):
    command = ["evaluate", "--data", str(hospital), "--run", str(run), "--out", str(tmp_path / "o")]
    assert cli.main(command) == 2
    error = capsys.readouterr().err
    assert "Received: 'other' (20)." in error
    assert error.endswith("\n\nword,class\nother,\n\n")


def test_too_many_refusals_cost_the_profile_alone(hospital, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local_fit, "LEAST_FOR_MIX", 6)
    folder = tmp_path / "half"
    folder.mkdir()
    for number in range(6):
        shutil.copy(hospital / f"test-{number}.png", folder)
    (folder / "test-3.png").write_bytes(b"no picture")
    command = ["evaluate", "--data", str(folder), "--run", str(run), "--adjust", "prior"]
    assert cli.main([*command, "--out", str(tmp_path / "out"), "--audit", "0"]) == 1
    assert "No profile was written. To estimate" in capsys.readouterr().err
    assert not (tmp_path / "out" / "profile.json").exists()
    assert len(read_table(tmp_path / "out" / "vgg16" / "unlabelled.csv", labelled=False)) == 5
    assert cli.main(["verify", str(tmp_path / "out")]) == 0


def test_a_profile_fitted_on_labels_is_used_and_named(hospital, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local_fit, "LEAST_PATIENTS", 2)
    further = ("--adjust", "--audit", "0")
    assert evaluate(hospital, run, tmp_path / "=mary", *further) == 0
    path = tmp_path / "=mary" / "profile.json"
    content = json.loads(path.read_text())
    assert content["fitted_on"]["images"] + content["judged_on"]["images"] == IMAGES + 1
    assert content["name"] == "=mary"
    asked = ["classify", str(hospital / "test-4.png"), "--run", str(run), "--csv"]
    assert cli.main([*asked, str(tmp_path / "a.csv"), "--profile", str(path)]) == 0
    assert cli.main([*asked, str(tmp_path / "b.csv")]) == 0
    after, before = (pd.read_csv(tmp_path / f"{name}.csv").set_index("model") for name in "ab")
    assert set(after["profile"]) == {"'=mary"}
    assert before["profile"].isna().all()
    for name, row in content["networks"].items():
        adjustment = Profile.load(path).adjustments[name]
        served = before.loc[name, list(SCORE_COLUMNS)].to_numpy(float)
        expected = adjustment.apply(served)
        got = after.loc[name, list(SCORE_COLUMNS)].to_numpy(float)
        np.testing.assert_allclose(got, expected, atol=2e-5)
        assert row["figures"]
    assert "adjusted by profile =mary" in (tmp_path / "a.csv.notice.txt").read_text()
    assert cli.main(["verify", str(tmp_path / "=mary")]) == 0


def test_a_profile_serves_its_own_networks_alone(evaluated, run, tmp_path):
    profile = Profile.load(evaluated / "profile.json")
    served = load_run(run)
    classifier = Classifier.load(run / "vgg16").adjusted(profile)
    together = Together.load(served).adjusted(profile)
    assert together.reliability.least_probability == 0.5  # kept, as the mix alone was fitted
    assert classifier.info == Classifier.load(run / "vgg16").info
    other = shutil.copytree(run, tmp_path / "other")
    edit(other / "vgg16" / "model.json", lambda info: info.update(temperature=3.0))
    with pytest.raises(RunError, match="was not made for the VGG16 of this run"):
        Classifier.load(other / "vgg16").adjusted(profile)
    content = json.loads((evaluated / "profile.json").read_text())
    content["networks"]["vgg16"]["temperature"] = 2.0
    write_json(tmp_path / "changed.json", content)
    with pytest.raises(RunError, match="differs from its own digest"):
        Profile.load(tmp_path / "changed.json")
    content["networks"]["vgg16"]["temperature"] = -1.0
    write_json(tmp_path / "wrong.json", {**content, OWN_DIGEST: own_digest(content)})
    with pytest.raises(RunError, match="no profile that this version can use"):
        Profile.load(tmp_path / "wrong.json")


def test_images_without_truth_are_enough_for_the_mix(hospital, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local_fit, "LEAST_FOR_MIX", 10)
    folder = tmp_path / "unlabelled"
    folder.mkdir()
    for number in range(12):
        shutil.copy(hospital / f"test-{number}.png", folder)
    command = ["evaluate", "--data", str(folder), "--run", str(run), "--adjust", "prior"]
    assert cli.main([*command, "--out", str(tmp_path / "out"), "--audit", "0"]) == 0
    content = json.loads((tmp_path / "out" / "profile.json").read_text())
    assert content["fitted_on"]["images"] == 12
    assert sum(row["share"] for row in content["mix"].values()) == pytest.approx(1, abs=1e-5)
    assert not (tmp_path / "out" / "vgg16" / "report.json").exists()
    assert cli.main(["verify", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize(
    ("command", "says"), [("evaluate", "no profile"), ("drift", "however large")]
)
def test_help_lists_the_exit_codes(command, says, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "Exit code: 0 " in text
    assert says in text
