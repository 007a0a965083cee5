"""Rounds over a PACS: every film once, again after a failure, until it is set aside."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from covid_model.common.errors import PacsError
from covid_model.common.system import stopping
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.pacs.connection import Pacs
from covid_model.serving.pacs.films import Film, find_films
from covid_model.serving.pacs.ledger import SET_ASIDE, Ledger

ROUND_PAUSES = (10.0, 30.0, 60.0, 300.0)  # seconds after a round that the PACS broke off


@dataclass
class Watch:
    """What goes over a PACS.

    Attributes:
        pacs: the PACS.
        filters: of its studies, as QIDO-RS takes them; asked for before each round, as the date
            may move on.
        ledger: what is done.
        process: fetches and classifies one film, stores what is to be stored.
        write: writes a film's rows.
        say: takes a sentence for whoever looks on.
    """

    pacs: Pacs
    filters: Callable[[], dict[str, str]]
    ledger: Ledger
    process: Callable[[Film], CaseResult]
    write: Callable[[Film, CaseResult], None]
    say: Callable[[str], None]
    films: int = field(default=0, init=False)

    def once(self, *, whole: bool = True) -> bool:
        """Go over the PACS once; return whether it let itself be gone over to the end.

        A PACS that cannot be reached, or does not answer, ends the round, and the other films wait.
        A film on which an answer failed to come is noted; it is not to blame for a PACS that is
        away.

        Args:
            whole: try what waits for its next try too.
        """
        try:
            films = list(find_films(self.pacs, self.filters()))
        except PacsError as error:
            self.say(str(error))
            return False
        for film in films:
            if self.ledger.due(film.instance, waiting=whole) and not self._one(film):
                return False
        return True

    def forever(self, every: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Go over the PACS again and again.

        Args:
            every: seconds between two rounds.
            sleep: waits.
        """
        broken = 0
        while True:
            broken = 0 if self.once(whole=False) else broken + 1
            sleep(ROUND_PAUSES[min(broken, len(ROUND_PAUSES)) - 1] if broken else every)

    def _one(self, film: Film) -> bool:
        """Do one film; return whether the PACS can be asked for the next."""
        try:
            result = self.process(film)
        except PacsError as error:
            if error.away:
                self.say(str(error))
                return False
            state = self.ledger.failed(film.instance, str(error), lasting=error.lasting)
            what = "is set aside" if state == SET_ASIDE else "is tried again later"
            self.say(f"{film.instance} {what}: {error}")
            return bool(error.status) or error.lasting
        with stopping.held():
            self.write(film, result)
            self.ledger.done(film.instance)
            self.films += 1
        return True
