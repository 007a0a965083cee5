"""What a browser tab keeps of its session, to offer it after a reload: free of Streamlit.

Digests and readings alone: no picture, file name, note or answer.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from dashboard.session.reading_log import CHANGED, CHOICES, SAMPLE, SEEN, Reading, ReadingLog

MAX_READINGS = 2000
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
