"""The words of a case's files, in the language of the page that offers them."""

from dataclasses import dataclass

from covid_model.classes import TITLES
from covid_model.notice import NOTICE
from covid_model.runs import ARCHITECTURES
from covid_model.serving.classifier import Prediction
from dashboard import lungs_text, text
from dashboard.exports.content import Content
from dashboard.language import number, t

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Words:
    """What is printed; made while the page is drawn, as only then the language is known.

    Attributes:
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

    notice: str
    title: str
    labels: dict[str, str]
    outcome: str
    said: str
    doubt: str
    figures: tuple[str, tuple[tuple[str, ...], ...]]
    captions: tuple[str, ...]
    notes: tuple[str, ...]
    facts: Pairs


def words_of(content: Content) -> Words:
    """Say a case in the visitor's language; cheap, as it is done whenever the page is drawn."""
    return Words(
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
        doubt=t(lungs_text.HARDLY) if content.hardly_changes else "",
        figures=_withheld(content) if content.diagnosis.withheld else _figures(content),
        captions=(
            t("Radiograph") if not content.diagnosis.withheld else t("Picture"),
            *(caption(one) for one in content.shown),
        ),
        notes=_notes(content),
        facts=_facts(content),
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


def _figures(content: Content) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """One row a network: its class with its figures."""
    shown = content.shown
    if not shown:
        return "", ()
    headings = (t("Network"), *(t(title) for title in TITLES.values()))
    headings += (t("Answers from"), t("Novelty (limit 1)"), t("Predicted"))
    rows = tuple(
        (
            ARCHITECTURES[one.model],
            *(text.percent(float(value)) for value in one.probabilities),
            text.percent(one.threshold),
            "–" if one.novelty is None else number(one.novelty),
            t(TITLES[one.predicted]),
        )
        for one in shown
    )
    scores = [ARCHITECTURES[one.model] for one in shown if not one.calibrated]
    if not scores:
        heading = t("Calibrated probability of each class")
    elif len(scores) == len(shown):
        heading = t("Score of each class, not calibrated")
    else:
        heading = t(
            "Calibrated probability of each class; a score of {networks}, not calibrated",
            networks=", ".join(scores),
        )
    return heading, (headings, *rows)


def _withheld(content: Content) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """One row a network: how far the picture is from what it knows; no class is named."""
    rows = tuple(
        (ARCHITECTURES[one.model], "–" if one.novelty is None else number(one.novelty), number(1))
        for one in content.diagnosis.predictions
    )
    heading = t("Novelty: distance from the radiographs that a network knows")
    return heading, ((t("Network"), t("Novelty"), t("Limit")), *rows)


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
        notes.append(lungs_text.compared(found))
        notes.append(lungs_text.share(found, found.prediction.predicted))
    return tuple(filter(None, notes))


def _facts(content: Content) -> Pairs:
    """What the case rests on: sample, run, weights, preprocessing."""
    facts = []
    if content.sample:
        facts.append((t("Sample"), content.sample))
    if content.sha256:
        facts.append((t("SHA-256 of the file"), content.sha256))
    title = str(content.run.info.get("title") or content.run.name)
    facts.append((t("Run"), f"{title} ({content.run.name})"))
    weights = [
        f"{info.title} {info.weights_format} {digests.get('model.tflite', '')[:16]}"
        for info, digests in zip(content.infos, content.weights, strict=True)
    ]
    if weights:
        side = content.infos[0].input_shape[1]
        facts.append((t("Weights, SHA-256"), ", ".join(weights)))
        facts.append(
            (
                t("Preprocessing"),
                t(
                    "resized to {side} x {side} pixels without keeping the aspect ratio; grey in "
                    "three channels, range [0, 1]",
                    side=side,
                ),
            )
        )
    return tuple(facts)
