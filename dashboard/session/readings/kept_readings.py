"""Readings that outlive their session, free of Streamlit: in a browser's tab, and in a CSV file.

A tab keeps digests and readings alone: no picture, file name, note or answer.
"""

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from dashboard.session.readings.reading_log import (
    CHANGED,
    CHOICES,
    SAMPLE,
    SEEN,
    Answer,
    Reading,
    ReadingLog,
)

COLUMNS = (
    *("reading", "time_utc", "file", "sha256", "reader_class", "sureness", "note", "resolution"),
    *("blind", "why_not_blind", "run", "network"),
    *("outcome", "network_class", "measure", "probability"),
)
OUTCOMES = ("ok", "uncalibrated", "uncertain", "refused")
ADDED = ("resolution",)  # logs of an earlier version lack it
MAX_READINGS = 2000  # that a tab keeps
MAX_BYTES, MAX_TEXT = 4 * 2**20, 500  # of a CSV file; characters of a name or a note in it
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RESOLUTION = re.compile(r"|\d{1,6} x \d{1,6}( of \d{1,6} x \d{1,6})?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


@dataclass(frozen=True)
class BrowserCopy:
    """The part of a session that outlives it in its tab.

    Attributes:
        files: how many there were.
        log: the readings without file names, notes and answers, and the pictures that were seen.
    """

    files: int
    log: ReadingLog


def write(files: int, log: ReadingLog) -> str:
    """Write the copy as JSON, "" where there is nothing to keep."""
    if not files and not log.readings and not log.seen:
        return ""
    readings = [
        [
            *(item.sha256, item.reader_class, item.sureness, item.time, item.not_blind),
            item.resolution,
        ]
        for item in log.readings[-MAX_READINGS:]
    ]
    return json.dumps({"files": files, "readings": readings, "seen": sorted(log.seen)})


def read(text: str) -> BrowserCopy | None:
    """Read a copy that a browser gave; None where it is none of ours."""
    try:
        stored = json.loads(text)
        files, seen = stored["files"], stored["seen"]
        readings = [_reading(*fields) for fields in stored["readings"][:MAX_READINGS]]
        valid = type(files) is int and files >= 0 and all(_DIGEST.fullmatch(item) for item in seen)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return BrowserCopy(files, ReadingLog(readings, seen=set(seen))) if valid else None


def _reading(
    sha256: Any, reader_class: Any, sureness: Any, time: Any, not_blind: Any, resolution: Any = ""
) -> Reading:
    """Make a reading of what was stored.

    Raises:
        TypeError, ValueError: if it is none.
    """
    known = reader_class in CHOICES and not_blind in ("", SEEN, CHANGED, SAMPLE)
    sure = sureness is None or (type(sureness) is int and 1 <= sureness <= 5)
    said = _DIGEST.fullmatch(sha256) and _TIME.fullmatch(time) and _RESOLUTION.fullmatch(resolution)
    if not (known and sure and said):
        raise ValueError("Expected a reading. Received something else.")
    return Reading(
        *("", sha256, reader_class, sureness),
        time=time,
        not_blind=not_blind,
        resolution=resolution,
    )


def read_csv(data: bytes, name: str) -> ReadingLog:
    """Read a log of readings, also as a spreadsheet saved it.

    Args:
        data: the file's bytes.
        name: the file's name.

    Raises:
        DataError: if it is no such log, or a row of it is none; then nothing of it is read.
    """
    log = ReadingLog()
    for number, row in enumerate(_rows(data, name), 2):
        try:
            reading = _reading_in(row)
            answer = _answer(row) if row["network"] else None
        except (ValueError, TypeError):
            raise DataError(
                "Row {row} of {name} is no reading, so none of its readings was loaded. Load the "
                "file as it was downloaded.",
                row=number,
                name=name,
            ) from None
        if reading not in log.readings[-1:]:  # a row for each network
            log.readings.append(reading)
        if answer:
            log.answers[reading.sha256, answer.run, answer.network] = answer
    return log


def _rows(data: bytes, name: str) -> list[dict[str, str]]:
    if len(data) > MAX_BYTES:
        raise DataError(
            "{name} is too large for a log of readings: expected at most {limit} MiB.",
            name=name,
            limit=MAX_BYTES >> 20,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # a spreadsheet's own encoding
        text = data.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        rows = list(table)
    except csv.Error:
        rows = []
    lacking = [column for column in COLUMNS if column not in (*(table.fieldnames or ()), *ADDED)]
    if lacking:
        raise DataError(
            "{name} is no log of readings: it lacks the columns {columns}. Load the file that "
            "Download the log as CSV gave, without changes.",
            name=name,
            columns=", ".join(lacking[:4]) + (" ..." if lacking[4:] else ""),
        )
    return rows


def _reading_in(row: dict[str, str]) -> Reading:
    """Make a reading of a row.

    Raises:
        TypeError, ValueError: if it is none.
    """
    sureness = int(row["sureness"]) if row["sureness"] else None
    file, note = (_unquoted(row[column])[:MAX_TEXT] for column in ("file", "note"))
    reading = _reading(
        *(row["sha256"], row["reader_class"], sureness, row["time_utc"], row["why_not_blind"]),
        row.get("resolution") or "",
    )
    return replace(reading, file=file, note=note)


def _answer(row: dict[str, str]) -> Answer:
    """Make a network's answer of a row.

    Raises:
        ValueError: if it is none.
    """
    outcome, named = row["outcome"], row["network_class"]
    if outcome not in OUTCOMES or named not in ("", *CLASS_NAMES):
        raise ValueError("Expected an answer. Received something else.")
    share = float(row["probability"]) if row["probability"] else None
    if share is not None and not 0 <= share <= 1:
        raise ValueError(f"Expected a probability. Received {share}.")
    run, network = (_unquoted(row[column])[:MAX_TEXT] for column in ("run", "network"))
    return Answer(run, network, outcome, named, row["measure"][:MAX_TEXT], share)


def _unquoted(words: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running words as a formula."""
    from covid_model.serving.batch_table import FORMULA_STARTS

    quoted = words[:1] == "'" and words[1:].startswith(FORMULA_STARTS)
    return words[1:] if quoted else words
