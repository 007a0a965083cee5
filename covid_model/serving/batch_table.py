"""Rows of a batch's table, safe to open in a spreadsheet."""

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.system.version import __version__
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult

COLUMNS = (
    *("file", "model", "status", "reason", "predicted", *SCORE_COLUMNS, "novelty", "seconds"),
    *("run", "version", "profile"),  # programs read columns by name: new ones come last
)
# As OWASP lists them for CSV injection, with the full width forms that some programs take too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXTS = ("file", "reason", "run")


def rows(result: CaseResult, *, run: str = "") -> list[dict[str, str]]:
    """Return the table's rows for one file by ``COLUMNS``: one a model, one alone if unreadable.

    What the networks say together is the last row. The status is the image's. No class is named
    where it is refused. Texts are ``defused``.

    Args:
        result: of the file.
        run: name of the run that was asked, where it is known.
    """
    common = {
        **dict.fromkeys(COLUMNS, ""),
        "file": result.name,
        "status": result.status,
        "reason": result.reason,
        "run": run,
        "version": __version__,
    }
    common |= {column: defused(common[column]) for column in TEXTS}
    return [
        {
            **common,
            "model": prediction.model,
            **({} if result.withheld else _answer(prediction)),
            "novelty": "" if prediction.novelty is None else f"{prediction.novelty:.3f}",
            "seconds": f"{prediction.seconds:.3f}",
            "profile": defused(prediction.profile),
        }
        for prediction in result.reported
    ] or [common]


def defused(words: str) -> str:
    """Put an apostrophe before words that a spreadsheet would run as a formula."""
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


def _answer(prediction: Prediction) -> dict[str, str]:
    pairs = zip(SCORE_COLUMNS, prediction.probabilities, strict=True)
    return {
        "predicted": prediction.predicted,
        **{column: f"{value:.6f}" for column, value in pairs},
    }
