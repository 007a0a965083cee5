"""Section of a model card on groups left out of training."""

from covid_model.common.architectures import title_of
from covid_model.common.classes import TITLES
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.markdown import number, percent, table, with_interval
from covid_model.runs.report_schema import (
    Answered,
    LeftOutClass,
    LeftOutFigures,
    LeftOutGroup,
    LeftOutReport,
)

HEADING = "On hospitals that it has not seen"
FEW = " (too few to say)"
EXPLAINED = (
    "{groups} groups of images, such as hospitals, were left out of training in turn; each was "
    "then judged by a network that had seen none of it: {images} images of {patients} patients. "
    "AUROC and recall are of the probabilities as they are served. Answers are by temperature and "
    "threshold fitted on the other groups; there every class counts the same, and a patient once "
    "in it. In brackets: 95 % intervals over patients."
)


def left_out_section(facts: RunFacts) -> str:
    """Give the metrics of every network, and of their mean, on groups left out; "" without any."""
    known = {
        str(title_of(name)): report["left_out"]
        for name, report in facts.reported.items()
        if "left_out" in report
    }
    if not known:
        return ""
    first = next(iter(known.values()))
    networks = [
        {
            "Network": title,
            "AUROC, mean": with_interval(report, "auroc_macro", share=False) or "–",
            "Macro recall": with_interval(report, "macro_recall") or "–",
            **_figures(report, report["cross_fitted"]),
        }
        for title, report in known.items()
    ]
    parts = [EXPLAINED.format(**first), table(networks)]
    for title, report in known.items():
        rows = [_group(kind, row) for kind, rows in report["by"].items() for row in rows]
        parts += [f"### {title} by group", _fitted(report), table(rows)]
    return "\n\n".join(parts)


def _fitted(report: LeftOutReport) -> str:
    """Say what the answers and the sets of plausible classes are worth."""
    crossed, fitted = report["cross_fitted"], report.get("fitted")
    listed = ", ".join(
        f"{TITLES[row['class']]} {percent(row['coverage'])}" for row in crossed["per_class"]
    )
    served = (
        f"At the threshold that it is served with, {percent(fitted['threshold'])}, "
        f"{percent(fitted['answered'])} of all groups together are answered, "
        f"{percent(fitted['right'])} of these rightly. "
        if fitted
        else ""
    )
    return (
        f"{served}The classes left open where it cannot tell, fitted on the other groups, hold the "
        f"truth for {percent(crossed['coverage'])} ({percent(crossed['wanted_coverage'])} wanted) "
        f"and are {number(crossed['size'], 2)} of three on average; by class: {listed}."
    )


def _group(kind: str, row: LeftOutGroup) -> dict[str, str]:
    return {
        "By": kind.replace("_", " "),
        "Group": (row["group"] or "not on record") + (FEW if row["few"] else ""),
        "Images (patients)": f"{row['images']} ({row['patients']})",
        **_figures(row, row),
    }


def _figures(row: LeftOutFigures, answers: Answered) -> dict[str, str]:
    classes = {entry["class"]: entry for entry in row["per_class"]}
    return {
        **{
            f"AUROC {TITLES[name]}": with_interval(entry, "auroc", share=False) or "–"
            for name, entry in classes.items()
        },
        **{f"Recall {TITLES[name]}": _recall(entry) for name, entry in classes.items()},
        "Answered": with_interval(answers, "answered") or "–",
        "Right of these": with_interval(answers, "right") or "–",
    }


def _recall(row: LeftOutClass) -> str:
    """Write the recall of one class with how many images of it there are."""
    return f"{with_interval(row, 'recall')} of {row['images']}" if row["images"] else "–"
