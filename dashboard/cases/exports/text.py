"""The text of a case's exports, in the language of the page."""

from dataclasses import dataclass

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.disclaimer import NAME, NOTICE
from covid_model.serving.classifier import Prediction
from dashboard.cases import outcome_text
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.metrics import Table, facts, metrics_table
from dashboard.cases.lung_occlusion import wording as lung_occlusion_text
from dashboard.components import text
from dashboard.i18n.translate import current, t


@dataclass(frozen=True)
class CaseText:
    """The text of the exports; made while the page is drawn, as only then the language is known.

    Attributes:
        language: of all the others, such as "pt-BR".
        notice: the one sentence on every file.
        title: of the page.
        labels: short words by what they stand for.
        outcome: answer, can't tell or refused.
        explanation: sentences below it.
        doubt: why not to trust it, "" where nothing is known against it.
        metrics: heading of the table, then its rows, the first row its headings.
        captions: of the radiograph, then of each overlay.
        notes: sentences below the pictures.
        facts: what the case rests on, name with value.
    """

    language: str
    notice: str
    title: str
    labels: dict[str, str]
    outcome: str
    explanation: str
    doubt: str
    metrics: Table
    captions: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def text_of(exported: ExportedCase) -> CaseText:
    """Say a case in the visitor's language; cheap, as it is done whenever the page is drawn."""
    return CaseText(
        language=current().replace("_", "-"),
        notice=t(NOTICE),
        title=t("{name}: one case", name=NAME),
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
        outcome=_outcome(exported),
        explanation=_explanation(exported),
        doubt=t(lung_occlusion_text.HARDLY) if exported.hardly_changes else "",
        metrics=metrics_table(exported),
        captions=(
            t("Picture") if exported.result.status == "refused" else t("Radiograph"),
            *(caption(prediction) for prediction in exported.named_predictions),
        ),
        notes=_notes(exported),
        facts=facts(exported),
    )


def caption(prediction: Prediction) -> str:
    """Say whose map of which class a picture shows, with the figure of that class."""
    figure = text.percent(prediction.score)
    title, network = t(TITLES[prediction.predicted]), ARCHITECTURES[prediction.model]
    if prediction.profile:
        return t(
            "{network}: area of attention for {title}, calibrated probability {figure} by the "
            "profile {profile}",
            network=network,
            title=title,
            figure=figure,
            profile=prediction.profile,
        )
    if prediction.calibrated:
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


def _outcome(exported: ExportedCase) -> str:
    status = exported.result.status
    if status == "refused":
        return t("Refused: no class is named")
    if status == "uncertain":
        return t("Can't tell")
    together = exported.result.together
    deciding = exported.named_predictions if together is None else (together,)
    title = t(TITLES[deciding[0].predicted])
    if status == "uncalibrated":
        return t("Predicted, without a threshold: {title}", title=title)
    return t("Answer: {title}", title=title)


def _explanation(exported: ExportedCase) -> str:
    """Why there is no answer, or who gives it and what is not known of it."""
    result = exported.result
    if result.status in ("uncertain", "refused"):
        return exported.unnamed(t(result.reason))
    return f"{_answered_by(exported)} {t(result.reason)}".rstrip()


def _answered_by(exported: ExportedCase) -> str:
    result = exported.result
    if len(exported.named_predictions) == 1:
        return t("By {network} alone.", network=ARCHITECTURES[exported.named_predictions[0].model])
    agreement = text.agreement(
        {prediction.model: prediction.predicted for prediction in exported.named_predictions}
    )
    if result.together is None:
        return agreement
    return f"{outcome_text.together(result.together)} {agreement}"


def _notes(exported: ExportedCase) -> tuple[str, ...]:
    """What to think of the maps, then what becomes of the answer without the lungs."""
    if not exported.named_predictions:
        return ()
    notes = [
        t(
            "An area of attention is no finding and no proof that the reason was a right one. "
            "Each map is scaled to its own maximum."
        )
    ]
    if len(exported.named_predictions) > 1:
        notes.append(t("Agreement is not proof: the networks learned from the same images."))
    if any(prediction.calibrated for prediction in exported.named_predictions):
        notes.append(
            t(
                "A calibrated probability holds for images like those that it was fitted on; "
                "elsewhere it does not."
            )
        )
    if exported.outlined_lungs is not None:
        notes.append(t("The line is what a small network took for the edge of the lungs."))
    if exported.without_lungs is not None:
        occlusion = exported.without_lungs
        notes.append(lung_occlusion_text.compared(occlusion))
        notes.append(lung_occlusion_text.share(occlusion, occlusion.prediction.predicted))
    return tuple(filter(None, notes))
