"""Values with their intervals as text, in the style of a page or of a model card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from covid_model.common.metrics import Unit


@dataclass(frozen=True)
class ValueFormat:
    """How a page or a file writes values.

    Attributes:
        undefined: what stands where there is no value.
        percent: the percent sign with the space before it.
        written: formats a number as Python does, in the signs of a language.
        between: writes the two ends of an interval.
    """

    undefined: str
    percent: str
    written: Callable[[float, str], str]
    between: Callable[[str, str], str]

    def value(self, value: float | None, unit: Unit) -> str:
        """Write a value without interval."""
        if value is None:
            return self.undefined
        return self._scaled(value, unit) + (self.percent if unit.percent else "")

    def with_interval(self, row: Mapping[str, Any], key: str, unit: Unit) -> str:
        """Write a value with its interval where the row has one.

        Args:
            row: of a report, with ``key`` and ``<key>_interval``; either may be missing.
            key: of the value.
            unit: of the value.
        """
        value, ends = self.value(row.get(key), unit), self.interval(row, key, unit)
        return f"{value} ({ends})" if ends and row.get(key) is not None else value

    def interval(self, row: Mapping[str, Any], key: str, unit: Unit) -> str:
        """Write the interval of a value alone, "" where the row has none."""
        ends = row.get(f"{key}_interval")
        return self.between(*(self._scaled(end, unit) for end in ends)) if ends else ""

    def _scaled(self, value: float, unit: Unit) -> str:
        return self.written(unit.scale * value, unit.spec)
