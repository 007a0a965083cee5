"""The page Your hospital: what is given, what comes out, and that no name leaves with it."""

import csv
import io
import json
import zipfile

import pytest

from covid_model import cli
from covid_model.evaluation.comparison import local_fit
from covid_model.serving import Classifier, batch
from covid_model.serving.batch import classify
from dashboard.reports.hospital import given, options, work
from dashboard.session import cases
from dashboard.session import profile as session_profile
from dashboard.session.readings.reading_log import Reading, ReadingLog
from tests.app.conftest import go, upload, verdict, words
from tests.drawings import drawn_rows, png, varied
from tests.own_radiographs import IMAGES, MARK, PLAIN, WORDS, calibrate, packed

pytestmark = pytest.mark.usefixtures("few_replicates")


@pytest.fixture
def runs(trusted_run_root):
    """The trusted run, calibrated for equally frequent classes, with the mean of its networks."""
    calibrate(trusted_run_root / "trusted")
    return trusted_run_root


def give(at, data, name=f"{MARK}.zip"):
    [uploader] = [one for one in at.file_uploader if (one.key or "").startswith(given.UPLOADER)]
    return uploader.set_value((name, data, "")).run()


def press(at, label):
    [button] = [one for one in at.button if one.label == label]
    return button.click().run()


def meant(at, answers):
    for box in at.selectbox:
        if (box.key or "").startswith(given.WORD):
            box.set_value(answers[box.key.removeprefix(f"{given.WORD}-")])
    return at.run()


@pytest.fixture
def opened(open_app, runs):
    return open_app(runs, "hospital")


def without_audit(at):
    assert all(box.key != options.AUDIT for box in at.checkbox)  # no segmenter in these tests
    return at


def test_a_zip_in_other_words_becomes_a_report_that_verifies_without_a_name(
    opened, tmp_path, caplog, capsys
):
    at = give(opened, packed())
    assert "Held in memory: 24 pictures" in words(at)
    assert not [one for one in at.button if one.label == "Compute"]  # words are not guessed
    at = meant(at, {"covid-19": "covid", "other": "infection"})
    assert "Truth given: COVID-19 8, Normal 8, Other infection 8; not known: 0." in words(at)
    at = press(at, "Compute")
    assert not at.exception
    shown = words(at)
    assert "In short, by All together" in shown
    assert "on the run's own test part" in shown
    assert "Too few images to say much of (fewer than 10): COVID-19 (8)" in shown
    assert "24 images are judged, 24 of 12 known patients." in shown
    done = at.session_state["hospital"]
    with zipfile.ZipFile(io.BytesIO(work.packed(done.files))) as archive:
        archive.extractall(tmp_path)
        assert MARK.encode() not in b"".join(archive.read(name) for name in archive.namelist())
    assert cli.main(["verify", str(tmp_path / "evaluation")]) == 0
    assert "all agree" in capsys.readouterr().out
    assert MARK not in caplog.text
    assert MARK not in str(at.query_params)
    names = list(csv.DictReader(io.StringIO(done.names)))
    assert names[0]["number"] == "image-00001"
    assert sum(MARK in row["name"] for row in names) == IMAGES + IMAGES // 2  # patients, too


def test_the_tables_are_what_the_networks_say(opened, runs):
    at = press(
        give(opened, packed(words=dict.fromkeys(WORDS, "") | {n: n for n in WORDS})), "Compute"
    )
    done = at.session_state["hospital"]
    table = list(csv.DictReader(io.StringIO(done.files["vgg16/predictions.csv"].decode())))
    source = done.evaluation.hospital.listing.source(table[0]["path"])
    [said] = classify(source, [Classifier.load(runs / "trusted" / "vgg16")]).predictions
    assert float(table[0]["p_covid"]) == pytest.approx(float(said.probabilities[0]), abs=1e-6)
    assert all(not one.heatmaps.size for each in done.evaluation.asked.predictions for one in each)


def test_loaded_files_get_their_truth_by_boxes_and_a_readers_log_is_held_to_it(opened, runs):
    files = [
        (f"{MARK}-{row.original}", png(varied(row.label, row.seed + 5000)))
        for row in drawn_rows("test", 12)[:6].itertuples()
    ]
    at = upload(opened, *files)
    at.segmented_control(given.KIND).set_value("the loaded files").run()
    boxes = [box for box in at.selectbox if (box.key or "").startswith(given.TRUTH)]
    assert len(boxes) == 6
    log = ReadingLog()
    for box, case in zip(boxes, at.session_state[cases._CASES].values(), strict=True):
        assert case.name in box.key
    for box, label in zip(
        boxes, ["covid", "covid", "normal", "normal", "infection", ""], strict=True
    ):
        box.set_value(label)
    first, second, *_ = at.session_state[cases._CASES].values()
    log.add(Reading(first.name, first.sha256, "covid"))
    log.add(Reading(second.name, second.sha256, "normal"))
    at.session_state["reading_log"] = log
    at = press(at.run(), "Compute")
    assert "2 blind readings have a truth" in words(at)
    done = at.session_state["hospital"]
    readings = json.loads(done.files["readings.json"])
    assert (readings["images"], readings["accuracy"]) == (2, 0.5)
    assert {row["network"] for row in readings["networks"]} >= {"vgg16", "together"}
    assert (
        len(at.session_state["reading_log"].seen) == 4
    )  # judged without a reading: no longer blind


def test_a_table_gives_the_truth_of_loaded_files(opened):
    at = upload(opened, *((f"{n}.png", png(varied("covid", n))) for n in range(3)))
    at.segmented_control(given.KIND).set_value("the loaded files").run()
    at = give(at, b"file,truth\n0.png,covid\n1,normal\n2.png,\n", f"{MARK}.csv")
    assert "Truth given: COVID-19 1, Normal 1, Other infection 0; not known: 1." in words(at)
    at = press(at, "Remove")
    assert [box for box in at.selectbox if (box.key or "").startswith(given.TRUTH)]


def test_too_few_for_an_adjustment_is_told_before_a_network_is_asked(opened, monkeypatch):
    monkeypatch.setattr(batch, "classify", lambda *given: pytest.fail("a network was asked"))
    at = give(opened, packed(words=PLAIN))
    at.segmented_control(options.ADJUST).set_value("labels").run()
    assert "With few patients it often does not" in words(at)
    at = press(at, "Compute")
    assert "40 labelled patients of each class are needed" in words(at)
    assert "covid 8, normal 8, infection 8" in words(at)


def test_a_profile_is_made_used_and_removed(opened, runs, monkeypatch, trusted_pictures, tmp_path):
    monkeypatch.setattr(local_fit, "LEAST_PATIENTS", 2)
    at = give(opened, packed(words=PLAIN, images=60, wrong=5))
    at.segmented_control(options.ADJUST).set_value("labels").run()
    at.text_input(options.NAME).set_value("Ward 7").run()
    at = press(at, "Compute")
    assert "Adjustment to this hospital" in words(at)
    data = at.session_state["hospital"].files["profile.json"]
    at = press(at, "Use this profile")
    assert "Profile Ward 7 of the run trusted is loaded." in words(at)
    assert "Classify and Compare answer by this profile." in words(at)
    at = upload(at, ("a.png", trusted_pictures["ok"]))
    at = go(at, "classify")
    assert "Adjusted by the profile Ward 7" in words(at)
    assert verdict(at)
    at = press(go(at, "hospital"), "Remove the profile")
    assert "is loaded" not in words(at)
    [uploader] = [one for one in at.file_uploader if one.key == "hospital-profile"]
    at = uploader.set_value(("profile.json", data, "")).run()
    assert "Profile Ward 7 of the run trusted is loaded." in words(at)
    assert at.session_state[session_profile.SWITCH] is True


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"no zip", "The file is no zip"),
        (packed(images=12)[:-60], "damaged or cut short"),
        (packed(header="a;b;c", images=12), "Which column of the table holds the truth?"),
        (packed(words=dict.fromkeys(WORDS, ""), images=12), "No image of the zip can be judged"),
    ],
)
def test_what_cannot_be_judged_is_a_sentence(opened, data, sentence):
    at = give(opened, data)
    if any(one.label == "Compute" for one in at.button):
        at = press(at, "Compute")
    assert sentence in words(at)
    assert MARK not in "".join(one.value for one in at.error)


def test_a_zip_counts_among_what_a_session_may_hold(opened, monkeypatch):
    data = packed(images=12)
    monkeypatch.setattr(cases, "MAX_BYTES", len(data) + 10)
    at = give(opened, data)
    assert "Held in memory: 12 pictures" in words(at)
    at = upload(at, ("a.png", png(varied("covid", 1))))
    assert not at.session_state[cases._CASES]
    at = upload(press(at, "Remove"), ("b.png", png(varied("covid", 1))))
    assert len(at.session_state[cases._CASES]) == 1
    assert "There is no room for this zip" in words(give(at, data))


def test_what_is_under_way_can_be_stopped(opened, monkeypatch):
    monkeypatch.setattr(work.Work, "go_on", lambda self: False)
    monkeypatch.setattr(work.Work, "finish", lambda self: None)
    monkeypatch.setattr(work.st, "rerun", lambda: None)
    at = press(give(opened, packed(words=PLAIN, images=12)), "Compute")
    assert at.session_state["hospital"].evaluation is not None
    at = press(at, "Stop")
    assert at.session_state["hospital"].evaluation is None
