"""A hospital's profile on the pages: used, named in whatever leaves them, switched off, refused."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian

from covid_model.common.errors import RunError
from covid_model.runs import (
    CHOSEN_PROFILE,
    OWN_DIGEST,
    load_run,
    open_shelf,
    own_digest,
    write_json,
)
from covid_model.serving import Classifier, Profile, Together, classify_case
from dashboard.cases.batch_table import Row, results_csv
from dashboard.cases.exports.buttons import offers
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.text import text_of
from dashboard.session import profile as session_profile
from tests.app.conftest import bars, go, upload, verdict, words
from tests.dicoms import dataset, encode
from tests.drawings import drawing
from tests.profiles import profile_of
from tests.tiny_tables import write_mean

NAME = "St. Mary's"


@pytest.fixture
def profile(trusted_run_root, tmp_path, monkeypatch):
    """A profile of the server, for the networks of the trusted run."""
    path = tmp_path / "profile.json"
    path.write_bytes(profile_of(trusted_run_root / "trusted"))
    monkeypatch.setenv(CHOSEN_PROFILE, str(path))
    return Profile.load(path)


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_answers_follow_the_profile_until_it_is_switched_off(
    open_app, trusted_run_root, trusted_pictures, profile, calls, page
):
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    at = go(at, page)
    adjusted, sentence = bars(at), verdict(at)
    assert f"Adjusted by the profile {NAME}" in words(at)
    at.toggle(session_profile.SWITCH).set_value(False).run()
    assert f"Adjusted by the profile {NAME}" not in words(at)
    assert bars(at) != adjusted
    asked = len(calls)
    at.toggle(session_profile.SWITCH).set_value(True).run()
    assert (bars(at), verdict(at)) == (adjusted, sentence)
    assert len(calls) == asked  # both answers are kept


def test_the_table_of_files_names_the_profile(trusted_run_root, trusted_pictures, profile):
    result = answered(trusted_run_root / "trusted", trusted_pictures["ok"], profile)
    table = results_csv([Row("k", "a.png", result.status, result)], run="trusted")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["profile"] for row in rows} == {NAME}


def answered(run, data, profile):
    networks = [Classifier.load(run / name).adjusted(profile) for name in profile.adjustments]
    return classify_case(data, "a.png", networks)


def test_every_export_of_a_case_names_the_profile(trusted_run_root, trusted_pictures, profile):
    run = load_run(trusted_run_root / "trusted")
    result = answered(run.folder, trusted_pictures["ok"], profile)
    exported = ExportedCase(result, run, sha256="0" * 64, data=trusted_pictures["ok"])
    made = {offer.kind: offer.make() for offer in offers(exported, text_of(exported))}
    facts = dict(text_of(exported).facts)
    assert facts["Profile"].startswith(f"{NAME}: adjusts the probabilities")
    dataset = dcmread(io.BytesIO(made["dicom"]))
    assert f"Adjusted by profile {NAME}." in dataset.ImageComments
    with zipfile.ZipFile(io.BytesIO(made["bundle"])) as bundle:
        [name] = [one for one in bundle.namelist() if one.endswith("manifest.json")]
        manifest = json.loads(bundle.read(name))
    assert manifest["profile"] == NAME
    assert {row["answers_from"] for row in manifest["networks"]} == {0.99}


def test_what_is_stored_in_a_pacs_names_the_profile_and_is_another_result(
    trusted_run_root, profile
):
    pytest.importorskip("highdicom")
    from covid_model.serving.pacs.results.origin import Origin
    from dashboard.cases.pacs.results import results_of

    pixels = (4095 * drawing()).astype(np.uint16)
    tags = {"StudyInstanceUID": "1.2.4", "SeriesInstanceUID": "1.2.5"}
    film = dataset(pixels, **tags, WindowCenter=2048, WindowWidth=4096)
    data = encode(film, ExplicitVRLittleEndian)
    run, networks = load_run(trusted_run_root / "trusted"), dict.fromkeys(profile.adjustments, "0")
    result = answered(run.folder, data, profile)
    plain, adjusted = Origin(data, "r", networks), Origin(data, "r", networks, f"{NAME}, SHA-256 1")
    assert plain.seed != adjusted.seed
    report, picture, page = results_of(result, adjusted, run)
    said = [str(element.value) for element in report.iterall() if element.keyword == "TextValue"]
    assert f"Probabilities adjusted by profile {NAME}, SHA-256 1." in said
    assert f"adjusted by profile {NAME}, SHA-256 1" in said  # of the algorithm
    assert f"Adjusted by profile {NAME}." in picture.ImageComments
    assert page.EncapsulatedDocument.startswith(b"%PDF")


def test_a_profile_of_other_networks_is_not_used_and_said(
    open_app, trusted_run_root, tiny_runs, trusted_pictures, tmp_path, monkeypatch
):
    content = json.loads(profile_of(trusted_run_root / "trusted"))
    for row in content["networks"].values():
        row["belongs_to"] = "0" * 64
    content[OWN_DIGEST] = own_digest(content)
    write_json(tmp_path / "other.json", content)
    monkeypatch.setenv(CHOSEN_PROFILE, str(tmp_path / "other.json"))
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    assert f"Profile {NAME} is not used: it belongs to the run trusted." in words(at)
    assert not at.exception
    assert "Adjusted by the profile" not in words(at)
    with pytest.raises(RunError, match="made for networks of the run trusted that are not here"):
        session_profile.load((tmp_path / "other.json").read_bytes(), open_shelf(trusted_run_root))
    (tmp_path / "other.json").write_text("{}")
    at.run()
    assert "The profile of this server is not used" in words(at)


def test_together_answers_by_the_profile(
    open_app, trusted_run_root, trusted_pictures, tmp_path, monkeypatch
):
    run = trusted_run_root / "trusted"
    write_mean(run, threshold=0.5)
    path = tmp_path / "profile.json"
    path.write_bytes(profile_of(run))
    monkeypatch.setenv(CHOSEN_PROFILE, str(path))
    at = upload(open_app(trusted_run_root), ("a.png", trusted_pictures["ok"]))
    at = go(at, "compare")
    adjusted = verdict(at)
    at.toggle(session_profile.SWITCH).set_value(False).run()
    assert verdict(at) != adjusted
    assert Together.load(load_run(run)).adjusted(Profile.load(path)).reliability.profile == NAME
