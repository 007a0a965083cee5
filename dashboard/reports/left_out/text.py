"""Text of the section on groups left out of training."""

from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.runs.notes import LABELS
from covid_model.runs.report_schema import LeftOutGroup, LeftOutReport
from dashboard.components.formatting import value
from dashboard.components.text import percent, plain
from dashboard.i18n.translate import t

SECTION = Message("On hospitals that it has not seen")
EXPLAINED = Message(
    "{groups} groups of images, such as hospitals, were left out of training in turn; each was "
    "then judged by a network that had seen none of it: {images:,} images of {patients:,} "
    "patients. AUROC and recall are of the probabilities as they are served. Answers are by "
    "temperature and threshold fitted on the other groups; there every class counts the same, and "
    "a patient once in it."
)
SETS = Message(
    "Where {network} cannot tell, it names the classes that it leaves open. Fitted likewise, these "
    "held the truth for {coverage} of the images ({wanted} wanted) and were {size} of three on "
    "average; by class: {listed}."
)
FEW = Message("A star marks rows with too few images or patients to say anything.")
NOT_ON_RECORD = Message("not on record")
KINDS = {
    "left_out": Message("Left out"),
    "source": Message("Source"),
    "label_quality": Message("Label by"),
}


def explained(report: LeftOutReport) -> str:
    """Say what was left out, with how the answers were judged."""
    counts = {key: report[key] for key in ("groups", "images", "patients")}
    return t(EXPLAINED, **counts)


def sets(report: LeftOutReport, *, network: str) -> str:
    """Say how often the classes that a network leaves open hold the truth."""
    crossed = report["cross_fitted"]
    listed = ", ".join(
        f"{t(TITLES[row['class']])} {percent(row['coverage'])}" for row in crossed["per_class"]
    )
    return t(
        SETS,
        network=network,
        coverage=percent(crossed["coverage"]),
        wanted=percent(crossed["wanted_coverage"], 0),
        size=value({"size": crossed["size"]}, "size", digits=2),
        listed=listed,
    )


def group(row: LeftOutGroup, *, kind: str) -> str:
    """Name a group of a kind, with a star where it is small."""
    name = LABELS.get(row["group"], "") if kind == "label_quality" else ""
    return t(plain(name or row["group"]) or NOT_ON_RECORD) + (" *" if row["few"] else "")
