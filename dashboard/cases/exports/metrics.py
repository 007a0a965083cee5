"""Table of a case's metrics, and the facts about its file, run and weights."""

from covid_model.common.architectures import ARCHITECTURES, title_of
from covid_model.common.classes import TITLES
from covid_model.imaging.preprocessing import EQUALIZED, LUNGS
from covid_model.runs import ModelInfo
from covid_model.serving.classifier import Prediction
from covid_model.serving.decision import looks_lateral
from dashboard.cases.exports.case import ExportedCase
from dashboard.components import text
from dashboard.i18n.translate import number, t

Table = tuple[str, tuple[tuple[str, ...], ...]]  # heading, then rows; the first has the headings


def metrics_table(exported: ExportedCase) -> Table:
    """One row a network, last their mean; why alone where the file is withheld."""
    if exported.result.withheld:
        lateral = looks_lateral(exported.result.predictions)
        return _lateral(exported) if lateral else _novelty(exported)
    if not exported.named_predictions:
        return "", ()
    return _heading(exported), (_headings(), *_rows(exported))


def _headings() -> tuple[str, ...]:
    classes = (t(title) for title in TITLES.values())
    return t("Network"), *classes, t("Answers from"), t("Novelty (limit 1)"), t("Predicted")


def _rows(exported: ExportedCase) -> list[tuple[str, ...]]:
    return [
        (
            t(title_of(prediction.model)),
            *(text.percent(float(value)) for value in prediction.probabilities),
            text.percent(prediction.threshold),
            _novelty_of(prediction),
            t(TITLES[prediction.predicted]),
        )
        for prediction in exported.result.reported
    ]


def _heading(exported: ExportedCase) -> str:
    """Say which figures are calibrated."""
    scores = [
        ARCHITECTURES[prediction.model]
        for prediction in exported.named_predictions
        if not prediction.calibrated
    ]
    if not scores:
        return t("Calibrated probability of each class")
    if len(scores) == len(exported.named_predictions):
        return t("Score of each class, not calibrated")
    return t(
        "Calibrated probability of each class; a score of {networks}, not calibrated",
        networks=", ".join(scores),
    )


def _novelty(exported: ExportedCase) -> Table:
    """How far the picture is from what each network knows; no class is named."""
    rows = [
        (ARCHITECTURES[prediction.model], _novelty_of(prediction), number(1))
        for prediction in exported.result.predictions
    ]
    heading = t("Novelty: distance from the radiographs that a network knows")
    return heading, ((t("Network"), t("Novelty"), t("Limit")), *rows)


def _lateral(exported: ExportedCase) -> Table:
    """How much the picture looks like a lateral view to each network; no class is named."""
    rows = [
        (ARCHITECTURES[one.model], _score(one.lateral), _score(one.lateral_threshold))
        for one in exported.result.predictions
    ]
    heading = t("Score of a lateral view")
    return heading, ((t("Network"), heading, t("Refused from")), *rows)


def _score(value: float | None) -> str:
    return "–" if value is None else number(value)


def _novelty_of(prediction: Prediction) -> str:
    return "–" if prediction.novelty is None else number(prediction.novelty)


def facts(exported: ExportedCase) -> tuple[tuple[str, str], ...]:
    """What the case rests on, name with value: sample, run, weights, preprocessing."""
    rows = []
    if exported.sample:
        rows.append((t("Sample"), t(exported.sample)))
    if exported.sha256:
        rows.append((t("SHA-256 of the file"), exported.sha256))
    title = str(exported.run.info.get("title") or exported.run.name)
    rows.append((t("Run"), f"{title} ({exported.run.name})"))
    if exported.profile:
        adjusted = t("{name}: adjusts the probabilities, not the networks", name=exported.profile)
        rows.append((t("Profile"), adjusted))
    weights = [
        f"{info.title} {info.weights_format} {digests.get('model.tflite', '')[:16]}"
        for info, digests in zip(exported.model_infos, exported.weights, strict=True)
    ]
    if weights:
        side = exported.model_infos[0].input_shape[1]
        rows.append((t("Weights, SHA-256"), ", ".join(weights)))
        rows.append(
            (
                t("Preprocessing"),
                t(
                    "resized to {side} x {side} pixels without keeping the aspect ratio; grey in "
                    "three channels, range [0, 1]",
                    side=side,
                ),
            )
        )
    for info in exported.model_infos:
        if info.preprocessing:
            title = t("Preprocessing for {network}", network=info.title)
            rows.append((title, _preprocessing(info)))
    return tuple(rows)


def _preprocessing(info: ModelInfo) -> str:
    """What else happens to a picture before a network sees it."""
    words = []
    if info.preprocessing.get("view") == LUNGS:
        words.append(t("cut to the lungs where they are found"))
    if info.preprocessing.get("greys") == EQUALIZED:
        words.append(t("greys equalised"))
    return ", ".join(words)
