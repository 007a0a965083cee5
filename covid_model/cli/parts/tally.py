"""What of a batch is done: counts for its last line, or for the sentence of a stop."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from covid_model.cli.parts.job import Done
    from covid_model.imaging.archives import Source


class Tally:
    """Counts of the files that are done."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.files = self.read = self.unforeseen = 0

    def add(self, done: "Done") -> None:
        """Count one file."""
        self.files += 1
        self.statuses[done.rows[0]["status"]] += 1
        self.read += done.read
        self.unforeseen += done.unforeseen

    def merge(self, other: "Tally") -> None:
        """Count the files that another tally has."""
        self.statuses += other.statuses
        self.files += other.files
        self.read += other.read
        self.unforeseen += other.unforeseen

    def counts(self) -> str:
        """How many files have each status."""
        return ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))

    def progress(self, left: "Sequence[Source]", table: Path | None) -> str:
        """Say how many files are done and which are next, for whoever goes on with the others.

        Args:
            left: the files that are not done, in order.
            table: where the rows are, None for the standard output.
        """
        where = f"with their rows in {table or 'the table'}"
        if not left:
            return f"all {self.files} files are done, {where}."
        comes, following = "comes", ""
        if len(left) > 1:
            comes, following = "come", f" and the {len(left) - 1} after it"
        resume = " The same command with --resume goes on." if table else ""
        return (
            f"{self.files} of {self.files + len(left)} files are done, {where}; "
            f"next {comes} {left[0].name}{following}.{resume}"
        )
