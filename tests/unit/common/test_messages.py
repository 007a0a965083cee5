"""Sentences that are strings, yet give back their template."""

import copy
import pickle

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message, in_words, join
from dashboard.i18n import translate


def test_a_sentence_is_its_english_and_knows_its_parts():
    inner = Message("view {view}", view="LL")
    message = Message("Received: {what}, {share:.1f} %.", what=inner, share=12.34)
    assert message == "Received: view LL, 12.3 %."
    assert (message.template, message.values["what"].values) == (
        "Received: {what}, {share:.1f} %.", {"view": "LL"},
    )  # fmt: skip
    for again in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert (again, again.template, again.values) == (message, message.template, message.values)


def test_an_error_keeps_its_sentence():
    error = RadiographError("Expected {wanted}.", wanted="a picture")
    assert str(error) == "Expected a picture."
    assert error.message.template == "Expected {wanted}."
    assert str(RadiographError("{braces} stay")) == "{braces} stay"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_translation_puts_the_values_in_again(monkeypatch):
    catalogue = {"Expected {wanted}.": "Esperava-se {wanted}.", "a picture": "uma imagem"}
    monkeypatch.setattr(translate, "current", lambda: "xx")
    monkeypatch.setattr(translate, "catalogue", lambda name: catalogue)
    error = RadiographError("Expected {wanted}.", wanted=Message("a picture"))
    assert translate.t(error.message) == "Esperava-se uma imagem."
    assert translate.t("Expected {wanted}.", wanted="x") == "Esperava-se x."
    assert translate.t("unknown {n}", n=1) == "unknown 1"


def test_numbers_follow_the_language():
    message = Message(
        "{images:,} at {share:.1f} % of {n}, {x}", images=1416, share=5.25, n=2, x=0.5
    )
    assert translate.number(0.5, 2) == "0.50"
    assert translate.t(message) == message == "1,416 at 5.2 % of 2, 0.5"
    with translate.speaking("pt_BR"):
        assert translate.number(1234.5, 1) == "1.234,5"
        assert translate.t(message) == "1.416 at 5,2 % of 2, 0,5"
        assert translate.t("{v}", v=Message("{f:+.{digits}f}", f=0.25, digits=1)) == "+0,2"
        assert translate.separators() == ",."
    assert translate.separators() == ".,"


def test_lists_follow_the_language(monkeypatch):
    assert [in_words(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    catalogue = {"{first} and {last}": "{first} e {last}", "b": "B"}
    monkeypatch.setattr(translate, "catalogue", lambda name: catalogue)
    assert translate.t(in_words(["a", Message("b"), "c"])) == "a, B e c"
    assert translate.t(join([Message("b"), "b"])) == "B b"
