"""Answers to the checklist items about the networks and their evaluation."""

from covid_model.runs.model_card.evaluation_section import interval_note, kinds_of_groups
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.markdown import NOT_REPORTED
from covid_model.runs.notes import images_in_words

SEE, SEE_ALONE = "see Evaluation", "See Evaluation"
SELECTION = {
    "paper": "The weights after the last epoch.",
    "linear": "The strength with the best macro recall on the validation part, ties by loss.",
    "finetune": "The weights with the best macro recall on the validation part, ties by loss.",
    "last": "The convolutions after the last step; the head's strength with the best macro recall "
    "on the validation part, ties by loss.",
}
IMBALANCE = {
    "paper": "None in training; macro recall is reported.",
    "linear": "Images are weighed by class and source: source_exponent, within_source and repeat "
    "under Training.",
    "finetune": "Images are drawn by class and source: class_exponent, source_exponent, "
    "within_source and repeat under Training.",
}


def model_answers(facts: RunFacts) -> dict[str, str]:
    """Return an answer by its name in ``checklists``, "" where the run has none."""
    return {**_model(facts), **_evaluation(facts)}


def _model(facts: RunFacts) -> dict[str, str]:
    size = next(iter(facts.models.values())).input_shape[1]
    name = facts.recipe.get("name", "")
    versions = ", ".join(f"{k} {v}" for k, v in (facts.info.get("versions") or {}).items())
    merged = facts.data.get("split_by") == "patient"
    return {
        "preprocessing": f"Grey levels in [0, 1], plain resize to {size} x {size} pixels, the same "
        "in three channels."
        + (" Patients who share an identical file count as one." if merged else ""),
        "predictors": "The pixels of one radiograph, nothing else.",
        "model": "See Model details and Training; layers and shapes in model.json.",
        "software": versions,
        "initial": "Where the weights come from: see Training.",
        "training": f"Recipe {name}: see Training. Tuning: {NOT_REPORTED}." if name else "",
        "selection": SELECTION.get("last" if facts.recipe.get("keep") == "last" else name, ""),
        "imbalance": IMBALANCE.get(name, ""),
        "ensembling": "None: each network answers alone; where several are asked, they must agree.",
        "output": "Three figures that sum to 1; the highest names the class. "
        + (f"Thresholds: {SEE}." if facts.report.get("answers") else "No threshold."),
        "predictions": "`python -m covid_model classify`, by LiteRT from model.tflite."
        if facts.run.servable_models
        else "",
        "explanation": "Grad-CAM of every class."
        + (f" Its maps were put to the test: {SEE}." if _maps_tested(facts) else "")
        if facts.run.servable_models
        else "",
    }


def _evaluation(facts: RunFacts) -> dict[str, str]:
    report = facts.report
    bounds = interval_note(facts) if report.get("intervals") else ""
    compared = " McNemar's exact test between networks." if facts.comparison else ""
    calibrated = report.get("calibration")
    groups = kinds_of_groups(report)
    return {
        "metrics": "Accuracy, sensitivity (recall), specificity, PPV, F1, AUROC"
        + (", NPV, average precision" if "npv" in report["per_class"][0] else "")
        + (", expected calibration error, coverage." if calibrated else "."),
        "uncertainty": f"{bounds}{compared}".strip(),
        "robustness": f"Shortcut audit with parts of the image hidden: {SEE}."
        if facts.audits
        else "",
        "internal": f"{images_in_words(report)}: {SEE}.",
        "performance": f"{SEE_ALONE}, by {', '.join(groups).replace('_', ' ') or 'no group'}. "
        + (bounds or f"Intervals: {NOT_REPORTED}."),
        "precision": f"{SEE_ALONE}. {bounds}" if bounds else "",
        "failures": "Confusion matrix in report.json, each test image's figures in "
        f"predictions.csv. Reasons: {NOT_REPORTED}.",
        "clusters": f"By source, also two classes within one source: {SEE}."
        if "source" in groups and report.get("within_source")
        else "",
        "updating": f"Temperature scaling on the validation part: {SEE}." if calibrated else "",
    }


def _maps_tested(facts: RunFacts) -> bool:
    return any(audit.get("maps") for audit in facts.audits.values())
