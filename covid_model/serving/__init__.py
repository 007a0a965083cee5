"""Serving: from a file's bytes to probabilities and areas of attention, without TensorFlow."""

import covid_model.common.system.threads.blas  # noqa: F401
from covid_model.inference.calibration.profile import Profile
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.decision import Decision, decide
from covid_model.serving.diagnosis import CaseResult, classify_case, combine_predictions
from covid_model.serving.together import Together

# The names of version 0.1, for code that was written for it.
Diagnosis, diagnose, decided = CaseResult, classify_case, combine_predictions

__all__ = [
    "CaseResult",
    "Classifier",
    "Decision",
    "Diagnosis",
    "Prediction",
    "Profile",
    "Together",
    "classify_case",
    "combine_predictions",
    "decide",
    "decided",
    "diagnose",
]
