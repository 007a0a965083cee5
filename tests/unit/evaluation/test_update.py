"""A run's reports written again from the tables beside them, whole or not at all."""

import shutil
from pathlib import Path

import pytest

from covid_model import cli
from covid_model.evaluation.verification import update
from covid_model.runs import load_run, read_json, read_model_info, run_digests, write_model_info
from covid_model.runs.model_card.card import CARD_FILE, model_card, write_card
from tests.computed_run import edit, list_again, problems, write_run


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    write_card(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


def content(folder):
    """Every file of a folder with its bytes, and nothing beside the folder."""
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def earlier(run):
    """Make a run as an earlier version might have written it, digests included."""

    def without_npv(report):
        for row in report["per_class"]:
            del row["npv"], row["npv_interval"]
        report["by_source"] = []

    edit(run / "vgg16" / "report.json", without_npv)
    write_model_info(run / "vgg16", read_model_info(run / "vgg16"))
    for file in (CARD_FILE, "comparison.json"):
        (run / file).unlink()
    edit(run / "run.json", lambda info: [info.pop(key) for key in ("sha256", "own_sha256")])


def test_a_run_of_this_version_stays_as_it_is(run, capsys):
    before = content(run)
    assert cli.main(["report", str(run)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "whole: every file agrees, nothing to write.",
        f"Next: python -m covid_model dashboard --run {run}",
    ]
    assert content(run) == before


def test_an_earlier_run_becomes_what_this_version_writes(run, written, capsys):
    earlier(run)
    assert problems(run) != []
    assert cli.main(["report", str(run)]) == 0
    *lines, further = capsys.readouterr().out.splitlines()
    assert further.startswith("Next: ")
    assert lines == [
        f"whole: {file} written."
        for file in ("vgg16/report.json", "comparison.json", "run.json", CARD_FILE)
    ]
    assert problems(run) == []
    assert content(run) == content(written)


def test_changed_figures_are_put_right_and_what_networks_tell_stays(run):
    edit(run / "xception" / "audit.json", lambda audit: audit.update(chance=0.5, without_mask=7))
    alike = [{"networks": ["xception", "vgg16"], "images": 9, "similarity": 0.1}]
    edit(run / "comparison.json", lambda value: value.update(pairs=[], map_agreement=alike))
    list_again(run)
    assert update.update_run(run) == ["xception/audit.json", "comparison.json", CARD_FILE]
    audit = read_json(run / "xception" / "audit.json")
    assert (audit["chance"], audit["without_mask"]) == (pytest.approx(1 / 3, abs=1e-6), 7)
    comparison = read_json(run / "comparison.json")
    assert len(comparison["pairs"]) == 1
    assert comparison["map_agreement"] == alike
    assert (run / CARD_FILE).read_text("utf-8") == model_card(load_run(run))
    assert read_json(run / "run.json")["sha256"] == run_digests(run)
    assert problems(run) == []


def test_a_card_in_an_earlier_versions_words_stays(run):
    (run / CARD_FILE).write_text("As it was written.")
    list_again(run)
    before = content(run)
    assert update.update_run(run) == []
    assert content(run) == before


def test_a_card_that_is_missing_is_written(run, written):
    (run / CARD_FILE).unlink()
    assert update.update_run(run) == [CARD_FILE]
    assert content(run) == content(written)


def test_a_damaged_report_is_computed_again(run, written):
    (run / "vgg16" / "report.json").write_text("{")
    assert update.update_run(run) == ["vgg16/report.json", CARD_FILE]
    assert content(run) == content(written)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            lambda run: (run / "vgg16" / "predictions.csv").write_text("label\n"),
            "predictions.csv differs from the digest in model.json",
        ),
        (
            lambda run: (run / "vgg16" / "validation.csv").unlink(),
            "validation.csv is missing, though model.json lists it",
        ),
        (
            lambda run: edit(run / "xception" / "audit.json", lambda a: a.update(chance=0.5)),
            "audit.json differs from the digest in model.json",
        ),
        (
            lambda run: (run / "split.csv").write_text("path\n"),
            "split.csv differs from the digest in run.json",
        ),
        (lambda run: (run / "run.json").write_text("{"), "cannot be read as JSON"),
    ],
)
def test_a_run_that_is_not_as_it_was_written_is_refused(run, capsys, damage, sentence):
    damage(run)
    before = content(run)
    assert cli.main(["report", str(run)]) == 2
    assert sentence in capsys.readouterr().err
    assert content(run) == before


def test_a_table_of_another_shape_is_refused(run, capsys):
    earlier(run)
    (run / "xception" / "predictions.csv").write_text("label\ncovid\n")
    write_model_info(run / "xception", read_model_info(run / "xception"))
    before = content(run)
    assert cli.main(["report", str(run)]) == 2
    assert "report.json cannot be computed again: Expected the columns" in capsys.readouterr().err
    assert content(run) == before


def test_a_failure_halfway_leaves_the_run_as_it_was(run, monkeypatch, capsys):
    earlier(run)
    before = content(run)

    def full(*_):
        raise OSError(28, "No space left on device", "MODEL_CARD.md")

    monkeypatch.setattr(update, "model_card", full)
    assert cli.main(["report", str(run)]) == 2
    assert "cannot be written (No space left on device)" in capsys.readouterr().err
    assert content(run) == before


def test_a_run_that_cannot_be_put_in_place_comes_back(run, monkeypatch):
    earlier(run)
    before = content(run)
    rename = Path.rename

    def refusing(path, target):
        if Path(target) == run and not path.name.endswith(".before"):
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(PermissionError):
        update.update_run(run)
    monkeypatch.undo()
    assert content(run) == before


def test_no_run_is_wrong_use(tmp_path, capsys):
    assert cli.main(["report", str(tmp_path)]) == 2
    assert f"Expected a run folder, which holds run.json. Received: {tmp_path}" in (
        capsys.readouterr().err
    )
