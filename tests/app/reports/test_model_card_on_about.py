"""About shows each run's model card, once it is asked for, with a button to keep it."""

from covid_model.runs import load_run
from covid_model.runs.model_card.card import model_card
from dashboard.frame import about_text
from dashboard.session import state
from tests.app.conftest import words


def open_card(at, run):
    at.session_state[f"{state.CARD}-{run}"] = True
    return at.run()


def offered(at):
    """The files that the page offers besides its tables."""
    return [button.label for button in at.download_button if button.label != "CSV"]


def test_the_card_of_a_run_is_shown_below_the_pages_headings(open_app, tiny_run_root):
    at = open_app(tiny_run_root, "about")
    assert not offered(at)
    assert "CLAIM" not in words(at)
    open_card(at, "tiny")
    assert not at.exception
    card = model_card(load_run(tiny_run_root / "tiny"))
    shown = next(m.value for m in at.markdown if "Model details" in m.value)
    assert shown == about_text.below(card)
    assert "# Model card" not in shown  # the expander says it
    assert "\n### Data\n" in shown
    assert "\n**Xception**\n" in shown
    assert "##" not in shown.replace("### ", "")
    assert "*not reported*" in shown
    assert offered(at) == ["Download as Markdown"]


def test_a_damaged_report_gives_its_reason_instead_of_a_card(open_app, tiny_run_root):
    (tiny_run_root / "tiny" / "vgg16" / "report.json").write_text("{}", "utf-8")
    at = open_card(open_app(tiny_run_root, "about"), "tiny")
    assert not at.exception
    assert "report.json differs from the digest" in at.error[0].value
    assert not offered(at)


def test_a_run_of_reports_has_a_card_too(open_app, reports_only_run_root):
    at = open_card(open_app(reports_only_run_root, "about"), "reports")
    assert not at.exception
    assert "not kept, reports only" in words(at)
