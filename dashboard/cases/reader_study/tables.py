"""Readings as CSV and as a confusion table against one network, free of Streamlit."""

import numpy as np

from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.serving.batch_table import defused
from dashboard.cases.reader_study.kappa import Kappa, cohen_kappa
from dashboard.cases.reader_study.text import choice
from dashboard.components.csv_export import Rows, with_notice
from dashboard.components.text import of_kind
from dashboard.i18n.translate import t
from dashboard.session.readings.kept_readings import COLUMNS
from dashboard.session.readings.reading_log import CHOICES, Answer, Reading, ReadingLog

NETWORK_OUTCOMES = (*CLASS_NAMES, "uncertain", "refused")  # an answer's class, or no answer


def log_csv(log: ReadingLog) -> str:
    """Return one row a reading for each network whose answer to that picture was shown."""
    lines = []
    for number, reading in enumerate(log.readings, 1):
        answers = [answer for key, answer in log.answers.items() if key[0] == reading.sha256]
        lines += [_line(number, reading, answer) for answer in answers or (None,)]
    return with_notice(COLUMNS, lines)


def _line(number: int, reading: Reading, answer: Answer | None) -> dict[str, str]:
    reader_cells = (
        *(str(number), reading.time, defused(reading.file), reading.sha256, reading.reader_class),
        *("" if reading.sureness is None else str(reading.sureness), defused(reading.note)),
        reading.resolution,
        *("no" if reading.not_blind else "yes", reading.not_blind),
    )
    if answer is None:
        return dict(zip(COLUMNS, (*reader_cells, *[""] * 6), strict=True))
    share = "" if answer.probability is None else f"{answer.probability:.4f}"
    network_cells = (
        *(defused(answer.run), defused(answer.network), answer.outcome),
        *(answer.named_class, "" if answer.probability is None else answer.measure, share),
    )
    return dict(zip(COLUMNS, (*reader_cells, *network_cells), strict=True))


def compared(log: ReadingLog, *, run: str, network: str) -> np.ndarray:
    """Count the blind readings by what reader and network said of the same picture.

    Returns:
        int64 (4, 5): rows by ``CHOICES``, columns by ``NETWORK_OUTCOMES``.
    """
    counts = np.zeros((len(CHOICES), len(NETWORK_OUTCOMES)), np.int64)
    for reading in log.readings:
        answer = log.answers.get((reading.sha256, run, network))
        if answer and not reading.not_blind:
            named = answer.outcome in ("ok", "uncalibrated")
            outcome = answer.named_class if named else answer.outcome
            counts[CHOICES.index(reading.reader_class), NETWORK_OUTCOMES.index(outcome)] += 1
    return counts


def agreement(counts: np.ndarray) -> Kappa:
    """Return kappa over the cases of ``compared`` to which both gave a class."""
    return cohen_kappa(counts[: len(CLASS_NAMES), : len(CLASS_NAMES)])


def confusion(counts: np.ndarray) -> Rows:
    """Return ``compared`` as rows: one a choice of the reader, one column an answer."""
    headings = [
        *(t("Network: {title}", title=t(TITLES[name])) for name in CLASS_NAMES),
        *(
            t("Network: {outcome}", outcome=of_kind(kind))
            for kind in NETWORK_OUTCOMES[len(CLASS_NAMES) :]
        ),
    ]
    return [
        {
            t("Reader"): choice(name),
            **{heading: str(n) for heading, n in zip(headings, row, strict=True)},
        }
        for name, row in zip(CHOICES, counts, strict=True)
    ]
