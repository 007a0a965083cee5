"""Ledger of the instances of a PACS: what is done, what is tried again and when."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Self

from covid_model.common.errors import UsageError

DONE, WAITING, SET_ASIDE = "done", "waiting", "set aside"
PAUSES = (60.0, 300.0, 1_800.0, 7_200.0, 43_200.0)  # seconds before each further try
TABLE = """CREATE TABLE IF NOT EXISTS instances (
    sop_instance_uid TEXT PRIMARY KEY,
    networks TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_try REAL NOT NULL,
    reason TEXT NOT NULL,
    changed REAL NOT NULL
)"""


class Ledger:
    """A file that outlives a crash at any moment; it holds UIDs and reasons, no patient's name.

    An instance that other networks saw counts as new.
    """

    def __init__(
        self, connection: sqlite3.Connection, networks: str, now: Callable[[], float] = time.time
    ) -> None:
        """Use an open database; see ``open``."""
        self._database, self._networks, self._now = connection, networks, now

    @classmethod
    def open(
        cls, path: Path | None, *, networks: str, now: Callable[[], float] = time.time
    ) -> Self:
        """Open a ledger, a new one where there is none; others than its owner cannot read it.

        Args:
            path: of the file, None for a ledger that is forgotten when it is closed.
            networks: digest of the networks that are asked.
            now: seconds since the epoch.

        Raises:
            UsageError: if it is no ledger, another process has it, or it cannot be written.
        """
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=1)
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # two watchers would do all twice
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute(TABLE)
            connection.execute("COMMIT")
        except sqlite3.OperationalError:
            raise UsageError(
                f"{path} is in use by another process, or cannot be written: stop that, or name "
                "another ledger."
            ) from None
        except (sqlite3.DatabaseError, OSError):
            raise UsageError(f"{path} is no ledger: name another file.") from None
        return cls(connection, networks, now)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def due(self, instance: str, *, waiting: bool = False) -> bool:
        """Whether an instance is to be tried now: new, or waiting long enough.

        Args:
            instance: SOP Instance UID.
            waiting: one that waits counts, however long it has.
        """
        row = self._row(instance)
        return row is None or (row[0] == WAITING and (waiting or row[2] <= self._now()))

    def done(self, instance: str) -> None:
        """Note that an instance has its results."""
        self._write(instance, DONE, self._tries(instance) + 1, 0.0, "")

    def failed(self, instance: str, reason: str, *, lasting: bool = False) -> str:
        """Note a failure; return the state: ``WAITING``, or ``SET_ASIDE`` after the last try.

        Args:
            instance: SOP Instance UID.
            reason: a sentence.
            lasting: trying again is of no use.
        """
        tries = self._tries(instance) + 1
        last = lasting or tries > len(PAUSES)
        state = SET_ASIDE if last else WAITING
        pause = 0.0 if last else PAUSES[tries - 1]
        self._write(instance, state, tries, self._now() + pause, reason)
        return state

    def counts(self) -> dict[str, int]:
        """Return how many instances are in each state."""
        query = "SELECT state, COUNT(*) FROM instances WHERE networks = ? GROUP BY state"
        return dict(self._database.execute(query, (self._networks,)).fetchall())

    def set_aside(self) -> list[tuple[str, str]]:
        """Return the instances that are tried no more, each with its reason."""
        query = "SELECT sop_instance_uid, reason FROM instances WHERE state = ? AND networks = ?"
        return list(self._database.execute(query, (SET_ASIDE, self._networks)).fetchall())

    def retry(self) -> int:
        """Have what was set aside tried again; return how many instances that are."""
        query = "DELETE FROM instances WHERE state = ? AND networks = ?"
        with closing(self._database.execute(query, (SET_ASIDE, self._networks))) as cursor:
            return cursor.rowcount

    def _row(self, instance: str) -> tuple[str, int, float] | None:
        query = (
            "SELECT state, tries, next_try FROM instances "
            "WHERE sop_instance_uid = ? AND networks = ?"
        )
        return self._database.execute(query, (instance, self._networks)).fetchone()

    def _tries(self, instance: str) -> int:
        row = self._row(instance)
        return 0 if row is None else row[1]

    def _write(self, instance: str, state: str, tries: int, next_try: float, reason: str) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO instances VALUES (?, ?, ?, ?, ?, ?, ?)",
            (instance, self._networks, state, tries, next_try, reason, self._now()),
        )
