"""The model card of a run, written from its own files alone.

Headings after Mitchell et al., 2019 (https://arxiv.org/abs/1810.03993) in the form that the
Hugging Face template has. Nothing is said that the files do not hold, but for what the program is
for; what they lack is called not reported.
"""

from collections.abc import Sequence
from pathlib import Path

from covid_model.common import paper
from covid_model.common.classes import TITLES
from covid_model.common.disclaimer import NOTICE
from covid_model.runs import Run, load_run, run_digests, write_run_file
from covid_model.runs.model_card.checklists import CLAIM, TRIPOD_AI, Item
from covid_model.runs.model_card.data_section import (
    concentration_notes,
    data_section,
    training_section,
)
from covid_model.runs.model_card.evaluation_section import evaluation_section
from covid_model.runs.model_card.facts import CHILDREN, RunFacts
from covid_model.runs.model_card.left_out_section import HEADING, left_out_section
from covid_model.runs.model_card.markdown import NOT_REPORTED, bullets, cell, in_code, table
from covid_model.runs.model_card.study_answers import answers
from covid_model.runs.notes import quantized_in_words

CARD_FILE = "MODEL_CARD.md"
USE = """\
To show how such networks sort frontal chest radiographs into COVID-19, normal or other infection,
which areas of the image moved each score, and where they fail: for research, for teaching, for
repeating the paper."""
OUT_OF_SCOPE = """\
Diagnosis, screening or triage of patients, and any decision about a patient. It is no medical
device. Lateral views, CT, pictures that are no chest radiographs, diseases outside the three
classes."""
SHORTENED = (
    "The items are in short words of our own, with the numbers of the checklist: read the original "
    "before you quote one. The answers are what this run's files know."
)


def model_card(run: Run) -> str:
    """Return a run's model card as Markdown.

    Raises:
        RunError: if a file of the run is damaged.
    """
    facts = RunFacts.of(run)
    known_answers, left_out = answers(facts), left_out_section(facts)
    title = " ".join(str(facts.info.get("title") or facts.name).split())
    return "\n\n".join(
        [
            f"# Model card: {title}",
            f"**{NOTICE}**",
            f"Written from the files of run {in_code(facts.name)}. What they do not hold is "
            f"{NOT_REPORTED}.",
            f"## Model details\n\n{_details(facts)}",
            f"## Intended use\n\n{USE}",
            f"## Out of scope\n\n{OUT_OF_SCOPE}",
            f"## Data\n\n{data_section(facts)}",
            f"## Training\n\n{training_section(facts)}",
            *([f"## {HEADING}\n\n{left_out}"] if left_out else []),
            f"## Evaluation\n\n{evaluation_section(facts)}",
            f"## Limits\n\n{_limits(facts)}",
            f"## How to verify\n\n{_verify(facts)}",
            f"## CLAIM, 2024 update\n\n{_checklist(CLAIM, known_answers)}",
            f"## TRIPOD+AI\n\n{_checklist(TRIPOD_AI, known_answers)}\n",
        ]
    )


def write_card(folder: Path) -> None:
    """Write a whole run's card, last of all, with the card's digest into ``run.json``."""
    run = load_run(folder)
    (folder / CARD_FILE).write_text(model_card(run), "utf-8")
    write_run_file(folder, run.info, run_digests(folder))


def _details(facts: RunFacts) -> str:
    rows = [
        {
            "Network": info.title,
            "Input": f"{info.input_shape[1]} x {info.input_shape[2]} pixels",
            "Weights": info.weights_format or "not kept, reports only",
            "Grad-CAM of": info.target_layer,
            "Temperature": "" if info.temperature is None else f"{info.temperature:.2f}",
        }
        for info in facts.models.values()
    ]
    return "\n\n".join(
        [
            bullets(
                [
                    f"Made: {cell(facts.info.get('created', ''))}.",
                    f"Calibrated: {facts.info['calibrated']}."
                    if facts.info.get("calibrated")
                    else "",
                    f"Classes: {', '.join(TITLES.values())}.",
                    f"After {paper.CITATION}.",
                    f"Contact: {NOT_REPORTED}.",
                ]
            ),
            table(rows),
            bullets(
                [
                    f"{info.title}: {cell(quantized_in_words(info.quantized))}"
                    for info in facts.models.values()
                    if info.quantized
                ]
            ),
        ]
    ).rstrip()


def _limits(facts: RunFacts) -> str:
    calibrated = any(report.get("calibration") for report in facts.reports.values())
    even = any(info.offsets for info in facts.models.values())
    mix = "equally many of" if even else "as many of"
    elsewhere = f"A calibrated probability holds for images like those in the data, with {mix} "
    return bullets(
        [
            *map(cell, facts.info.get("notes") or ()),
            *concentration_notes(facts),
            "Some patients are children of one to five years: age may tell the classes apart."
            if set(facts.sources()) & set(CHILDREN)
            else "",
            f"{elsewhere}each class." if calibrated else "",
            "A score that is not calibrated is no chance of disease. PPV and NPV hold for as many "
            "images of each class as the test part has.",
            "What looks like a chest radiograph gets one of three answers or none, also where none "
            "of the three is true.",
            "An area of attention is coarse and is no finding. Agreement of networks is no proof.",
            f"Use in a clinic: {NOT_REPORTED}.",
        ]
    )


def _verify(facts: RunFacts) -> str:
    command = in_code(f"python -m covid_model verify PATH/{facts.name}")
    return (
        f"{command} holds the run's files to their digests "
        "and computes its figures again from the tables beside them."
    )


def _checklist(items: Sequence[Item], known_answers: dict[str, str]) -> str:
    rows = [
        {
            "Item": item.number,
            "Asks for": item.words,
            "This run": known_answers.get(item.answer, ""),
        }
        for item in items
    ]
    given = [row["This run"] for row in rows]
    in_part = sum(NOT_REPORTED in answer for answer in given)
    return (
        f"{SHORTENED} Of {len(items)} items, {sum(map(bool, given)) - in_part} are answered, "
        f"{in_part} in part, {given.count('')} {NOT_REPORTED}.\n\n{table(rows)}"
    )
