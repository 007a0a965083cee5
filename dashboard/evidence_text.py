"""The words for what a report's figures rest on: intervals, prevalence, groups, comparisons."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.runs import ARCHITECTURES, Run
from covid_model.sentence import in_words
from dashboard.text import NO_BREAK, TITLES, percent, plain

SIGNIFICANT = 0.05
GROUPS = {"source": "Source", "view": "View", "sex": "Sex", "age": "Age (years)", "size": "Size"}
CALIBRATE = "python train_models.py --data DIR --recipe calibrate --run {folder} --out NEW"
AREAS = {"auroc": "AUROC", "average_precision": "AP"}
NEEDED = {
    "intervals": "intervals",
    "curves": "ROC with precision-recall curves",
    "groups": "groups of images",
}
PREVALENCE_TITLE = "Where a class is rarer, or more common"
PREVALENCE_HELP = (
    "The share of images that show the class, where the network would be used. It is set for each "
    "class against the rest."
)
PREVALENCE = (
    "PPV is the share of right ones among the images that get the class, NPV that among the images "
    "that do not. They are computed from this report's sensitivity and specificity by Bayes' rule, "
    "so they hold only where the network does as well as on the test images."
)
CARRIED = (
    "The range in brackets carries both 95 % intervals through: from the lower ends of both to the "
    "upper ends of both."
)
RECALL = "Recall stands with the number of images of its class."
MCNEMAR = (
    "Both networks judge the same images; McNemar's exact test looks only at those that one of "
    "them names rightly, the other wrongly. Points are percentage points of accuracy, the first "
    "network's less the second's."
)


def interval_note(report: Mapping[str, Any]) -> str:
    """Say what the ranges in brackets are, "" where the report has none."""
    found = report.get("intervals")
    if not found:
        return ""
    return (
        f"In brackets: {percent(found['level'], 0)} intervals ({found['method']}, "
        f"{found['replicates']:,} replicates)."
    )


def remake(run: Run) -> str:
    """Say what writes a run's files anew."""
    if not run.servable_models:
        return "it keeps no models, so only training it again with this version writes them."
    return f"`{CALIBRATE.format(folder=run.name)}` writes it anew."


def missing(
    run: Run, report: Mapping[str, Any] | None, comparison: Mapping[str, Any] | None
) -> str:
    """Say in one sentence what an older run lacks, "" where nothing is missing.

    Args:
        run: the run.
        report: of one of its networks, None where it cannot be read.
        comparison: of its networks, None where there is none.
    """
    lacking = [words for key, words in NEEDED.items() if report and key not in report]
    if comparison is None and len(run.models) > 1:
        lacking.append("comparisons of networks")
    if not lacking:
        return ""
    return f"This run was made before {in_words(lacking)} were reported: {remake(run)}"


def group(row: Mapping[str, Any]) -> str:
    """Name a group of images."""
    return plain(str(row["group"])) or "not on record"


def few(rows: Sequence[Mapping[str, Any]]) -> str:
    """Warn of the groups that are too small, "" where there is none."""
    small = [group(row) for row in rows if row["few"]]
    if not small:
        return ""
    return (
        f"Too few images or patients to say anything of: {', '.join(small)}. Their rows have a "
        "star, their marks are hollow."
    )


def groups_alt(rows: Sequence[Mapping[str, Any]]) -> str:
    """List each group's figures, for screen readers."""
    return "Accuracy, then macro recall, of each group: " + "; ".join(
        f"{row['group'] or 'not on record'} {percent(row['accuracy'])}, "
        f"{percent(row['macro_recall'])}"
        for row in rows
    )


def curves_alt(report: Mapping[str, Any], *, kind: str, area: str) -> str:
    """Give the area under each class's curve, for screen readers.

    Args:
        report: with "per_class".
        kind: the curves' name.
        area: key of ``AREAS``.
    """
    return f"{kind} curve of each class: " + ", ".join(
        f"{TITLES[row['class']]} {AREAS[area]} {row[area]:.3f}"
        for row in report["per_class"]
        if row.get(area) is not None
    )


def p_value(p: float) -> str:
    """Format a p value."""
    return f"<{NO_BREAK}0.001" if p < 0.001 else f"{p:.3f}"


def pair(row: Mapping[str, Any]) -> str:
    """Say in words which of two networks is right more often, or that chance may explain it."""
    first, second = (ARCHITECTURES.get(name, name) for name in row["networks"])
    if row["only_first"] == row["only_second"]:
        return f"{first} and {second} are right equally often."
    ahead, behind = (first, second) if row["only_first"] > row["only_second"] else (second, first)
    if row["p_value"] < SIGNIFICANT:
        return f"{ahead} is right more often than {behind}; chance alone hardly does that."
    return f"{ahead} is ahead of {behind}, by no more than chance may do."
