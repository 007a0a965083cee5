"""Types of report.json and comparison.json.

A key that runs of earlier versions lack is ``NotRequired``. Metrics added to
``covid_model.common.metrics`` need no entry here: their keys are read from that table.
"""

from typing import Annotated, Any, NotRequired, TypedDict

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.runs.shape import Among, Length

Interval = Annotated[list[float], Length(2)] | None  # [low, high]; None with too few patients
ClassName = Annotated[str, Among(CLASS_NAMES)]
Pair = Annotated[list[Annotated[str, Among(ARCHITECTURES)]], Length(2)]
LeftOutKind = Annotated[str, Among(("left_out", "source", "label_quality"))]
Counts = Annotated[list[int], Length(len(CLASS_NAMES))]


class BootstrapInfo(TypedDict):
    """How the intervals of a report were computed."""

    level: float
    method: str
    replicates: int
    seed: int


# "class" is a keyword of Python, so the rows that have it are written as calls.
ClassRow = TypedDict(
    "ClassRow",
    {
        "class": ClassName,
        "images": int,
        "sensitivity": float | None,
        "sensitivity_interval": NotRequired[Interval],
        "specificity": float | None,
        "specificity_interval": NotRequired[Interval],
        "ppv": float | None,
        "ppv_interval": NotRequired[Interval],
        "npv": NotRequired[float | None],
        "npv_interval": NotRequired[Interval],
        "f1": float | None,
        "f1_interval": NotRequired[Interval],
        "auroc": float | None,
        "auroc_interval": NotRequired[Interval],
        "average_precision": NotRequired[float | None],
        "average_precision_interval": NotRequired[Interval],
    },
)


class RocCurve(TypedDict):
    """Points from (0, 0) to (1, 1)."""

    fpr: list[float]
    tpr: list[float]


class PrCurve(TypedDict):
    """Points by rising recall."""

    recall: list[float]
    precision: list[float]


CurveRow = TypedDict(
    "CurveRow",
    {"class": ClassName, "prevalence": float, "roc": RocCurve | None, "pr": PrCurve | None},
)


class UnknownPatients(TypedDict):
    """Images whose patients are unknown; intervals take each for a patient of its own."""

    images: int
    sources: list[str]


class GroupRow(TypedDict):
    """One group of images, such as a source; "" is not on record."""

    group: str
    images: int
    patients: int
    patients_unknown: NotRequired[UnknownPatients]
    counts: dict[str, int]
    accuracy: float | None
    accuracy_interval: Interval
    macro_recall: float | None
    macro_recall_interval: Interval
    recall: dict[str, float | None]
    few: bool


class WithinSourceRow(TypedDict):
    """Two classes within one source."""

    source: str
    classes: Annotated[list[ClassName], Length(2)]
    images: int
    balanced_accuracy: float | None
    balanced_accuracy_interval: NotRequired[Interval]
    auroc: NotRequired[float | None]
    auroc_interval: NotRequired[Interval]


class Refused(TypedDict):
    """How many test images are refused as novel."""

    images: int
    share: float | None


class NoveltyReport(TypedDict):
    """The novelty model on validation and test part."""

    kept_on_validation: float
    refused: Refused


class LateralShare(TypedDict):
    """How many pictures of a view are taken for lateral ones."""

    images: int
    patients: int
    called: int
    share: float | None
    share_interval: Interval


class WorstSource(TypedDict):
    """The source of most frontal images that are taken for lateral ones."""

    source: str
    images: int
    share: float | None


class LateralReport(TypedDict):
    """The head for lateral views, out of fold."""

    found: LateralShare
    frontal_refused: LateralShare
    worst_source: WorstSource | None


class ReliabilityBin(TypedDict):
    """One bin of the highest probability; the last three are None or missing where it is empty."""

    low: float
    high: float
    images: int
    mean_probability: float | None
    share_right: float | None
    weight: NotRequired[float]


class FittedOn(TypedDict):
    """What a calibration was fitted on."""

    part: str
    images: int


class EvenClasses(TypedDict):
    """What a calibration has that holds where the classes are equally frequent."""

    offsets: NotRequired[list[float]]
    classes_alike: NotRequired[bool]


class CalibrationReport(EvenClasses):
    """The calibration with its error before and after."""

    temperature: float
    fitted_on: FittedOn
    ece_before: float
    ece_after: float
    bins_before: list[ReliabilityBin]
    bins_after: list[ReliabilityBin]


class CoverageRow(TypedDict):
    """What a threshold answers, how much of it rightly."""

    threshold: float
    answered: float | None
    accuracy: float | None


class AnswersReport(CoverageRow):
    """The threshold that is served with, beside others."""

    wanted_accuracy: float
    refused: float | None
    curve: list[CoverageRow]


class SelectiveReport(TypedDict):
    """The parts of a report that were fitted, each only where it was."""

    novelty: NotRequired[NoveltyReport]
    calibration: NotRequired[CalibrationReport]
    answers: NotRequired[AnswersReport]
    lateral: NotRequired[LateralReport]


# "class" again.
LeftOutClass = TypedDict(
    "LeftOutClass",
    {
        "class": ClassName,
        "images": int,
        "auroc": float | None,
        "auroc_interval": Interval,
        "recall": float | None,
        "recall_interval": Interval,
    },
)
ClassCoverage = TypedDict(
    "ClassCoverage", {"class": ClassName, "coverage": float | None, "coverage_interval": Interval}
)


class Answered(TypedDict):
    """The share that is answered, the share of these that is right."""

    answered: float | None
    answered_interval: Interval
    right: float | None
    right_interval: Interval


class LeftOutFigures(TypedDict):
    """AUROC and recall of images whose group was left out of training."""

    images: int
    patients: int
    auroc_macro: float | None
    auroc_macro_interval: Interval
    macro_recall: float | None
    macro_recall_interval: Interval
    per_class: list[LeftOutClass]


class LeftOutGroup(LeftOutFigures, Answered):
    """One group left out, one source or one kind of label; its answers are cross-fitted."""

    group: str
    few: bool


class LeftOutFitted(Answered):
    """The answers on the images that threshold and sets were fitted on, where they were."""

    threshold: float
    sets: dict[str, float]


class CrossFitted(Answered):
    """What becomes of each group by calibration, threshold and sets of the other groups."""

    images: int
    wanted_coverage: float
    coverage: float | None
    coverage_interval: Interval
    size: float | None
    size_interval: Interval
    per_class: list[ClassCoverage]


class LeftOutReport(LeftOutFigures):
    """The metrics on groups left out of training, such as hospitals."""

    groups: int
    fitted: NotRequired[LeftOutFitted]
    cross_fitted: CrossFitted
    by: dict[LeftOutKind, list[LeftOutGroup]]


class Report(SelectiveReport):
    """The content of ``report.json``."""

    schema: int
    classes: list[str]
    images: int
    patients: int
    patients_unknown: NotRequired[UnknownPatients]
    intervals: NotRequired[BootstrapInfo]
    confusion_matrix: Annotated[list[Counts], Length(len(CLASS_NAMES))]
    accuracy: float | None
    accuracy_interval: NotRequired[Interval]
    macro_recall: float | None
    macro_recall_interval: NotRequired[Interval]
    auroc_macro: float | None
    auroc_macro_interval: NotRequired[Interval]
    average_precision_macro: NotRequired[float | None]
    average_precision_macro_interval: NotRequired[Interval]
    per_class: list[ClassRow]
    curves: NotRequired[list[CurveRow]]
    groups: NotRequired[dict[str, list[GroupRow]]]
    by_source: NotRequired[list[dict[str, Any]]]  # in place of groups
    by_view: NotRequired[list[dict[str, Any]]]
    within_source: NotRequired[list[WithinSourceRow]]
    left_out: NotRequired[LeftOutReport]


class PairRow(TypedDict):
    """Two networks on the same test images."""

    networks: Pair
    images: int
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    p_value: float
    accuracy_difference: float | None
    accuracy_difference_interval: Interval


class AgreementRow(TypedDict):
    """How alike the maps of two networks are."""

    networks: Pair
    images: NotRequired[int]
    similarity: float | None
    similarity_interval: NotRequired[Interval]


class Comparison(TypedDict):
    """The content of ``comparison.json``."""

    schema: int
    pairs: list[PairRow]
    map_agreement: NotRequired[list[AgreementRow]]
