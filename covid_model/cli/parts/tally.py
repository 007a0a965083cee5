"""What of a batch is done: counts for its last line, or for the sentence of a stop."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from covid_model.imaging.archives import Source
    from covid_model.serving import CaseResult


class Tally:
    """Counts of the files that are done."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.files = self.read = self.unforeseen = 0

    def add(self, result: "CaseResult") -> None:
        """Count one file."""
        from covid_model.serving.diagnosis import UNFORESEEN

        self.files += 1
        self.statuses[result.status] += 1
        self.read += result.radiograph is not None
        self.unforeseen += getattr(result.reason, "template", "") == UNFORESEEN

    def counts(self) -> str:
        """How many files have each status."""
        return ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))

    def progress(self, sources: "Sequence[Source]", table: Path | None) -> str:
        """Say how many files are done and which are next, for whoever goes on with the others.

        Args:
            sources: all files of the batch, in order.
            table: where the rows are, None for the standard output.
        """
        where = f"with their rows in {table or 'the table'}"
        if self.files == len(sources):
            return f"all {self.files} files are done, {where}."
        after = len(sources) - self.files - 1
        comes, following = ("come", f" and the {after} after it") if after else ("comes", "")
        return (
            f"{self.files} of {len(sources)} files are done, {where}; "
            f"next {comes} {sources[self.files].name}{following}."
        )
