"""Data and training sections of a model card."""

from collections.abc import Iterator, Mapping
from typing import Any

from covid_model.common.classes import TITLES
from covid_model.runs import PARTS
from covid_model.runs.model_card.facts import CAVEATS, RunFacts
from covid_model.runs.model_card.markdown import (
    NOT_REPORTED,
    bullets,
    cell,
    in_code,
    percent,
    table,
)
from covid_model.runs.notes import UNKNOWN, Split, unknown_sources

CONCENTRATED = 0.9  # share of a class from one source that the card points out


def data_section(facts: RunFacts) -> str:
    """Say which images there are by part, source and class, with what is known against them."""
    notes = [f"{facts.images():,} radiographs in all." if facts.counts else ""]
    if facts.data.get("only"):
        notes.append(f"Only images with {in_code(facts.data['only'])} were used.")
    if facts.data.get("limit"):
        notes.append(f"At most {facts.data['limit']} training images of each source and label.")
    return "\n\n".join(
        [
            bullets([*notes, split_note(facts), *concentration_notes(facts)]),
            "Images by part, source and class:"
            if Split.of(facts.data) is Split.IMAGES
            else "Images (patients) by part, source and class:",
            table(_counts(facts)),
            "What is known against the sources:",
            bullets(caveats(facts)) or NOT_REPORTED,
        ]
    )


def split_note(facts: RunFacts) -> str:
    """Say how the images were split, with how many patients stand on both sides of the test."""
    split = Split.of(facts.data)
    note = split.value.card.format(
        by=facts.data.get("split_by"),
        shared=facts.data.get("shared_patients"),
        not_reported=NOT_REPORTED,
    )
    if split in (Split.UNKNOWN, Split.NO_PATIENTS):
        return note
    if sources := unknown_sources(facts.data):
        note += " " + UNKNOWN.card.format(sources=sources)
    if facts.data.get("split_from"):
        note += " Each image has the part that an earlier split gave it."
    if out := facts.data.get("left_out"):
        why = "whose patients share a radiograph with a patient of an earlier part"
        if split is Split.IMAGES:
            why = "which show a radiograph of an earlier part"
        if facts.data.get("split_from"):
            why = f"which that split does not hold, or {why}"
        note += f" {len(out)} images were left out, {why}."
    return note


def concentration_notes(facts: RunFacts) -> list[str]:
    """Say which class comes nearly all from one source, so that the source may give it away."""
    if len(facts.sources()) < 2:
        return []
    return [
        f"{images:,} of {total:,} {TITLES[name]} images ({percent(images / total)}) come from "
        f"{source}: a network may know the source instead of the disease."
        for name, source, images, total in facts.concentrations()
        if images >= CONCENTRATED * total
    ]


def caveats(facts: RunFacts) -> list[str]:
    """Say what is known against each source."""
    return [
        f"{source or 'source not on record'}: {CAVEATS.get(source, NOT_REPORTED)}"
        for source in facts.sources()
    ]


def training_section(facts: RunFacts) -> str:
    """Give the recipe, where the weights come from, the software."""
    values = [
        {"Value": name, "Set to": value} for name, value in flat(facts.recipe) if name != "name"
    ]
    versions = facts.info.get("versions") or {}
    return "\n\n".join(
        [
            bullets(
                [
                    f"Recipe: {cell(facts.recipe.get('name', ''))}. Seed: "
                    f"{cell(facts.info.get('seed', ''))}.",
                    *origins(facts),
                    f"Software: {cell(', '.join(f'{k} {v}' for k, v in versions.items()))}.",
                    f"Commit of the code: {cell(facts.info.get('commit', ''))}.",
                    f"Hardware, energy, emissions: {NOT_REPORTED}.",
                ]
            ),
            table(values),
        ]
    )


def origins(facts: RunFacts) -> list[str]:
    """Say where the weights of each network's convolutions come from."""
    return [f"{info.title}: {cell(info.backbone_origin)}." for info in facts.models.values()]


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Write nested values as names with dots; the values of a list stand in one line."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", _written(value)


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_written(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_written, value)) or "none"
    return str(value)


def _cell(row: Mapping[str, Any]) -> str:
    """Images with their patients, where any is known."""
    return f"{row['images']} ({row['patients']})" if row["patients"] else str(row["images"])


def _counts(facts: RunFacts) -> list[dict[str, str]]:
    """One row a part and source, one column a class."""
    cells = {(row["part"], row["source"], row["label"]): row for row in facts.counts}
    pairs = {key[:2] for key in cells}
    return [
        {
            "Part": part,
            "Source": source,
            **{
                title: _cell(row) if (row := cells.get((part, source, name))) else "0"
                for name, title in TITLES.items()
            },
        }
        for part, source in sorted(pairs, key=lambda pair: (PARTS.index(pair[0]), pair[1]))
    ]
