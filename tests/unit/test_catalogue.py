"""The catalogues of the dashboard's languages: whole, with nothing left over."""

import ast

import pytest
from babel.messages.pofile import read_po

from dashboard.i18n import translate
from tests.catalogue import calls, fields, has_words, messages

LANGUAGES = [name for name in translate.LANGUAGES if name != "en"]
OF_A_RUN = "of a run"  # marks what a run's own files say: it leaves with the run


@pytest.fixture(scope="module", params=LANGUAGES)
def entries(request):
    """Every message of one catalogue, in the order of the file."""
    with (translate.FOLDER / f"{request.param}.po").open("rb") as file:
        return [one for one in read_po(file, request.param, abort_invalid=True) if one.id]


def test_a_catalogue_has_every_message(entries):
    known = {one.id for one in entries if one.string}
    assert not [f"{place}: {text}" for text, place in messages().items() if text not in known]


def test_a_catalogue_has_nothing_that_is_never_said(entries):
    said = messages()
    kept = [one.id for one in entries if OF_A_RUN not in one.auto_comments]
    assert not [text for text in kept if text not in said]


def test_a_translation_takes_the_same_values(entries):
    assert not [one.id for one in entries if fields(one.id) != fields(one.string)]


def test_a_translation_begins_and_ends_as_the_message_does(entries):
    def ends(text: str) -> tuple[bool, bool]:
        return text[0].isspace(), text[-1].isspace()

    assert not [one.id for one in entries if ends(one.id) != ends(one.string)]


def test_messages_are_literals_so_that_they_can_be_found():
    made = (ast.JoinedStr, ast.BinOp)
    assert not [place for place, argument in calls() if isinstance(argument, made)]


def test_what_is_no_word_needs_no_translation():
    assert not has_words("{first}, {second:.1f} %")
    assert has_words("{first} and {last}")
    assert fields("{share:.1f} % of %{y}") == {("share", ".1f"), ("y", "")}
