"""The words of a case's files, in the language of the page that offers them."""

from dataclasses import dataclass

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.disclaimer import NOTICE
from covid_model.serving.classifier import Prediction
from dashboard.cases import lung_occlusion_text
from dashboard.cases.exports.case import Content
from dashboard.cases.exports.figures import Table, facts, figures
from dashboard.components import text
from dashboard.i18n.translate import current, t


@dataclass(frozen=True)
class Words:
    """What is printed; made while the page is drawn, as only then the language is known.

    Attributes:
        language: of all the others, such as "pt-BR".
        notice: the one sentence on every file.
        title: of the page.
        labels: short words by what they stand for.
        outcome: answer, can't tell or refused.
        said: sentences below it.
        doubt: why not to trust it, "" where nothing is known against it.
        figures: heading of the table, then its rows, the first row its headings.
        captions: of the radiograph, then of each overlay.
        notes: sentences below the pictures.
        facts: what the case rests on, name with value.
    """

    language: str
    notice: str
    title: str
    labels: dict[str, str]
    outcome: str
    said: str
    doubt: str
    figures: Table
    captions: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def words_of(content: Content) -> Words:
    """Say a case in the visitor's language; cheap, as it is done whenever the page is drawn."""
    return Words(
        language=current().replace("_", "-"),
        notice=t(NOTICE),
        title=t("Chest radiograph triage: one case"),
        labels={
            "file": t("File"),
            "date": t("Written"),
            "reading": t("The reader's own reading"),
            "replaced": t("A character that this page lacks is shown as ?."),
            "picture": t("The file could not be read as a radiograph: there is no picture."),
            "cold": t("0: nothing"),
            "hot": t("1: the strongest of each map"),
            "versions": t("Versions"),
        },
        outcome=_outcome(content),
        said=_said(content),
        doubt=t(lung_occlusion_text.HARDLY) if content.hardly_changes else "",
        figures=figures(content),
        captions=(
            t("Radiograph") if not content.diagnosis.withheld else t("Picture"),
            *(caption(one) for one in content.shown),
        ),
        notes=_notes(content),
        facts=facts(content),
    )


def caption(one: Prediction) -> str:
    """Say whose map of which class a picture shows, with the figure of that class."""
    figure = text.percent(one.score)
    title, network = t(TITLES[one.predicted]), ARCHITECTURES[one.model]
    if one.calibrated:
        return t(
            "{network}: area of attention for {title}, calibrated probability {figure}",
            network=network,
            title=title,
            figure=figure,
        )
    return t(
        "{network}: area of attention for {title}, score {figure}",
        network=network,
        title=title,
        figure=figure,
    )


def _outcome(content: Content) -> str:
    status = content.diagnosis.status
    if status == "refused":
        return t("Refused: no class is named")
    if status == "uncertain":
        return t("Can't tell")
    title = t(TITLES[content.shown[0].predicted])
    if any(one.threshold is None for one in content.shown):
        return t("Predicted, without a threshold: {title}", title=title)
    return t("Answer: {title}", title=title)


def _said(content: Content) -> str:
    """Why there is no answer, or who gives it."""
    diagnosis = content.diagnosis
    if diagnosis.status != "ok":
        return t(diagnosis.reason)
    if len(content.shown) == 1:
        return t("By {network} alone.", network=ARCHITECTURES[content.shown[0].model])
    return text.agreement({one.model: one.predicted for one in content.shown})


def _notes(content: Content) -> tuple[str, ...]:
    """What to think of the maps, then what becomes of the answer without the lungs."""
    if not content.shown:
        return ()
    notes = [
        t(
            "An area of attention is no finding and no proof that the reason was a right one. "
            "Each map is scaled to its own maximum."
        )
    ]
    if len(content.shown) > 1:
        notes.append(t("Agreement is not proof: the networks learned from the same images."))
    if any(one.calibrated for one in content.shown):
        notes.append(
            t(
                "A calibrated probability holds for images like those that it was fitted on; "
                "elsewhere it does not."
            )
        )
    if content.without_lungs is not None:
        found = content.without_lungs
        notes.append(lung_occlusion_text.compared(found))
        notes.append(lung_occlusion_text.share(found, found.prediction.predicted))
    return tuple(filter(None, notes))
