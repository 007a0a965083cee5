"""Results of one file as small tables of formatted text, free of Streamlit."""

import numpy as np

from covid_model.common.architectures import ARCHITECTURES, title_of
from covid_model.common.classes import TITLES
from covid_model.serving.diagnosis import CaseResult
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import number
from dashboard.components.text import capital, percent, titles
from dashboard.i18n.translate import t, written


def scores(result: CaseResult) -> Rows:
    """Return one row a network: its predicted class with the three scores; last the mean's."""
    return [
        {
            t("Network"): t(title_of(prediction.model)),
            t("Predicted"): t(TITLES[prediction.predicted]),
            t("Measure"): capital(t(prediction.measure)),
            **{
                title: percent(float(score))
                for title, score in zip(titles(), prediction.probabilities, strict=True)
            },
            t("Answer from"): percent(prediction.threshold),
            t("Novelty"): number(prediction.novelty, 2),
            t("Duration"): f"{written(1000 * prediction.seconds, '.0f')} ms",
        }
        for prediction in result.reported
    ]


def spread(result: CaseResult) -> Rows:
    """Return one row a class: lowest and highest of what the networks give it, the difference."""
    given = np.stack([prediction.probabilities for prediction in result.predictions])
    kinds = {prediction.measure for prediction in result.predictions}
    measure = t(next(iter(kinds))) if len(kinds) == 1 else t("probability or score")
    heading = t("Range of the {measure}", measure=measure)
    rows = []
    for title, column in zip(TITLES.values(), given.T, strict=True):
        least, most = float(column.min()), float(column.max())
        rows.append(
            {
                t("Class"): t(title),
                heading: f"{percent(least)} – {percent(most)}",
                t("Difference"): t("{points:.1f} points", points=100 * (most - least)),
            }
        )
    return rows


def novelty(result: CaseResult) -> Rows:
    """Return one row a network: how far the picture is from what it knows; no class is named."""
    return [
        {
            t("Network"): ARCHITECTURES[prediction.model],
            t("Novelty"): number(prediction.novelty, 2),
            t("Limit"): "–" if prediction.novelty is None else number(1, 2),
            t("Looks known"): _looks_known(prediction.novelty),
        }
        for prediction in result.predictions
    ]


def lateral(result: CaseResult) -> Rows:
    """Return one row a network: whether it takes the picture for a lateral view."""
    words = {None: "–", True: t("yes"), False: t("no")}
    return [
        {
            t("Network"): ARCHITECTURES[prediction.model],
            t("Looks lateral"): words[prediction.looks_lateral],
            t("Score of a lateral view"): number(prediction.lateral, 2),
            t("Refused from"): number(prediction.lateral_threshold, 2),
        }
        for prediction in result.predictions
    ]


def _looks_known(novelty: float | None) -> str:
    if novelty is None:
        return "–"
    return t("yes") if novelty <= 1 else t("no")
