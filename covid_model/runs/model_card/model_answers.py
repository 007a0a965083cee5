"""Answers to the checklist items about the networks and their evaluation."""

from covid_model.common.architectures import title_of
from covid_model.runs import LEFT_OUT, ModelInfo
from covid_model.runs.model_card.evaluation_section import interval_note, kinds_of_groups
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.markdown import NOT_REPORTED
from covid_model.runs.notes import images_in_words
from covid_model.runs.report_schema import Report

SEE, SEE_ALONE = "see Evaluation", "See Evaluation"
SELECTION = {
    "paper": "The weights after the last epoch.",
    "linear": "The strength with the best macro recall on the validation part, ties by loss.",
    "finetune": "The weights with the best macro recall on the validation part, ties by loss.",
    "last": "The convolutions after the last step; the head's strength with the best macro recall "
    "on the validation part, ties by loss.",
}
LEFT_OUT_SELECTION = (
    "The strength with the best mean AUROC of the classes on groups left out of training."
)
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
    name = facts.recipe.get("name", "")
    versions = ", ".join(f"{k} {v}" for k, v in (facts.info.get("versions") or {}).items())
    merged = facts.data.get("split_by") == "patient"
    return {
        "preprocessing": _preprocessing(facts)
        + (" Patients who share an identical file count as one." if merged else ""),
        "predictors": "The pixels of one radiograph, nothing else.",
        "model": "See Model details and Training; layers and shapes in model.json.",
        "software": versions,
        "initial": "Where the weights come from: see Training.",
        "training": f"Recipe {name}: see Training. Tuning: {NOT_REPORTED}." if name else "",
        "selection": _selection(facts, name),
        "imbalance": IMBALANCE.get(name, ""),
        "ensembling": "The mean of the networks' calibrated probabilities answers where all of "
        f"{', '.join(map(str, map(title_of, facts.mean[0])))} are asked."
        if facts.mean
        else "None: each network answers alone; where several are asked, they must agree.",
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


def _preprocessing(facts: RunFacts) -> str:
    """What happens to a picture, by network where that differs from the plain resize."""
    size = next(iter(facts.models.values())).input_shape[1]
    words = f"plain resize to {size} x {size} pixels, the same in three channels."
    changed = [
        f" {info.title}: {' and '.join(_changes(info))}."
        for info in facts.models.values()
        if info.preprocessing
    ]
    return f"Grey levels in [0, 1], {words}{''.join(changed)}"


def _changes(info: ModelInfo) -> list[str]:
    lungs = ["cut to the lungs where they are found"] * (info.preprocessing.get("view") == "lungs")
    greys = ["greys equalised"] * (info.preprocessing.get("greys") == "equalized")
    return [*lungs, *greys]


def _selection(facts: RunFacts, name: str) -> str:
    if name == "linear" and any(info.fitted_on == LEFT_OUT for info in facts.models.values()):
        return LEFT_OUT_SELECTION
    return SELECTION.get("last" if facts.recipe.get("keep") == "last" else name, "")


def _fitted_on(report: Report) -> str:
    fitted = report["calibration"].get("fitted_on") or {}
    if fitted.get("part") == LEFT_OUT:
        return "images of groups left out of training"
    return "the validation part"


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
        "updating": f"Temperature scaling on {_fitted_on(report)}: {SEE}." if calibrated else "",
    }


def _maps_tested(facts: RunFacts) -> bool:
    return any(audit.get("maps") for audit in facts.audits.values())
