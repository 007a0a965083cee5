"""Table of misclassified images, where their pictures are not at hand."""

from collections.abc import Iterable

from covid_model.common.classes import TITLES
from dashboard.components.csv_export import Rows
from dashboard.components.text import percent, plain, titles
from dashboard.i18n.translate import t
from dashboard.reports.errors.misclassified import Mistake
from dashboard.reports.errors.text import NO_VIEW


def mistakes(wrong: Iterable[Mistake]) -> Rows:
    """Return one row a mistake: its class, what it was taken for, the scores, where it is from."""
    return [
        {
            t("Truth"): t(TITLES[mistake.truth]),
            t("Taken for"): t(TITLES[mistake.predicted]),
            **{title: percent(x) for title, x in zip(titles(), mistake.scores, strict=True)},
            t("Source"): plain(mistake.source),
            t("View"): plain(mistake.view) or t(NO_VIEW),
            t("File"): plain(mistake.original or mistake.path),
        }
        for mistake in wrong
    ]
