"""Text on a reader's own readings."""

from covid_model.common.classes import CLASS_NAMES, TITLES
from dashboard.cases.reader_study.kappa import Kappa, fewest_cases
from dashboard.components.text import plain
from dashboard.i18n.translate import t
from dashboard.session.readings.reading_log import (
    CHANGED,
    SAMPLE,
    SEEN,
    UNSURE,
    Reading,
    ReadingLog,
)


def choice(name: str) -> str:
    """Name a choice of the reading form."""
    return t("Unsure") if name == UNSURE else t(TITLES[name])


def in_one_line(reading: Reading) -> str:
    """Repeat a reading in one line."""
    line = t("Your reading: **{choice}**", choice=choice(reading.reader_class))
    sure = t("sureness {sureness} of 5", sureness=reading.sureness) if reading.sureness else ""
    blind = (
        t("not blind: {why}", why=not_blind_reason(reading.not_blind)) if reading.not_blind else ""
    )
    return " · ".join(part for part in (line, sure, blind, plain(reading.note)) if part)


def not_blind_reason(not_blind: str) -> str:
    """Say why a reading does not count as blind."""
    return {
        SEEN: t("the answer was seen before"),
        CHANGED: t("changed after the answer"),
        SAMPLE: t("a sample's name tells its class"),
    }[not_blind]


def agreement(kappa: Kappa, network: str) -> str:
    """Put Cohen's kappa of reader and network into words, or why there is none."""
    if kappa.reason == "no cases":
        return t(
            "Cohen's kappa is undefined: there is no blind reading yet in which both you and "
            "{network} name a class.",
            network=network,
        )
    cases = t(
        "In {agreed} of {cases} blind readings you and {network} name the same class.",
        agreed=kappa.agreed,
        cases=kappa.cases,
        network=network,
    )
    return f"{cases} {_kappa_sentence(kappa)}"


def _kappa_sentence(kappa: Kappa) -> str:
    if kappa.value is None:
        return t(
            "Cohen's kappa is undefined: both always named the same one class, so chance alone "
            "would agree as often."
        )
    if kappa.interval:
        low, high = kappa.interval
        return t(
            "Cohen's kappa is {value:.2f} (95 % interval {low:.2f} to {high:.2f}).",
            value=kappa.value,
            low=low,
            high=high,
        )
    sentence = t("Cohen's kappa is {value:.2f}, without an interval:", value=kappa.value)
    if kappa.reason == "few cases":
        need = fewest_cases(len(CLASS_NAMES))
        return f"{sentence} {t('it takes at least {count} readings.', count=need)}"
    return f"{sentence} {t('where nobody ever differed, its formula gives it no width.')}"


def counted(log: ReadingLog, compared: int) -> str:
    """Say how many readings there are, how many of them are blind, where they are kept."""
    blind = sum(not reading.not_blind for reading in log.readings)
    return t(
        "Readings: {count}; blind: {blind}; blind, of files that this network was asked about: "
        "{compared}. Agreement is not accuracy: neither of the two is the truth. The log stays in "
        "this browser session.",
        count=len(log.readings),
        blind=blind,
        compared=compared,
    )
