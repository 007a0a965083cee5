"""The words for a reader's own readings."""

from covid_model.common.classes import CLASS_NAMES
from dashboard.cases.reader_study.kappa import Kappa, fewest_cases
from dashboard.components.text import TITLES, plain
from dashboard.i18n.translate import t
from dashboard.session.reading_log import CHANGED, SAMPLE, SEEN, UNSURE, Log, Reading


def choice(name: str) -> str:
    """Name a choice of the reading form."""
    return t("Unsure") if name == UNSURE else t(TITLES[name])


def said(reading: Reading) -> str:
    """Repeat a reading in one line."""
    line = t("Your reading: **{choice}**", choice=choice(reading.reader_class))
    sure = t("sureness {sureness} of 5", sureness=reading.sureness) if reading.sureness else ""
    blind = t("not blind: {why}", why=why(reading.not_blind)) if reading.not_blind else ""
    return " · ".join(part for part in (line, sure, blind, plain(reading.note)) if part)


def why(not_blind: str) -> str:
    """Say why a reading does not count as blind."""
    return {
        SEEN: t("the answer was seen before"),
        CHANGED: t("changed after the answer"),
        SAMPLE: t("a sample's name tells its class"),
    }[not_blind]


def agreement(found: Kappa, network: str) -> str:
    """Put Cohen's kappa of reader and network into words, or why there is none."""
    if found.why == "no cases":
        return t(
            "Cohen's kappa is undefined: there is no blind reading yet in which both you and "
            "{network} name a class.",
            network=network,
        )
    cases = t(
        "In {agreed} of {cases} blind readings you and {network} name the same class.",
        agreed=found.agreed,
        cases=found.cases,
        network=network,
    )
    return f"{cases} {_kappa(found)}"


def _kappa(found: Kappa) -> str:
    if found.value is None:
        return t(
            "Cohen's kappa is undefined: both always named the same one class, so chance alone "
            "would agree as often."
        )
    if found.interval:
        low, high = found.interval
        return t(
            "Cohen's kappa is {value:.2f} (95 % interval {low:.2f} to {high:.2f}).",
            value=found.value,
            low=low,
            high=high,
        )
    said = t("Cohen's kappa is {value:.2f}, without an interval:", value=found.value)
    if found.why == "few cases":
        need = fewest_cases(len(CLASS_NAMES))
        return f"{said} {t('it takes at least {count} readings.', count=need)}"
    return f"{said} {t('where nobody ever differed, its formula gives it no width.')}"


def counted(log: Log, compared: int) -> str:
    """Say how many readings there are, how many of them are blind, where they are kept."""
    blind = sum(not one.not_blind for one in log.readings)
    return t(
        "Readings: {count}; blind: {blind}; blind, of files that this network was asked about: "
        "{compared}. Agreement is not accuracy: neither of the two is the truth. The log stays in "
        "this browser session.",
        count=len(log.readings),
        blind=blind,
        compared=compared,
    )
