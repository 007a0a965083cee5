"""The figures of a case with what they rest on, as rows of words."""

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.serving.classifier import Prediction
from dashboard.cases.exports.case import Content
from dashboard.components import text
from dashboard.i18n.translate import number, t

Table = tuple[str, tuple[tuple[str, ...], ...]]  # heading, then rows; the first has the headings


def figures(content: Content) -> Table:
    """One row a network: its probabilities, or its novelty alone where the file is withheld."""
    if content.diagnosis.withheld:
        return _novelty(content)
    if not content.shown:
        return "", ()
    return _heading(content), (_headings(), *_rows(content))


def _headings() -> tuple[str, ...]:
    classes = (t(title) for title in TITLES.values())
    return t("Network"), *classes, t("Answers from"), t("Novelty (limit 1)"), t("Predicted")


def _rows(content: Content) -> list[tuple[str, ...]]:
    return [
        (
            ARCHITECTURES[one.model],
            *(text.percent(float(value)) for value in one.probabilities),
            text.percent(one.threshold),
            _novelty_of(one),
            t(TITLES[one.predicted]),
        )
        for one in content.shown
    ]


def _heading(content: Content) -> str:
    """Say which figures are calibrated."""
    scores = [ARCHITECTURES[one.model] for one in content.shown if not one.calibrated]
    if not scores:
        return t("Calibrated probability of each class")
    if len(scores) == len(content.shown):
        return t("Score of each class, not calibrated")
    return t(
        "Calibrated probability of each class; a score of {networks}, not calibrated",
        networks=", ".join(scores),
    )


def _novelty(content: Content) -> Table:
    """How far the picture is from what each network knows; no class is named."""
    rows = [
        (ARCHITECTURES[one.model], _novelty_of(one), number(1))
        for one in content.diagnosis.predictions
    ]
    heading = t("Novelty: distance from the radiographs that a network knows")
    return heading, ((t("Network"), t("Novelty"), t("Limit")), *rows)


def _novelty_of(one: Prediction) -> str:
    return "–" if one.novelty is None else number(one.novelty)


def facts(content: Content) -> tuple[tuple[str, str], ...]:
    """What the case rests on, name with value: sample, run, weights, preprocessing."""
    found = []
    if content.sample:
        found.append((t("Sample"), t(content.sample)))
    if content.sha256:
        found.append((t("SHA-256 of the file"), content.sha256))
    title = str(content.run.info.get("title") or content.run.name)
    found.append((t("Run"), f"{title} ({content.run.name})"))
    weights = [
        f"{info.title} {info.weights_format} {digests.get('model.tflite', '')[:16]}"
        for info, digests in zip(content.infos, content.weights, strict=True)
    ]
    if weights:
        side = content.infos[0].input_shape[1]
        found.append((t("Weights, SHA-256"), ", ".join(weights)))
        found.append(
            (
                t("Preprocessing"),
                t(
                    "resized to {side} x {side} pixels without keeping the aspect ratio; grey in "
                    "three channels, range [0, 1]",
                    side=side,
                ),
            )
        )
    return tuple(found)
