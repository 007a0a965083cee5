"""The words for many files at once."""

from covid_model.common.messages import Sentence
from dashboard.components.text import STATUS
from dashboard.i18n.translate import t

KINDS = {**STATUS, "hidden": Sentence("not read yet"), "waiting": Sentence("waiting")}


def of_kind(kind: str) -> str:
    """Name the outcome of one file, or why none is shown."""
    return t(KINDS[kind])


def counted(kind: str, count: int) -> str:
    """Say how many files have an outcome."""
    if kind == "ok":
        return t("1 answer") if count == 1 else t("{count} answers", count=count)
    return {
        "uncertain": t("{count} can't tell", count=count),
        "refused": t("{count} refused", count=count),
        "hidden": t("{count} not read yet", count=count),
        "waiting": t("{count} waiting", count=count),
    }[kind]
