"""Diagnoses as small tables of formatted text, free of Streamlit."""

from collections.abc import Iterable

from covid_model.runs import ARCHITECTURES
from covid_model.serving import batch
from covid_model.serving.diagnose import Diagnosis
from dashboard.figures import number
from dashboard.tables import Rows, with_notice
from dashboard.text import STATUS, TITLES, percent, plain, short, steady


def outcomes(diagnoses: Iterable[Diagnosis]) -> Rows:
    """Return one row a file of one network: status, class, its probability, novelty, the reason.

    No class is named where the file is withheld. Novelty is left out where the network has none.
    """
    held = list(diagnoses)
    first = [item.predictions[0] if item.predictions else None for item in held]
    asked = [one for one in first if one is not None]
    measured = any(one.novelty is not None for one in asked)
    heading = (asked[0].measure if asked else "score").capitalize()
    rows = []
    for item, one in zip(held, first, strict=True):
        named = None if item.withheld else one
        rows.append(
            {
                "File": plain(short(item.name)),
                "Status": STATUS[item.status],
                "Predicted": TITLES[named.predicted] if named else "–",
                heading: percent(named.score) if named else "–",
                **({"Novelty": number(one and one.novelty, 2)} if measured else {}),
                "Reason": steady(plain(item.reason)) or "–",
            }
        )
    return rows


def scores(diagnosis: Diagnosis) -> Rows:
    """Return one row a network: its predicted class with the three scores."""
    return [
        {
            "Network": ARCHITECTURES[item.model],
            "Predicted": TITLES[item.predicted],
            "Measure": item.measure.capitalize(),
            **{
                title: percent(float(score))
                for title, score in zip(TITLES.values(), item.probabilities, strict=True)
            },
            "Answer from": percent(item.threshold),
            "Novelty": number(item.novelty, 2),
            "Time": f"{1000 * item.seconds:.0f} ms",
        }
        for item in diagnosis.predictions
    ]


def results_csv(diagnoses: Iterable[Diagnosis]) -> str:
    """Return the command line's table as CSV, with the notice in a last column."""
    return with_notice(batch.COLUMNS, (row for item in diagnoses for row in batch.rows(item)))


def novelty(diagnosis: Diagnosis) -> Rows:
    """Return one row a network: how far the picture is from what it knows; no class is named."""
    return [
        {
            "Network": ARCHITECTURES[item.model],
            "Novelty": number(item.novelty, 2),
            "Limit": "–" if item.novelty is None else number(1, 2),
            "Looks known": "–" if item.novelty is None else "yes" if item.novelty <= 1 else "no",
        }
        for item in diagnosis.predictions
    ]
