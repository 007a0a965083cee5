"""Window of a DICOM file: one way to show its grey values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """One way that a DICOM file says to show its grey values.

    Attributes:
        name: the file's own word ("NORMAL", "HARDER") where it can be no person's, else a
            ``Message`` with its number.
        function: "LINEAR", "LINEAR_EXACT", "SIGMOID", or "TABLE" for a VOI LUT.
        center: in the values that the modality LUT gives; None of a table, as is ``width``.
        width: in the same values.
        table: place of a VOI LUT in its sequence.
    """

    name: str
    function: str
    center: float | None = None
    width: float | None = None
    table: int | None = None
