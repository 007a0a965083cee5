"""The part of a model card on one network's shortcut audit."""

from collections.abc import Mapping
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.runs.model_card.markdown import (
    NOT_REPORTED,
    bullets,
    number,
    percent,
    table,
    with_interval,
)

Audit = Mapping[str, Any]
CONDITIONS = {
    "untouched": "untouched",
    "lungs_hidden": "lungs hidden",
    "lungs_only": "lungs alone",
    "border_only": "border alone",
}
CHECKS = {
    "lungs_hidden": "the network does well without the lungs",
    "border_only": "the network does well on the border alone",
    "source_probe": "what it sees tells the source of an image",
    "label_by_source": "the source of a training image tells its class",
}


def audit_section(audit: Audit | None) -> str:
    """Say what the audit of one network found, which of its checks fail.

    Args:
        audit: the content of ``audit.json``, None where the network was not audited.
    """
    if audit is None:
        return f"Shortcut audit: {NOT_REPORTED}."
    rows = [
        {
            "Shown": CONDITIONS.get(row["condition"], row["condition"]),
            "Images": str(row["images"]),
            "Accuracy": with_interval(row, "accuracy"),
            "Macro recall": with_interval(row, "macro_recall"),
            "Class as untouched": with_interval(row, "unchanged"),
        }
        for row in audit["conditions"]
    ]
    notes = [_guessing(audit), _probe(audit), _labels(audit), _maps(audit), *_tests(audit)]
    return "\n\n".join([_outcome(audit), table(rows), bullets(notes)])


def _outcome(audit: Audit) -> str:
    failed = "; ".join(CHECKS.get(name, name) for name in audit["failed"])
    return f"Shortcut audit on {audit['images']} test images of {audit['patients']} patients: " + (
        f"**fails**: {failed}." if failed else "no check fails."
    )


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
    maps = audit.get("maps") or {}
    inside = maps.get("inside_lungs") or {}
    if not with_interval(inside, "share"):
        return f"Share of the maps inside the lungs: {NOT_REPORTED}."
    return (
        f"Of the maps, {with_interval(inside, 'share')} lies inside the lungs, which are "
        f"{with_interval(inside, 'lungs')} of the images ({maps['images']} images)."
    )


def _tests(audit: Audit) -> list[str]:
    """What became of the maps under test, one sentence a test that was made."""
    maps = audit.get("maps") or {}
    said = []
    for kind in ("deletion", "insertion"):
        if found := maps.get(kind):
            area = {"area": found["map_area"] - found["random_area"]}
            area["area_interval"] = found["difference_interval"]
            said.append(
                f"{kind.capitalize()}: area by the map less at random "
                f"{with_interval(area, 'area', share=False)}."
            )
    anew = {"head": "the head", "last_block": "the last block"}
    said += [
        f"Similarity to the map before {anew.get(row['what'], row['what'])} was drawn anew: "
        f"{with_interval(row, 'similarity', share=False) or NOT_REPORTED} ({row['images']} images)."
        for row in maps.get("randomised") or ()
    ]
    return said


def agreement(comparison: Mapping[str, Any] | None) -> str:
    """Say how alike the maps of each pair of networks are, "" where that is not on record."""
    return bullets(
        [
            f"Maps of {' and '.join(ARCHITECTURES.get(name, name) for name in row['networks'])} "
            f"for one class: rank correlation "
            f"{with_interval(row, 'similarity', share=False) or NOT_REPORTED} "
            f"({row['images']} images)."
            for row in (comparison or {}).get("map_agreement") or ()
        ]
    )
