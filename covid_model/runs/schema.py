"""Format of a run folder: file names, schema version and description of a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NotRequired, TypedDict

from covid_model.common.architectures import title_of
from covid_model.common.classes import CLASS_NAMES
from covid_model.runs.shape import Among

SCHEMA = 1
# Fields that model.json has only where they say something.
ADDED = ("preprocessing", "sets", "fitted_on", "members", "quantized")
PARTS = ("train", "validation", "test")  # of split.csv
SERVING_FILES = ("model.tflite", "head.npz")
NOVELTY_FILE = "novelty.npz"  # served too, where the run has it
LEFT_OUT, LEFT_OUT_FILE = "left_out", "left_out.csv"  # what was fitted on it; where it lies
LATERAL_FILE = "lateral.npz"  # likewise
RUN_FILE, MODEL_FILE = "run.json", "model.json"
OWN_DIGEST = "own_sha256"  # of run.json: digest of its other values; older runs lack it
AUDIT_FILE, COMPARISON_FILE = "audit.json", "comparison.json"  # older runs have neither


class QuantizedFigures(TypedDict):
    """What a user would notice of a network in int8, on the validation part."""

    way: str  # of training.integers.ways, by name
    agreement: float  # share of images whose most probable class is the source's
    macro_recall: float
    map_correlation: float  # median rank correlation of the maps with the source's


class QuantizedInfo(QuantizedFigures):
    """What became of a network's form in int8; of one that was not taken, what came nearest."""

    run: str  # that the network was made from
    sha256: str  # of its model.tflite there
    taken: bool  # otherwise the network is as it was
    images: int  # of the validation part
    recall_before: float  # macro recall of the network as it was


@dataclass(frozen=True)
class ModelInfo:
    """What ``model.json`` says of one network.

    Attributes:
        architecture: key of ``ARCHITECTURES``, or ``TOGETHER``.
        classes: class names in the order of the probabilities.
        input_shape: (1, height, width, 3); values are float32 in [0, 1].
        target_layer: the layer whose output the Grad-CAM maps explain.
        backbone_origin: one sentence that says where the convolutions' weights came from.
        weights_format: how ``model.tflite`` stores weights, or "" for a reports-only model.
        temperature: softmax temperature fitted on validation, None when not calibrated.
        offsets: what is added to each class's tempered logit, so that the probabilities hold for a
            mix in which the classes are equally frequent; None where they hold for a mix as in
            the validation part.
        thresholds: "probability", the lowest calibrated probability that is an answer; "novelty",
            the largest distance that is known; each only where it was fitted.
        sha256: digest of every other file in the folder by file name.
        preprocessing: "greys" and "view" of ``imaging.preprocessing.Preprocessing``, empty for
            pictures as they are.
        sets: class -> the least calibrated probability with which it stays in the set of plausible
            classes; empty where no sets were fitted.
        fitted_on: ``LEFT_OUT`` where temperature, offsets, threshold and sets were fitted on
            groups left out of training; "" for the validation part.
        members: the networks that this is the mean of, empty for a network.
        quantized: what its form in int8 was accepted, or refused, by; None where none was tried.
    """

    architecture: str
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int, int]
    target_layer: str
    backbone_origin: str
    weights_format: str = ""
    temperature: float | None = None
    offsets: tuple[float, ...] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
    preprocessing: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, float] = field(default_factory=dict)
    fitted_on: str = ""
    members: tuple[str, ...] = ()
    quantized: QuantizedInfo | None = None

    @property
    def title(self) -> str:
        """The architecture's name as papers write it."""
        return title_of(self.architecture)

    @property
    def servable(self) -> bool:
        """True when the folder holds what a prediction needs."""
        return all(name in self.sha256 for name in SERVING_FILES)


class CountRow(TypedDict):
    """How many images of how many patients a part has of a source and class."""

    part: Annotated[str, Among(PARTS)]
    source: str
    label: Annotated[str, Among(CLASS_NAMES)]
    images: int
    patients: int | None


class DataInfo(TypedDict):
    """The data that a run was made from."""

    only: NotRequired[str | None]
    limit: NotRequired[int | None]
    split_by: NotRequired[str | None]
    split_from: NotRequired[str | None]
    shared_patients: NotRequired[int | None]
    left_out: NotRequired[list[str]]
    counts: NotRequired[list[CountRow]]
    patients_unknown: NotRequired[list[str]]


class RecipeInfo(TypedDict):
    """What pages and cards take from the values of a recipe, which are free otherwise."""

    name: NotRequired[str]
    test: NotRequired[float | None]
    validation: NotRequired[float | None]
    keep: NotRequired[str]


class RunInfo(TypedDict):
    """What is read of ``run.json``; a run of an earlier version may lack any of it."""

    schema: int
    name: NotRequired[str | None]
    title: NotRequired[str | None]
    created: NotRequired[str | None]
    calibrated: NotRequired[str | None]
    recipe: NotRequired[RecipeInfo | None]
    data: NotRequired[DataInfo | None]
    seed: NotRequired[int | None]
    versions: NotRequired[dict[str, str] | None]
    commit: NotRequired[str | None]
    notes: NotRequired[list[str] | None]
    companion: NotRequired[str | None]
    kept: NotRequired[dict[str, Any] | None]
    sha256: NotRequired[dict[str, str] | None]
    own_sha256: NotRequired[str | None]
