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
        value, interval = row.get(key), row.get(f"{key}_interval")
        if value is None or interval is None:
            return self.value(value, unit)
        low, high = (self._scaled(end, unit) for end in interval)
        return f"{self.value(value, unit)} ({self.between(low, high)})"

    def _scaled(self, value: float, unit: Unit) -> str:
        return self.written(unit.scale * value, unit.spec)
