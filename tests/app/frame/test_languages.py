"""The pages in another language."""

import pytest

from dashboard.components import csv_export, display
from dashboard.i18n import translate
from dashboard.reports.performance import tables as performance_tables
from dashboard.session.readings import reading
from tests import stored_reports
from tests.app import marks
from tests.app.conftest import go, upload, words

# What no language changes: names of networks, files, sources, views, formats, units; markup.
NAMES = (
    *("1 2 3 4 Enter", r"\(run\)"),  # keys; a folder's name
    *(r"Xception|ResNet50V2|VGG16|Grad-CAM", r"\w+\.png", r"here(\\?_and\\?_there)?", r"\bPA\b"),
    *(r"English|Português|\(Brasil\)", r"\bCSV\b|\bDICOM\b", r"\b(ms|px)\b"),
    *(r"</?\w+>", r"%\{[^}]*\}", r":material/\w+:", r"\(#[a-z-]+\)"),
)


@pytest.fixture
def marked(monkeypatch):
    """Draw the pages in a language that marks whatever went through its catalogue."""
    monkeypatch.setattr(translate, "catalogue", lambda name: marks.Marked())


def test_the_language_is_chosen_once_for_all_pages(tiny_run_root, open_app):
    at = open_app(tiny_run_root)
    assert "not for diagnosis" in words(at)
    at.button_group(key=translate.KEY).set_value("pt_BR").run()
    assert "não use para diagnóstico" in words(at)
    at = go(at, "about")
    assert "não use para diagnóstico" in words(at)
    assert not at.exception


def test_every_word_about_a_file_can_be_translated(
    trusted_run_root, trusted_pictures, open_app, samples, marked
):
    at = open_app(trusted_run_root)
    assert not marks.unsaid(at, *NAMES)
    for name, data in (*trusted_pictures.items(), ("bad", b"no picture")):
        at = upload(at, (f"{name}.png", data))
        assert not marks.unsaid(at, *NAMES)
        compared = go(at, "compare")
        assert not marks.unsaid(compared, *NAMES)
        at = go(compared, "classify")
    pictures = ((f"{name}.png", data) for name, data in trusted_pictures.items())
    assert not marks.unsaid(upload(at, *pictures), *NAMES)
    at.button(key="sample-Normal").click().run()
    assert not marks.unsaid(at, *NAMES)
    at.toggle(key=reading.READ_FIRST).set_value(True).run()
    assert not marks.unsaid(at, *NAMES)
    assert not at.exception


@pytest.mark.parametrize("page", ["reports", "shortcuts", "errors", "about"])
@pytest.mark.parametrize("failed", [(), ("lungs_hidden", "border_only", "source_probe")])
def test_every_word_about_a_run_can_be_translated(page, failed, open_app, tmp_path, marked):
    stored_reports.write_evidence_run(tmp_path / "runs" / "run", failed=failed)
    at = open_app(tmp_path / "runs", page)
    assert not marks.unsaid(at, *NAMES)
    assert not at.exception


def test_a_page_without_runs_can_be_translated(open_app, tmp_path, marked):
    at = open_app(tmp_path)
    command = r"python train_models.py .*"
    assert not marks.unsaid(at, *NAMES, command)


def test_tables_follow_the_language_but_their_files_do_not():
    def rows() -> csv_export.Rows:
        return performance_tables.per_class(stored_reports.report())

    with translate.speaking("pt_BR"):
        shown, file = rows(), display._csv(rows)
    assert "Sensibilidade" in shown[0]
    assert "80,0" in shown[0]["Sensibilidade"]
    assert "Sensitivity" in file
    assert "80.0" in file
