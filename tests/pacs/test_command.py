"""The command pacs against a real server."""

import csv
import io
import subprocess
from collections import Counter

import pydicom
import pytest

from covid_model.__main__ import main
from covid_model.serving import Profile
from covid_model.serving.pacs.connection import Pacs
from covid_model.serving.pacs.films import find_studies, name_filter
from covid_model.serving.pacs.settings import PacsSettings
from tests.deployment.conftest import tool
from tests.pacs.conftest import BASE, STUDY_DAY, film, films_of_each_status
from tests.profiles import profile_of


def rows_of(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def results_in(server):
    """The instances that are no films."""
    datasets = [pydicom.dcmread(io.BytesIO(data)) for data in server.files()]
    return [dataset for dataset in datasets if dataset.Modality != "DX"]


@pytest.fixture
def ask(server, trusted_run_root, tmp_path):
    """Run the command in this process on the films of a day; return its exit code."""

    def run(*options):
        return main(
            [
                *(
                    "pacs",
                    "--url",
                    server.url,
                    *STUDY_DAY,
                    "--run",
                    str(trusted_run_root / "trusted"),
                ),
                *("--csv", str(tmp_path / "table.csv"), "--ledger", str(tmp_path / "ledger")),
                *options,
            ]
        )

    return run


def test_every_film_has_its_rows_and_nothing_is_stored_unasked(server, ask, tmp_path):
    for data in films_of_each_status():
        server.add(data)
    assert ask() == 0
    rows = rows_of(tmp_path / "table.csv")
    statuses = {row["file"].rsplit(".", 1)[-1]: row["status"] for row in rows}
    assert statuses == {"1": "ok", "2": "uncertain", "3": "refused"}
    assert {row["file"] for row in rows} == {
        f"{BASE}.1.{n}/{BASE}.2.{n}/{BASE}.3.{n}" for n in (1, 2, 3)
    }
    assert len(server.files()) == 3


def test_results_are_stored_in_the_films_own_study_once(server, ask, tmp_path):
    for data in films_of_each_status():
        server.add(data)
    assert ask("--store") == 0
    first = results_in(server)
    kinds = Counter(str(dataset.StudyInstanceUID) for dataset in first)
    assert set(kinds) == {f"{BASE}.1.{n}" for n in (1, 2, 3)}
    assert all(str(dataset.PatientID) == "ID-4711" for dataset in first)
    (tmp_path / "ledger").unlink()  # as if the disk had been lost
    assert ask("--store") == 0
    again = results_in(server)
    assert {d.SOPInstanceUID for d in again} == {d.SOPInstanceUID for d in first}
    assert len(again) == len(first)
    rows = rows_of(tmp_path / "table.csv")
    assert len({(row["file"], row["model"]) for row in rows}) == len(rows)


def test_a_profile_is_named_in_what_is_stored_and_makes_it_anew(
    server, ask, trusted_run_root, tmp_path
):
    server.add(films_of_each_status()[0])
    assert ask("--store") == 0
    without = {str(dataset.SOPInstanceUID) for dataset in results_in(server)}
    profile, run = tmp_path / "profile.json", trusted_run_root / "trusted"
    profile.write_bytes(profile_of(run))
    (tmp_path / "table.csv").unlink()
    assert ask("--store", "--profile", str(profile)) == 0
    adjusted = [d for d in results_in(server) if str(d.SOPInstanceUID) not in without]
    assert len(adjusted) == len(without) == 3
    [report] = [dataset for dataset in adjusted if dataset.Modality == "SR"]
    assert Profile.load(profile).reference in report.to_json()
    assert {row["profile"] for row in rows_of(tmp_path / "table.csv")} == {"St. Mary's"}


def test_what_is_stored_is_valid_by_other_readers(server, ask, tmp_path):
    for data in films_of_each_status():
        server.add(data)
    assert ask("--store") == 0
    for number, dataset in enumerate(results_in(server)):
        path = tmp_path / f"{number}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        checked = subprocess.run([tool("dciodvfy"), path], capture_output=True, text=True)
        assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []
        subprocess.run([tool("dcmdump"), path], capture_output=True, check=True)
        if dataset.Modality == "SR":
            said = subprocess.run(
                [tool("dsrdump"), path], capture_output=True, text=True, check=True
            )
            assert "Imaging Measurement Report" in said.stdout
            assert "not for diagnosis" in said.stdout.replace("...", "not for diagnosis")


def test_a_hand_a_ct_or_a_result_of_ours_is_not_fetched(server, ask, tmp_path):
    server.add(film(1))
    server.add(film(2, BodyPartExamined="HAND"))
    server.add(film(3, Modality="CT"))
    assert ask("--store") == 0
    assert ask() == 0
    assert {row["file"].rsplit(".", 1)[-1] for row in rows_of(tmp_path / "table.csv")} == {"1"}


def test_nothing_of_a_patient_or_a_secret_is_said(server, ask, capfd, tmp_path):
    from tests.pacs.orthanc import PASSWORD

    for data in films_of_each_status():
        server.add(data)
    assert ask("--store", "--log-level", "debug") == 0
    said = "".join(capfd.readouterr()) + (tmp_path / "table.csv").read_text("utf-8")
    said += (tmp_path / "ledger").read_bytes().decode("latin-1")
    for secret in ("Secret", "Person", "ID-4711", PASSWORD):
        assert secret not in said


def test_a_table_that_a_crash_cut_short_is_gone_on_with(server, ask, tmp_path):
    server.add(film(1))
    assert ask() == 0
    table = tmp_path / "table.csv"
    whole = table.read_text("utf-8")
    table.write_text(whole + "1.2.3/4", "utf-8")
    server.add(film(2))
    assert ask() == 0
    assert table.read_text("utf-8").startswith(whole)
    assert {row["file"].rsplit(".", 1)[-1] for row in rows_of(table)} == {"1", "2"}


def test_another_table_is_not_written_over(server, ask, tmp_path, capfd):
    (tmp_path / "table.csv").write_text("name,age\nx,1\n", "utf-8")
    assert ask() == 2
    assert "another table" in capfd.readouterr().err
    assert (tmp_path / "table.csv").read_text("utf-8") == "name,age\nx,1\n"


@pytest.mark.parametrize(
    ("name", "found"),
    [("Sec", 1), ("secret", 1), ("Secret Person", 1), ("Sécret", 1), ("Person", 0), ("", 1)],
)
def test_a_name_is_found_by_its_beginning_however_it_is_written(server, name, found):
    server.add(film(1))
    pacs = Pacs(PacsSettings.from_environment(url=server.url))
    assert len(find_studies(pacs, {"PatientName": name_filter(name)})) == found
