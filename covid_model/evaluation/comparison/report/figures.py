"""Tables and sentences on figures beside others, in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.common.architectures import title_of
from covid_model.common.classes import TITLES
from covid_model.common.metrics import POINTS, SHARE, VALUE, Unit
from covid_model.runs.model_card.markdown import FORMAT, number, table, with_interval

PARTS = {"test_part": "the run's own test part", "left_out": "the run's hospitals left out"}
TITLE = {
    "macro_recall": "Macro recall",
    "auroc_macro": "AUROC, macro",
    "ece": "Calibration error (ECE)",
    "answered": "Answered",
    "right": "Right of the answered",
    "log_loss": "Log loss",
    "accuracy": "Accuracy",
}
SIGNED = Unit(1, "+.3f")  # a difference of two values without a unit


def title_of_figure(figure: str) -> str:
    """What a figure is called, such as "Recall COVID-19"."""
    kind, _, name = figure.rpartition("_")
    heading = {"recall": "Recall", "auroc": "AUROC"}
    return TITLE.get(figure) or f"{heading[kind]} {TITLES[name]}"


def conclusion(row: Mapping[str, Any], where: str) -> str:
    """Say in a sentence whether a figure differs from another set's, and by how much.

    Args:
        row: of ``samples.differences``.
        where: what to call the other set.
    """
    unit, gap = _units(row["figure"])
    lead = (
        f"{title_of_figure(row['figure'])} is {FORMAT.value(row['own'], unit)} here, "
        f"{FORMAT.value(row['other'], unit)} on {where}"
    )
    difference, interval = row["difference"], row["difference_interval"]
    if difference is None or interval is None:
        return f"{lead}; there are too few patients to say whether they differ."
    points = " points" if gap is POINTS else ""
    low, high = (FORMAT.value(end, gap) for end in interval)
    known = f"by {FORMAT.value(difference, gap)}{points} (95 % interval {low} to {high})"
    if interval[0] <= 0 <= interval[1]:
        return f"{lead}. They differ {known}, which may be chance."
    return f"{lead}. They differ {known}: it is {'lower' if difference < 0 else 'higher'} here."


def beside_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table of ``samples.differences``."""
    return table([_cells(row, {"own": "Here", "other": "There"}) for row in rows])


def change_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table of ``before_after.before_and_after``."""
    return table([_cells(row, {"before": "Before", "after": "After"}) for row in rows])


def _cells(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    unit, gap = _units(row["figure"])
    points = " points" if gap is POINTS else ""
    difference = FORMAT.with_interval(row, "difference", gap)
    return {
        "Figure": title_of_figure(row["figure"]),
        **{title: FORMAT.with_interval(row, key, unit) or "–" for key, title in columns.items()},
        "Difference": f"{difference}{points}" if difference else "–",
    }


def _units(figure: str) -> tuple[Unit, Unit]:
    plain = figure.startswith("auroc") or figure == "log_loss"
    return (VALUE, SIGNED) if plain else (SHARE, POINTS)


def pairs_table(pairs: Sequence[Mapping[str, Any]]) -> str:
    """A table of ``models.compare_pairs``."""
    return table(
        [
            {
                "Networks": " less ".join(str(title_of(name)) for name in row["networks"]),
                "Accuracy": with_interval(row, "accuracy_difference"),
                "Only the first right": str(row["only_first"]),
                "Only the second right": str(row["only_second"]),
                "McNemar's exact p": number(row["p_value"]),
            }
            for row in pairs
        ]
    )
