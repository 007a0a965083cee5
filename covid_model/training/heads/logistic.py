"""Logistic regression on features, as a network's head."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, recall_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from covid_model.common.classes import CLASS_NAMES
from covid_model.training.heads.paper_head import Samples
from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import classifier

log = logging.getLogger(__name__)
MOST_ITERATIONS = 10_000
LEAST_DEVIATION = 0.05  # of the median channel's; what varies less is not blown up to 1


@dataclass(frozen=True)
class LogisticFit:
    """A fitted head.

    Attributes:
        pipeline: StandardScaler with a least deviation, then LogisticRegression.
        recall: macro recall on the validation part, range [0, 1].
        row: its row of ``history.csv``, columns ``paper_head.HISTORY``; loss and accuracy are
            weighted as the training was, the learning rate is 0, as there is none.
    """

    pipeline: Pipeline
    recall: float
    row: dict[str, float]

    @property
    def strength(self) -> float:
        """The inverse regularisation strength."""
        return self.pipeline[-1].C

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Class probabilities float32 (n, 3) of features (n, c)."""
        return self.pipeline.predict_proba(features.astype(np.float64)).astype(np.float32)


def fit_logistic(
    train: Samples,
    validation: Samples,
    weights: np.ndarray,
    *,
    strengths: Sequence[float],
    title: str,
) -> LogisticFit:
    """Fit one head a strength; return the best on the validation part: by recall, ties by loss.

    Args:
        train: features float32 (n, c) with their classes, every class among them.
        validation: what the heads are chosen by.
        weights: how much each training sample counts, (n,), mean 1.
        strengths: inverse regularisation strengths that are tried, scikit-learn's C.
        title: name in the log.
    """
    scaler = _scaler(train.inputs)
    scaled = scaler.transform(train.inputs.astype(np.float64))
    truth, held = (samples.labels.argmax(axis=1) for samples in (train, validation))
    features, fits = validation.inputs.astype(np.float64), []
    for strength in strengths:
        started = time.monotonic()
        head = LogisticRegression(C=strength, max_iter=MOST_ITERATIONS)
        head.fit(scaled, truth, sample_weight=weights)
        pipeline = make_pipeline(scaler, head)
        loss, accuracy = _judged(truth, head.predict_proba(scaled), weights)
        scores = pipeline.predict_proba(features)
        val_loss, val_accuracy = _judged(held, scores)
        recall = recall_score(held, scores.argmax(axis=1), labels=np.unique(held), average="macro")
        row = {
            "epoch": 1,
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
            "learning_rate": 0.0,
            "seconds": time.monotonic() - started,
        }
        fits.append(LogisticFit(pipeline, float(recall), row))
        log.info("%s, C = %g: recall %.4f, loss %.4f", title, strength, recall, val_loss)
    return max(fits, key=lambda fit: (fit.recall, -fit.row["val_loss"]))


def _scaler(features: np.ndarray) -> StandardScaler:
    """Scale every channel to mean 0 and deviation 1, but those that hardly vary to less.

    Divided by its own deviation, a channel that was never active in training would outweigh all
    others where it is, and int8 weights, which are rounded as finely as the largest allows, would
    lose the rest.
    """
    scaler = StandardScaler().fit(features.astype(np.float64))
    least = LEAST_DEVIATION * np.median(np.sqrt(scaler.var_))
    scaler.scale_ = np.maximum(scaler.scale_, least)
    return scaler


def _judged(
    truth: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None
) -> tuple[float, float]:
    """The log loss in nats with the accuracy."""
    loss = log_loss(truth, scores, labels=range(len(CLASS_NAMES)), sample_weight=weights)
    right = accuracy_score(truth, scores.argmax(axis=1), sample_weight=weights)
    return float(loss), float(right)


def logistic_model(backbone: Backbone, fit: LogisticFit) -> keras.Model:
    """One flat graph, image -> probabilities (n, 3), that computes what a fit does.

    The scaler is folded into the weights. With z the scores of the classes, the hidden layer is
    relu of z with -z, the last one softmax(relu(z) - relu(-z)) = softmax(z): the shape of head
    that ``head.npz`` holds, for which Grad-CAM has its closed form.
    """
    scaler, head = fit.pipeline
    kernel = head.coef_.T / scaler.scale_[:, None]
    bias = head.intercept_ - scaler.mean_ @ kernel
    select = np.eye(len(CLASS_NAMES))
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(backbone.model.output)
    model = keras.Model(
        backbone.model.input, classifier(pooled, units=2 * len(select), dropout=0.0, seed=0)
    )
    model.get_layer("hidden").set_weights([np.hstack([kernel, -kernel]), np.hstack([bias, -bias])])
    model.get_layer("probabilities").set_weights([np.vstack([select, -select]), np.zeros(3)])
    return model
