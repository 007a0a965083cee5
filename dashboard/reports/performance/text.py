"""Text of the performance section: intervals, prevalence, subgroups, comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message, in_words
from covid_model.runs import Run
from covid_model.runs.notes import INTERVALS, LABELS
from covid_model.runs.report_schema import Comparison, GroupRow, PairRow, Report
from dashboard.components.formatting import count
from dashboard.components.text import NO_BREAK, NOTHING, percent, plain
from dashboard.i18n.translate import number, t

SIGNIFICANT = 0.05
GROUPS = {
    "source": Message("Source"),
    "label_quality": Message("Label by"),
    "view": Message("View"),
    "sex": Message("Sex"),
    "age": Message("Age (years)"),
    "size": Message("Size"),
}
NOT_ON_RECORD = Message("not on record")
CALIBRATE = "python train_models.py --data DIR --recipe calibrate --run {folder} --out NEW"
AREAS = {"auroc": Message("AUROC"), "average_precision": Message("AP")}
NEEDED = {
    "intervals": Message("intervals"),
    "curves": Message("ROC with precision-recall curves"),
    "groups": Message("groups of images"),
}
GROUPS_TITLE = Message("Groups of images")
PREVALENCE_TITLE = Message("Where a class is rarer, or more common")
PREVALENCE_HELP = Message(
    "The share of images that show the class, where the network would be used. It is set for each "
    "class against the rest."
)
PREVALENCE = Message(
    "PPV is the share of right ones among the images that get the class, NPV that among the images "
    "that do not. They are computed from this report's sensitivity and specificity by Bayes' rule, "
    "so they hold only where the network does as well as on the test images."
)
CARRIED = Message(
    "The range in brackets carries both 95 % intervals through: from the lower ends of both to the "
    "upper ends of both."
)
RECALL = Message("Recall stands with the number of images of its class.")
MCNEMAR = Message(
    "Both networks judge the same images; McNemar's exact test looks only at those that one of "
    "them names rightly, the other wrongly. Points are percentage points of accuracy, the first "
    "network's less the second's."
)


def interval_note(report: Report) -> str:
    """Say what the ranges in brackets are, "" where the report has none."""
    intervals = report.get("intervals")
    if not intervals:
        return ""
    return t(
        INTERVALS.page,
        level=percent(intervals["level"], 0),
        method=plain(t(intervals["method"])),
        replicates=intervals["replicates"],
    )


def images(report: Report) -> dict[str, str]:
    """Count the test images with their patients, where these are known; by heading."""
    counts, unknown = {key: report[key] for key in ("images", "patients")}, _unknown(report)
    if unknown == report["images"] > 0:
        return {t("Test images, patients unknown"): t("{images:,}", images=report["images"])}
    title = t("Test images (patients)")
    if not unknown:
        return {title: t("{images:,} ({patients:,})", **counts)}
    words = t("{images:,} ({patients:,}; {unknown:,} unknown)", **counts, unknown=unknown)
    return {title: words}


def patients(row: GroupRow) -> str:
    """Count the patients of a group, a dash where all are unknown."""
    return NOTHING if _unknown(row) == row["images"] > 0 else count(row["patients"])


def _unknown(row: Report | GroupRow) -> int:
    """How many images there are of unknown patients."""
    unknown = row.get("patients_unknown")
    return unknown["images"] if unknown else 0


def remake(run: Run) -> str:
    """Say what writes a run's files again."""
    if not run.servable_models:
        return t("it keeps no models, so only training it again with this version writes them.")
    return t(
        "`{command}` writes it anew.", command=CALIBRATE.format(folder=run.name.replace("`", "'"))
    )


def missing(run: Run, report: Report | None, comparison: Comparison | None) -> str:
    """Say in one sentence what an older run lacks, "" where nothing is missing.

    Args:
        run: the run.
        report: of one of its networks, None where it cannot be read.
        comparison: of its networks, None where there is none.
    """
    lacking = [words for key, words in NEEDED.items() if report and key not in report]
    if comparison is None and len(run.models) > 1:
        lacking.append(Message("comparisons of networks"))
    if not lacking:
        return ""
    return t(
        "This run was made before {lacking} were reported: {remedy}",
        lacking=in_words(lacking),
        remedy=remake(run),
    )


def named(rows: Sequence[GroupRow], *, kind: str) -> list[GroupRow]:
    """The rows of one kind of group under the names that people know them by."""
    if kind != "label_quality":
        return list(rows)
    return [{**row, "group": LABELS.get(row["group"], row["group"])} for row in rows]


def group(row: GroupRow) -> str:
    """Name a group of images."""
    return t(plain(str(row["group"])) or NOT_ON_RECORD)


def few(rows: Sequence[GroupRow]) -> str:
    """Warn of the groups that are too small, "" where there is none."""
    small = [group(row) for row in rows if row["few"]]
    if not small:
        return ""
    return t(
        "Too few images or patients to say anything of: {groups}. Their rows have a star, their "
        "marks are hollow.",
        groups=", ".join(small),
    )


def groups_alt(rows: Sequence[GroupRow]) -> str:
    """List each group's figures, for screen readers."""
    listed = "; ".join(
        f"{t(row['group'] or NOT_ON_RECORD)} {percent(row['accuracy'])}, "
        f"{percent(row['macro_recall'])}"
        for row in rows
    )
    return t("Accuracy, then macro recall, of each group: {listed}", listed=listed)


def curves_alt(report: Report, *, kind: str, area: str) -> str:
    """Give the area under each class's curve, for screen readers.

    Args:
        report: with "per_class".
        kind: the curves' name.
        area: key of ``AREAS``.
    """
    rows: Sequence[Mapping[str, Any]] = report["per_class"]
    listed = ", ".join(
        f"{t(TITLES[row['class']])} {t(AREAS[area])} {number(row[area], 3)}"
        for row in rows
        if row.get(area) is not None
    )
    return t("{kind} curve of each class: {listed}", kind=kind, listed=listed)


def p_value(p: float) -> str:
    """Format a p value."""
    return f"<{NO_BREAK}{number(0.001, 3)}" if p < 0.001 else number(p, 3)


def pair(row: PairRow) -> str:
    """Say in words which of two networks is right more often, or that chance may explain it."""
    first, second = (ARCHITECTURES.get(name, name) for name in row["networks"])
    if row["only_first"] == row["only_second"]:
        return t("{first} and {second} are right equally often.", first=first, second=second)
    ahead, behind = (first, second) if row["only_first"] > row["only_second"] else (second, first)
    if row["p_value"] < SIGNIFICANT:
        return t(
            "{ahead} is right more often than {behind}; chance alone hardly does that.",
            ahead=ahead,
            behind=behind,
        )
    return t(
        "{ahead} is ahead of {behind}, by no more than chance may do.", ahead=ahead, behind=behind
    )


NOISY_SOURCE = "nih-chestxray8"
NOISY = Message(
    "NIH's labels were mined from text reports and are noisy: a share of what counts as wrong in "
    "nih-chestxray8 is an error of the label."
)


def noisy(report: Report) -> str:
    """Say that labels are noisy where the report counts such images, else ""."""
    sources = {row["group"] for row in report.get("groups", {}).get("source", ())}
    return t(NOISY) if NOISY_SOURCE in sources else ""
