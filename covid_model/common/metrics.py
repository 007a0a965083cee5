"""Table of metrics: key in a report, title, unit, where each is computed and shown.

To add a metric, add a row here and register its computation under the same key in the module that
the row names. Reports, pages and model cards read the table, the catalogue of a language translates
its titles. ``verify`` then says of older runs that an earlier version wrote them, and
``python -m covid_model report RUN`` brings them up to date.
"""

from dataclasses import dataclass
from enum import Enum

from covid_model.common.messages import Message


@dataclass(frozen=True)
class Unit:
    """How a metric is written.

    Attributes:
        scale: what its value is multiplied with.
        spec: format of the product, as Python takes it.
        percent: whether a percent sign follows.
    """

    scale: float
    spec: str
    percent: bool = False


SHARE = Unit(100, ".1f", percent=True)  # of [0, 1], as 89.9 %
VALUE = Unit(1, ",.3f")  # without a unit, as 0.975
POINTS = Unit(100, "+.1f")  # a difference of two shares in percentage points, as +2.1


class Place(Enum):
    """A table that has a column or a row for a metric."""

    HEADLINE = "top of Reports"
    NETWORKS = "Reports: the networks of a run"
    COMPANION = "Reports: a run beside its companion"
    CLASSES = "Reports: each class"
    GROUPS = "Reports: each group of images"
    WITHIN_SOURCE = "Reports: two classes within one source"
    CONDITIONS = "Shortcuts: with parts hidden"
    CARD = "model card: a network's own table of the kind"
    CARD_GROUPS = "model card: each group of images"


@dataclass(frozen=True)
class Metric:
    """One metric of a report.

    Attributes:
        key: in the JSON file; ``<key>_interval`` is its interval.
        title: heading of its column or row.
        unit: how it is written.
        computed_by: the module with its computation, below ``covid_model.evaluation``.
        places: the tables that show it.
        short: heading where room is scarce (``Place.NETWORKS``), None for the title.
        card: heading in a model card, "" for the title.
    """

    key: str
    title: Message
    unit: Unit = SHARE
    computed_by: str = "metrics"
    places: frozenset[Place] = frozenset({Place.CARD})
    short: Message | None = None
    card: str = ""

    @property
    def interval_key(self) -> str:
        """The key of its interval."""
        return f"{self.key}_interval"

    @property
    def short_title(self) -> Message:
        """Its heading on pages where room is scarce."""
        return self.short or self.title

    @property
    def card_title(self) -> str:
        """Its heading in a model card, in English."""
        return self.card or self.title


_CLASSES = frozenset({Place.CLASSES, Place.CARD})
_WITHIN = frozenset({Place.WITHIN_SOURCE, Place.CARD})
_CONDITIONS = frozenset({Place.CONDITIONS, Place.CARD})
_OF_NETWORKS = frozenset({Place.HEADLINE, Place.NETWORKS, Place.CARD})
_OVERALL = _OF_NETWORKS | {Place.COMPANION, Place.GROUPS, Place.CONDITIONS}

# Of all test images. The first two also of each group of images, of each condition of an audit.
OVERALL: tuple[Metric, ...] = (
    Metric("accuracy", Message("Accuracy"), places=_OVERALL | {Place.CARD_GROUPS}),
    Metric("macro_recall", Message("Macro recall"), places=_OVERALL),
    Metric(
        "auroc_macro",
        Message("AUROC, macro"),
        VALUE,
        computed_by="roc",
        places=_OF_NETWORKS,
        short=Message("AUROC"),
    ),
    Metric(
        "average_precision_macro",
        Message("Average precision, macro"),
        VALUE,
        computed_by="roc",
    ),
)
# Of each class against the rest.
PER_CLASS: tuple[Metric, ...] = (
    Metric("sensitivity", Message("Sensitivity"), places=_CLASSES),
    Metric("specificity", Message("Specificity"), places=_CLASSES),
    Metric("ppv", Message("PPV"), places=_CLASSES),
    Metric("npv", Message("NPV"), places=_CLASSES),
    Metric("f1", Message("F1"), places=_CLASSES),
    Metric("auroc", Message("AUROC"), VALUE, computed_by="roc", places=_CLASSES),
    Metric(
        "average_precision",
        Message("AP"),
        VALUE,
        computed_by="roc",
        places=frozenset({Place.CLASSES}),
    ),
)
# Of two classes of one source.
WITHIN_SOURCE: tuple[Metric, ...] = (
    Metric(
        "balanced_accuracy",
        Message("Balanced accuracy"),
        computed_by="subgroups",
        places=_WITHIN,
    ),
    Metric("auroc", Message("AUROC"), VALUE, computed_by="subgroups", places=_WITHIN),
)
# Of each condition of an audit, beside what OVERALL has for it.
PER_CONDITION: tuple[Metric, ...] = (
    Metric(
        "unchanged",
        Message("Unchanged"),
        computed_by="shortcut_audit",
        places=_CONDITIONS,
        card="Class as untouched",
    ),
)


def shown_in(place: Place, *tables: tuple[Metric, ...]) -> list[Metric]:
    """The metrics of some tables that ``place`` shows, in their order."""
    return [metric for table in tables for metric in table if place in metric.places]
