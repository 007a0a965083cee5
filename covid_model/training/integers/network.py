"""A network of a run in int8, where it answers as before."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from covid_model.common.errors import RunError
from covid_model.data.dataset import Dataset
from covid_model.evaluation.reliability.calibration import calibration_in
from covid_model.evaluation.tables import truth_of
from covid_model.inference.gradcam import Head
from covid_model.inference.network import Network
from covid_model.runs import ModelInfo, sha256_of
from covid_model.runs.schema import QuantizedInfo
from covid_model.training.integers.acceptance import Answers, accepted, ask, figures, macro_recall
from covid_model.training.integers.litert_file import unfolded, with_class_bias
from covid_model.training.integers.ways import (
    DYNAMIC,
    STATIC,
    Way,
    convolutions,
    dynamic_but,
    quantized,
)

log = logging.getLogger(__name__)
FORMAT = "int8 convolutions"  # as model.json has it
FLOATS = ("float16", "float32")  # formats of weights that this starts from
IN_FLOAT = (2, 4, 8)  # convolutions that may stay in float32
MOST_FOR_ORDER = 24  # images that tell which convolutions rounding moves most
TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Material:
    """Images that a network is made and judged by, prepared as it is shown them.

    Attributes:
        drawn: some of the training part, for ranges and biases; labels do not matter.
        validation: of the validation part.
    """

    drawn: Dataset
    validation: Dataset


def write_quantized(source: Path, info: ModelInfo, folder: Path, material: Material) -> ModelInfo:
    """Write ``model.tflite`` and ``head.npz`` of a network into a new folder, in int8 if accepted.

    The ways are tried from the quickest to the slowest, until one is accepted. Where none is, the
    files stay the source's own.

    Args:
        source: the network's model folder.
        info: its ``model.json``.
        folder: the new one, which has both files of the source already.
        material: what to measure and judge it by.

    Returns:
        What ``model.json`` is to say of the new one.
    """
    if info.weights_format not in FLOATS:
        log.info("%s stays as it is, in %s.", info.title, info.weights_format)
        return info
    maker = Maker(source, folder, list(_images(material.drawn, info)))
    calibration, truth = calibration_in(info), truth_of(material.validation.frame)

    def answers(path: Path) -> Answers:
        said = ask(Network.load(path), maker.head, _images(material.validation, info))
        return replace(said, scores=calibration.apply(said.scores)) if calibration else said

    expected, tried, taken = answers(maker.path), [], False
    recall = macro_recall(truth, expected.scores.argmax(axis=1))
    for one in maker.ways():
        try:
            shift = maker.write(one)
        except RunError as error:  # ranges too far apart for the kernels
            log.info("%s in int8, %s: %s", info.title, one.name, error)
            continue
        tried.append(figures(expected, answers(maker.made), truth, way=one.name))
        log.info("%s in int8: %s; macro recall before: %s", info.title, tried[-1], recall)
        if taken := accepted(tried[-1], recall=recall):
            info = replace(info, weights_format=FORMAT)
            maker.made.replace(folder / maker.path.name)
            _write_head(folder / "head.npz", shift)
            break
    maker.made.unlink(missing_ok=True)
    if not tried:
        return info
    record = QuantizedInfo(
        **(tried[-1] if taken else max(tried, key=lambda found: found["agreement"])),
        run=source.parent.name,
        sha256=sha256_of(maker.path),
        taken=taken,
        images=len(truth),
        recall_before=recall,
    )
    return replace(info, quantized=record)


class Maker:
    """Makes one network in int8, each way in the same file.

    Attributes:
        path: of the network as it was.
        made: of the last one that was made.
        head: what is behind its feature maps.
    """

    def __init__(self, source: Path, folder: Path, drawn: Sequence[np.ndarray]) -> None:
        self.path, self.made = source / "model.tflite", folder / "int8.tflite"
        self.head = Head.load(source / "head.npz")
        self._drawn = drawn
        self._floats = unfolded(self.path.read_bytes())
        self._wanted = self.logits(self.path)

    def ways(self) -> Iterator[Way]:
        """All ways, the quickest first."""
        yield from (STATIC, DYNAMIC)
        names = convolutions(self._floats)
        errors = {name: self._error(dynamic_but([n for n in names if n != name])) for name in names}
        order = sorted(names, key=lambda name: -errors[name])
        yield from (dynamic_but(order[:count]) for count in IN_FLOAT if count < len(order))

    def write(self, way: Way) -> np.ndarray:
        """Write the network in one way, what rounding shifts its logits by taken off their bias.

        Rounding moves a layer's outputs by more than chance; the bias of the last one takes up what
        is left of it (bias correction, Nagel et al. 2019, https://arxiv.org/abs/1906.04721).

        Returns:
            The shift, the mean over the drawn images, float32 (3,).
        """
        file = quantized(self._floats, way, self._drawn)
        self.made.write_bytes(file)
        shift = (self.logits(self.made) - self._wanted).mean(axis=0).astype(np.float32)
        self.made.write_bytes(with_class_bias(file, -shift))
        return shift

    def _error(self, way: Way) -> float:
        """How far rounding scatters the logits: the largest deviation of the three."""
        few = slice(0, None, max(1, len(self._drawn) // MOST_FOR_ORDER))
        self.made.write_bytes(quantized(self._floats, way))
        return float((self.logits(self.made, few) - self._wanted[few]).std(axis=0).max())

    def logits(self, path: Path, rows: slice = slice(None)) -> np.ndarray:
        """Logits of drawn images less what all classes have in common, float64 (n, 3)."""
        scores = ask(Network.load(path), self.head, self._drawn[rows]).scores
        logits = np.log(np.maximum(scores.astype(np.float64), TINY))
        return logits - logits.mean(axis=1, keepdims=True)


def _images(data: Dataset, info: ModelInfo) -> Iterator[np.ndarray]:
    return (data.inputs([row], size=info.input_shape[1]) for row in range(len(data)))


def _write_head(path: Path, shift: np.ndarray) -> None:
    """Take the shift off the bias of the classes in ``head.npz`` too."""
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **{**arrays, "class_bias": arrays["class_bias"] - shift})
