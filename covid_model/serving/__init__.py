"""Serving: from a file's bytes to scores with areas of attention, without TensorFlow."""

from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.diagnose import Diagnosis, diagnose

__all__ = ["Classifier", "Diagnosis", "Prediction", "diagnose"]
