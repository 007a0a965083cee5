"""Warnings ignored while any thread asks for it."""

import threading
import warnings


class _Quiet:
    """Ignores warnings inside ``with`` blocks, of several threads at once too.

    pydicom warns of every small flaw of a file, sometimes quoting the header. As
    ``catch_warnings`` is process-wide, the first of several threads silences it and the last gives
    it back; all have to go by the one ``QUIET``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(None, None, None)


QUIET = _Quiet()
