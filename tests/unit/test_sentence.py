"""Sentences that are strings, yet give back their template."""

import copy
import pickle

from covid_model.errors import RadiographError
from covid_model.sentence import Sentence
from dashboard import language


def test_a_sentence_is_its_english_and_knows_its_parts():
    inner = Sentence("view {view}", view="LL")
    said = Sentence("Received: {what}, {share:.1f} %.", what=inner, share=12.34)
    assert said == "Received: view LL, 12.3 %."
    assert (said.template, said.values["what"].values) == (
        "Received: {what}, {share:.1f} %.", {"view": "LL"},
    )  # fmt: skip
    for again in (copy.deepcopy(said), pickle.loads(pickle.dumps(said))):
        assert (again, again.template, again.values) == (said, said.template, said.values)


def test_an_error_keeps_its_sentence():
    error = RadiographError("Expected {wanted}.", wanted="a picture")
    assert str(error) == "Expected a picture."
    assert error.sentence.template == "Expected {wanted}."
    assert str(RadiographError("{braces} stay")) == "{braces} stay"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_translation_puts_the_values_in_again(monkeypatch):
    known = {"Expected {wanted}.": "Esperava-se {wanted}.", "a picture": "uma imagem"}
    monkeypatch.setattr(language, "current", lambda: "xx")
    monkeypatch.setattr(language, "catalogue", lambda name: known)
    error = RadiographError("Expected {wanted}.", wanted=Sentence("a picture"))
    assert language.t(error.sentence) == "Esperava-se uma imagem."
    assert language.t("Expected {wanted}.", wanted="x") == "Esperava-se x."
    assert language.t("unknown {n}", n=1) == "unknown 1"


def test_numbers_follow_the_language(monkeypatch):
    assert language.number(0.5, 2) == "0.50"
    monkeypatch.setattr(language, "current", lambda: "pt_BR")
    assert language.number(1234.5, 1) == "1.234,5"
