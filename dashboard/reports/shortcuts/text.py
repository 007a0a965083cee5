"""Text of the Shortcuts page: the checks of an audit and what they mean."""

from covid_model.common.audit_checks import CHECKS, CONDITIONS, GUESSED_AUROC
from covid_model.common.messages import Message, in_words
from covid_model.runs import Run
from covid_model.runs.audit_schema import Audit, SourceProbe
from covid_model.runs.notes import images_in_words
from covid_model.runs.report_schema import Report
from dashboard.components import formatting
from dashboard.components.text import percent
from dashboard.i18n.translate import t
from dashboard.reports.performance import text as performance_text

INTRODUCTION = Message("""
A network can be right for the wrong reason: by the scanner, the letters on the film or the
patient's age instead of the disease. Here parts of test images are hidden, and it is asked again.
""")
MASKS = Message(
    "The lungs were outlined by a small network. Its outlines are of limited quality on children's "
    "radiographs, so that what is said of lungs holds only roughly there."
)
EXPLAINED = Message(
    "Hidden parts get the mean grey of what stays. With the lungs hidden, or the border alone, "
    "little is left that shows a class: a network that looks at the lungs should come close to "
    "chance. Unchanged is the share of images that keep the class of the untouched image."
)
PROBE = Message(
    "A linear classifier was asked for the source of each image, given only what the network's "
    "last convolution sees. The better it does, the easier the network could name the source "
    "instead of the class."
)
NO_PROBE = Message("The source was not probed: fewer than two sources have enough patients.")
BY_SOURCE = Message(
    "Training images by source and class. Cramér's V is 0 where the source says nothing of the "
    "class, 1 where it gives the class away."
)


def missing(run: Run) -> str:
    """Say why a run has no audit, with what to do."""
    if not run.servable_models:
        return t(
            "This run holds reports only, and an audit asks the network itself: train the run "
            "again with its models, or choose another."
        )
    return t(
        "This run was made before networks were audited: {remedy}",
        remedy=performance_text.remake(run),
    )


def basis(audit: Audit) -> str:
    """Say which images an audit rests on."""
    images = t(
        "{images:,} test images of {patients:,} patients.",
        images=audit["images"],
        patients=audit["patients"],
    )
    if audit.get("patients_unknown"):
        images = t("{images}.", images=images_in_words(audit))
    left_out = audit.get("without_mask")
    if not left_out or not _lungs_known(audit):
        return images
    more = t("{count:,} more are left out: no outline of the lungs was found.", count=left_out)
    return f"{images} {more}"


def mask_note(audit: Audit) -> str:
    """Say how far the lungs' outlines can be trusted, or that there are none."""
    if _lungs_known(audit):
        return t(MASKS)
    return t("No outlines of lungs were at hand: nothing was tried with the lungs hidden or alone.")


def verdict(audit: Audit) -> str:
    """Name what no check found, for an audit in which none failed."""
    return t(
        "No check failed: {checks}. That is no proof that the network reads the lungs; it means "
        "that these checks found no other way.",
        checks=in_words([CHECKS[name].title for name in checked(audit)]),
    )


def guessing(audit: Audit, report: Report | None) -> str:
    """Say what a network that guesses reaches, and why no check can tell anything of it."""
    rows = {row["condition"]: row for row in audit["conditions"]}
    return t(
        "On untouched images its macro recall is {recall}, guessing reaches {chance}; its AUROC on "
        "the test images is {auroc}, guessing reaches {half}. A network that knows nothing has "
        "nothing to lose with parts hidden, so that it passes every check.",
        recall=formatting.share(rows.get("untouched", {}), "macro_recall"),
        chance=percent(audit["chance"]),
        auroc=formatting.value(report or {}, "auroc_macro"),
        half=formatting.number(GUESSED_AUROC, 1),
    )


def checked(audit: Audit) -> list[str]:
    """Return the names of the checks that were made."""
    conditions = {row["condition"] for row in audit["conditions"]}
    made = conditions | {"label_by_source"} | ({"source_probe"} if audit["source_probe"] else set())
    return [name for name in CHECKS if name in made]


def failures(audit: Audit) -> str:
    """Say in plain words which checks failed, with what that means, as a list."""
    return "\n".join(
        f"- {t(CHECKS[name].failure, **_measured(audit, name))}" for name in audit["failed"]
    )


def _measured(audit: Audit, check: str) -> dict[str, str]:
    """The values that the words of a check take."""
    if check in CONDITIONS:
        return {"kept": _kept(audit, check)}
    probe = audit["source_probe"]
    if check == "source_probe" and probe is not None:
        return {
            "share": formatting.share(probe, "balanced_accuracy"),
            "chance": percent(probe["chance"]),
        }
    return {"v": formatting.number(audit["label_by_source"]["cramers_v"], 2)}


def _kept(audit: Audit, condition: str) -> str:
    rows = {row["condition"]: row for row in audit["conditions"]}
    return t(
        "reaches a macro recall of {recall}; untouched {untouched}, chance {chance}",
        recall=formatting.share(rows[condition], "macro_recall"),
        untouched=percent(rows["untouched"]["macro_recall"]),
        chance=percent(audit["chance"]),
    )


def _lungs_known(audit: Audit) -> bool:
    return any(row["condition"].startswith("lungs") for row in audit["conditions"])


def probe_alt(probe: SourceProbe) -> str:
    """Give the probe's figure beside chance, for screen readers."""
    return t(
        "The source is read off in {share}, chance is {chance}",
        share=percent(probe["balanced_accuracy"]),
        chance=percent(probe["chance"]),
    )


def conditions_alt(audit: Audit) -> str:
    """List accuracy with macro recall of each condition, for screen readers."""
    listed = "; ".join(
        f"{t(CONDITIONS[row['condition']].title)} {percent(row['accuracy'])}, "
        f"{percent(row['macro_recall'])}"
        for row in audit["conditions"]
    )
    return t("Accuracy, then macro recall: {listed}", listed=listed)
