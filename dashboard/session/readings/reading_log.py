"""Log of a reader's readings and of the networks' answers, free of Streamlit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from covid_model.common.classes import CLASS_NAMES

if TYPE_CHECKING:  # the first page is there sooner without NumPy
    from covid_model.serving import CaseResult, Prediction

UNSURE = "unsure"
CHOICES = (*CLASS_NAMES, UNSURE)
SEEN, CHANGED, SAMPLE = "seen before reading", "changed after the answer", "sample names its class"


@dataclass(frozen=True)
class Reading:
    """One reading of one file.

    Attributes:
        file: the file's name.
        sha256: digest of its bytes.
        reader_class: one of ``CHOICES``.
        sureness: 1 (a guess) to 5 (certain), None where the reader did not say.
        note: the reader's own words.
        time: UTC, ISO 8601, to the second.
        not_blind: SEEN, CHANGED or SAMPLE where it does not count as blind, "" where it does.
        resolution: width x height in pixels at which the picture was seen, with those of the file
            where it has more; "" where nobody noted it.
    """

    file: str
    sha256: str
    reader_class: str
    sureness: int | None = None
    note: str = ""
    time: str = ""
    not_blind: str = ""
    resolution: str = ""


@dataclass(frozen=True)
class Answer:
    """The answer of one network alone to one picture.

    Attributes:
        run: folder name of the run.
        network: key of the network in ``architectures.ARCHITECTURES``.
        outcome: a status of ``decision.Decision``, as of this network alone.
        named_class: the class with the highest probability, "" where refused.
        measure: "calibrated probability", by which profile if by one, or "score".
        probability: of ``named_class``, range [0, 1], None where refused.
    """

    run: str
    network: str
    outcome: str
    named_class: str
    measure: str
    probability: float | None

    @classmethod
    def of(cls, run: str, prediction: Prediction) -> Answer:
        """Make the log's entry of a prediction."""
        from covid_model.serving import decide

        outcome = decide([prediction]).status
        refused = outcome == "refused"
        by = f" by profile {prediction.profile}" if prediction.profile else ""
        return cls(
            run=run,
            network=prediction.model,
            outcome=outcome,
            named_class="" if refused else prediction.predicted,
            measure=f"{prediction.measure}{by}",
            probability=None if refused else prediction.score,
        )


@dataclass
class ReadingLog:
    """The readings of a session, with what the networks said of the same pictures.

    Attributes:
        readings: in the order they were given.
        answers: (digest of the picture, run, network) -> what was shown.
        seen: digests of the pictures of which an answer was shown before any reading.
    """

    readings: list[Reading] = field(default_factory=list)
    answers: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def last(self, sha256: str) -> Reading | None:
        """Return the latest reading of a picture, None without one."""
        return next((item for item in reversed(self.readings) if item.sha256 == sha256), None)

    def is_blind(self, sha256: str) -> bool:
        """Whether a picture was neither read nor shown with an answer."""
        return self.last(sha256) is None and sha256 not in self.seen

    def note_shown(self, sha256: str, run: str, result: CaseResult) -> None:
        """Note that the page shows the networks' answers to a picture."""
        if not result.predictions:
            return
        if self.last(sha256) is None:
            self.seen.add(sha256)
        for prediction in result.predictions:
            answer = Answer.of(run, prediction)
            self.answers[sha256, run, prediction.model] = answer

    def add(self, reading: Reading, *, sample: bool = False) -> None:
        """Log a reading with the time it came and whether it was blind; the same one only once.

        Args:
            reading: what the reader gave.
            sample: the file is a sample, whose name tells its class.
        """
        earlier = self.last(reading.sha256)
        if earlier and _values(earlier) == _values(reading):
            return
        not_blind = SAMPLE if sample else SEEN if reading.sha256 in self.seen else ""
        not_blind = CHANGED if earlier else not_blind
        time = datetime.now(UTC).isoformat(timespec="seconds")
        self.readings.append(replace(reading, time=time, not_blind=not_blind))

    def merge(self, other: ReadingLog) -> int:
        """Take the readings of another log of the same reader in, by their time, each once.

        Of several blind readings of a picture the first stays blind: the answer followed it.

        Returns:
            How many were new.
        """
        before, merged = len(self.readings), dict[tuple[str, str, str, int | None], Reading]()
        for reading in (*self.readings, *other.readings):
            same = reading.sha256, reading.time, reading.reader_class, reading.sureness
            if same not in merged or not merged[same].file:  # a tab keeps no name and no note
                merged[same] = reading
        self.readings, read = [], set[str]()
        for reading in sorted(merged.values(), key=lambda reading: reading.time):
            late = not reading.not_blind and reading.sha256 in read
            self.readings.append(replace(reading, not_blind=CHANGED) if late else reading)
            read.add(reading.sha256)
        self.answers = {**other.answers, **self.answers}
        self.seen |= other.seen
        return len(self.readings) - before

    def without_readings(self) -> ReadingLog:
        """Return a log without readings, in which whatever had been revealed stays seen."""
        return ReadingLog(seen=self.seen | {reading.sha256 for reading in self.readings})


def _values(reading: Reading) -> tuple[str, int | None, str]:
    return reading.reader_class, reading.sureness, reading.note
