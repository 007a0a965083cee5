"""Serving: from a file's bytes to probabilities with areas of attention, without TensorFlow."""

from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.decision import Decision, decide
from covid_model.serving.diagnosis import Diagnosis, decided, diagnose

__all__ = ["Classifier", "Decision", "Diagnosis", "Prediction", "decide", "decided", "diagnose"]
