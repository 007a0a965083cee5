"""Shortcut audit of one network in a model card."""

from covid_model.common import metrics
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.audit_checks import CHECKS, CONDITIONS, RANDOMISED, cannot_be_audited
from covid_model.common.metrics import Place, shown_in
from covid_model.runs.audit_schema import Audit, MapCurve
from covid_model.runs.model_card.markdown import (
    NOT_REPORTED,
    bullets,
    metric_cells,
    number,
    percent,
    table,
    with_interval,
)
from covid_model.runs.notes import images_in_words
from covid_model.runs.report_schema import Comparison, Report


def audit_section(audit: Audit | None, report: Report) -> str:
    """Say what the audit of one network found, which of its checks fail.

    Args:
        audit: the content of ``audit.json``, None where the network was not audited.
        report: the content of its ``report.json``.
    """
    if audit is None:
        return f"Shortcut audit: {NOT_REPORTED}."
    rows = [
        {
            "Shown": _condition(row["condition"]),
            "Images": str(row["images"]),
            **metric_cells(row, shown_in(Place.CONDITIONS, metrics.OVERALL, metrics.PER_CONDITION)),
        }
        for row in audit["conditions"]
    ]
    notes = [_guessing(audit), _probe(audit), _labels(audit), _maps(audit), *_tests(audit)]
    return "\n\n".join([_outcome(audit, report), table(rows), bullets(notes)])


def _condition(name: str) -> str:
    return CONDITIONS[name].card if name in CONDITIONS else name


def _outcome(audit: Audit, report: Report) -> str:
    basis = f"Shortcut audit on {images_in_words(audit)}: "
    if cannot_be_audited(audit, report):
        return f"{basis}**cannot be audited: no better than guessing**."
    failed = "; ".join(CHECKS[name].card if name in CHECKS else name for name in audit["failed"])
    return basis + (f"**fails**: {failed}." if failed else "no check fails.")


def _guessing(audit: Audit) -> str:
    return (
        f"Guessing: macro recall {percent(audit['chance'])}, accuracy "
        f"{percent(audit['majority'])}. Images without a lung mask: {audit['without_mask']}."
    )


def _probe(audit: Audit) -> str:
    probe = audit.get("source_probe")
    if not probe:
        return f"Probe for the source: {NOT_REPORTED}."
    return (
        "A linear probe finds the source with a balanced accuracy of "
        f"{with_interval(probe, 'balanced_accuracy')}, where chance is {percent(probe['chance'])}."
    )


def _labels(audit: Audit) -> str:
    v = number((audit.get("label_by_source") or {}).get("cramers_v"))
    return f"Class by source in the training part: Cramér's V {v or NOT_REPORTED}."


def _maps(audit: Audit) -> str:
    maps = audit.get("maps")
    inside = maps.get("inside_lungs") if maps else None
    if not maps or not inside or not with_interval(inside, "share"):
        return f"Share of the maps inside the lungs: {NOT_REPORTED}."
    return (
        f"Of the maps, {with_interval(inside, 'share')} lies inside the lungs, which are "
        f"{with_interval(inside, 'lungs')} of the images ({maps['images']} images)."
    )


def _tests(audit: Audit) -> list[str]:
    """What became of the maps under test, one sentence a test that was made."""
    maps = audit.get("maps")
    if not maps:
        return []
    curves = (("Deletion", maps.get("deletion")), ("Insertion", maps.get("insertion")))
    areas = [_area(title, curve) for title, curve in curves if curve]
    return areas + [
        f"Similarity to the map before {_randomised(row['what'])} was drawn anew: "
        f"{with_interval(row, 'similarity', share=False) or NOT_REPORTED} ({row['images']} images)."
        for row in maps.get("randomised") or ()
    ]


def _area(title: str, curve: MapCurve) -> str:
    area = {
        "area": curve["map_area"] - curve["random_area"],
        "area_interval": curve["difference_interval"],
    }
    return f"{title}: area by the map less at random {with_interval(area, 'area', share=False)}."


def _randomised(name: str) -> str:
    return RANDOMISED[name].card if name in RANDOMISED else name


def agreement(comparison: Comparison | None) -> str:
    """Say how alike the maps of each pair of networks are, "" where that is not on record."""
    return bullets(
        [
            f"Maps of {' and '.join(ARCHITECTURES.get(name, name) for name in row['networks'])} "
            f"for one class: rank correlation "
            f"{with_interval(row, 'similarity', share=False) or NOT_REPORTED} "
            f"({row['images']} images)."
            for row in (comparison.get("map_agreement") if comparison else None) or ()
        ]
    )
