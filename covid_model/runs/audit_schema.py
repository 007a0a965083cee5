"""Types of audit.json; a key that earlier versions lack is ``NotRequired``."""

from typing import Annotated, Any, NotRequired, TypedDict

from covid_model.common.audit_checks import CHECKS, CONDITIONS, RANDOMISED
from covid_model.runs.report_schema import Interval, UnknownPatients
from covid_model.runs.shape import Among


class ConditionRow(TypedDict):
    """What is left under one condition of an audit."""

    condition: Annotated[str, Among(CONDITIONS)]
    images: int
    accuracy: float
    accuracy_interval: NotRequired[Interval]
    macro_recall: float
    macro_recall_interval: NotRequired[Interval]
    unchanged: NotRequired[float]
    unchanged_interval: NotRequired[Interval]


class AuditMetrics(TypedDict):
    """All of an audit that ``audit.csv`` tells."""

    images: int
    patients: int
    patients_unknown: NotRequired[UnknownPatients]
    conditions: list[ConditionRow]
    chance: float
    majority: float


class SourceProbe(TypedDict):
    """A linear probe for the source of an image."""

    sources: list[str]
    images: int
    balanced_accuracy: float
    balanced_accuracy_interval: NotRequired[Interval]
    chance: float


class SourceRow(TypedDict):
    """The training images of one source by class."""

    source: str
    covid: int
    normal: int
    infection: int


class LabelBySource(TypedDict):
    """How much of the label the source gives away in the training part.

    A row has its source, then the images of each class by the class's name.
    """

    rows: list[Annotated[dict[str, Any], SourceRow]]
    cramers_v: float


class InsideLungs(TypedDict):
    """The share of the maps inside the lungs, the lungs' share of the images."""

    share: float | None
    share_interval: NotRequired[Interval]
    lungs: float | None
    lungs_interval: NotRequired[Interval]


class MapCurve(TypedDict):
    """Probability as parts of the image go or come, by the map or at random."""

    fractions: list[float]
    map: list[float]
    random: list[float]
    map_area: float
    random_area: float
    difference_interval: Interval


class RandomisedRow(TypedDict):
    """How alike maps are after weights were drawn at random."""

    what: Annotated[str, Among(RANDOMISED)]
    images: int
    similarity: float | None
    similarity_interval: NotRequired[Interval]


class MapMetrics(TypedDict):
    """The maps under test."""

    images: int
    inside_lungs: InsideLungs | None
    deletion: MapCurve
    insertion: MapCurve
    randomised: list[RandomisedRow]


class Audit(AuditMetrics):
    """The content of ``audit.json``."""

    schema: int
    without_mask: int
    source_probe: SourceProbe | None
    label_by_source: LabelBySource
    failed: list[Annotated[str, Among(CHECKS)]]
    maps: MapMetrics | None
