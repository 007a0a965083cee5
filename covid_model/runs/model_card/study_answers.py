"""Answers to the checklist items about the study, the data and the use."""

from covid_model.common.classes import TITLES
from covid_model.runs import PARTS
from covid_model.runs.model_card.data_section import split_note
from covid_model.runs.model_card.evaluation_section import kinds_of_groups
from covid_model.runs.model_card.facts import CAVEATS, RunFacts
from covid_model.runs.model_card.markdown import NOT_REPORTED, percent
from covid_model.runs.model_card.model_answers import model_answers


def answers(facts: RunFacts) -> dict[str, str]:
    """Return an answer by its name in ``checklists``, "" where the run has none."""
    return {**_study(facts), **_data(facts), **_use(facts), **model_answers(facts)}


def _study(facts: RunFacts) -> dict[str, str]:
    networks = ", ".join(info.title for info in facts.models.values())
    return {
        "kind": f"Development with internal evaluation of deep learning ({networks}); outcome: "
        f"{', '.join(TITLES.values())}. Target population: {NOT_REPORTED}.",
        "use": f"Research and teaching: see Intended use. Place in a care pathway: {NOT_REPORTED}.",
        "goal": "Development of a classifier with an internal test.",
        "design": "Retrospective: images that others had collected." if _all_public(facts) else "",
    }


def _data(facts: RunFacts) -> dict[str, str]:
    sources, chosen = ", ".join(filter(None, facts.sources())), _chosen(facts)
    images = {part: facts.images(part=part) for part in PARTS}
    counts = ", ".join(f"{count:,} {part}" for part, count in images.items() if count)
    numbers = f"Images: {counts}" if counts else ""
    mined = "nih-chestxray8" in facts.sources()
    return {
        "sources": f"{sources}: see Data. How representative they are: {NOT_REPORTED}."
        if sources
        else "",
        "eligibility": f"{chosen} Criteria of the sources: {NOT_REPORTED}." if chosen else "",
        "subsets": chosen,
        "acquisition": _known_groups(facts, "view", "size", rest="Devices, exposure"),
        "reference": "Each image's label in the data, without a time horizon; how it was obtained: "
        "see Data."
        if sources
        else "",
        "annotators": f"nih-chestxray8: mined from text reports. Other sources: {NOT_REPORTED}."
        if mined
        else "",
        "test_labels": "The labels of the data, as in training." if sources else "",
        "partition": f"{numbers}. {_shares(facts)}" if numbers else "",
        "external": _outside(facts),
        "disjoint": split_note(facts) if facts.data.get("split_by") else "",
        "flow": f"{numbers}. Excluded: {NOT_REPORTED}." if numbers else "",
        "numbers": f"{numbers}: see Data for patients and classes." if numbers else "",
        "compared": "Sources and classes of each part: see Data." if numbers else "",
        "demographics": _known_groups(facts, "sex", "age", rest="Training, validation, clinic"),
    }


def _use(facts: RunFacts) -> dict[str, str]:
    public = ", ".join(filter(CAVEATS.get, facts.sources()))
    code = f"MIT licence; commit {facts.info.get('commit') or NOT_REPORTED}."
    data = f"Public: {public}. The images used are listed in split.csv." if public else ""
    servable = bool(facts.run.servable_models)
    model = "in this run" if servable else "not kept, reports only"
    novel = any("novelty" in info.thresholds for info in facts.models.values())
    return {
        "limits": "See Limits.",
        "practice": "None: see Out of scope.",
        "details": "run.json, model.json and report.json beside this card.",
        "availability": f"Models: {model}. Code: {code} Data: {data or NOT_REPORTED}",
        "code_sharing": code,
        "data_sharing": data,
        "poor_input": "A picture that is not like known radiographs is refused, a low probability "
        "is called uncertain."
        if novel and facts.report.get("answers")
        else "",
    }


def _all_public(facts: RunFacts) -> bool:
    return bool(facts.sources()) and all(source in CAVEATS for source in facts.sources())


def _chosen(facts: RunFacts) -> str:
    """Which images of the data folder were used, "" where that is not on record."""
    if "only" not in facts.data:
        return ""
    only, limit = facts.data["only"], facts.data.get("limit")
    chosen = f"Images with {only} alone" if only else "All images of the data folder"
    return chosen + (
        f", at most {limit} training images of each source and label." if limit else "."
    )


def _shares(facts: RunFacts) -> str:
    shares = [facts.recipe.get(part) for part in ("test", "validation")]
    seed = facts.info.get("seed")
    if None in shares or seed is None:
        return f"How: {NOT_REPORTED}."
    test, validation = map(percent, shares)
    return f"At random with seed {seed}: {test} for test, {validation} of the rest for validation."


def _known_groups(facts: RunFacts, *kinds: str, rest: str) -> str:
    """Say by which kinds the test part is reported; ``rest`` is what is not."""
    reported = kinds_of_groups(facts.report)
    listed = [kind for kind in kinds if kind in reported]
    if not listed:
        return ""
    return f"The test part by {', '.join(listed)}: see Evaluation. {rest}: {NOT_REPORTED}."


def _outside(facts: RunFacts) -> str:
    """Say whether the test part has images of sources that are in no other part."""
    if not facts.sources("train"):
        return ""
    new = set(facts.sources("test")) - set(facts.sources("train", "validation"))
    if not new:
        return "Every source of the test part is in another part too: no external test."
    return f"Sources that are in the test part alone: {', '.join(sorted(new))}."
