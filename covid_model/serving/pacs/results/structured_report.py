"""DICOM structured report of one case: TID 1500, made by highdicom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from covid_model.common.architectures import TOGETHER, title_of
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system.version import __version__
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.pacs.results import codes
from covid_model.serving.pacs.results.origin import MAKER, Origin, uid

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        Measurement,
        MeasurementReport,
        MeasurementsAndQualitativeEvaluations,
        ObservationContext,
        QualitativeEvaluation,
        TrackingIdentifier,
    )
    from pydicom import Dataset

DESCRIPTION = "RESEARCH USE ONLY: class probabilities"


def structured_report(result: CaseResult, origin: Origin) -> "Dataset":
    """Return what the networks say as an Enhanced SR in a new series of the source's study.

    It has one group with the outcome and its reason, then one a network: the probability or score
    of each class, with the novelty; no class where the file is refused. It is complete, neither
    final nor verified: nobody has read it.

    Args:
        result: of the source.
        origin: the source with the run that was asked.
    """
    from highdicom.sr import EnhancedSR

    report = EnhancedSR(
        evidence=[origin.source],
        content=_report(result, origin)[0],
        series_instance_uid=uid("SR series", origin.seed),
        series_number=origin.series_number(0),
        sop_instance_uid=uid("SR", origin.seed),
        instance_number=1,
        manufacturer=MAKER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    report.SeriesDescription = DESCRIPTION
    report.SoftwareVersions = __version__
    return report


def _report(result: CaseResult, origin: Origin) -> "MeasurementReport":
    from highdicom.sr import MeasurementReport

    groups = [_outcome(result, origin)]
    groups += [_network(result, prediction, origin) for prediction in result.reported]
    return MeasurementReport(
        observation_context=_observer(origin),
        procedure_reported=codes.concept(codes.PROCEDURE),
        imaging_measurements=groups,
        title=codes.concept(codes.TITLE),
    )


def _observer(origin: Origin) -> "ObservationContext":
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes as standard

    device = DeviceObserverIdentifyingAttributes(
        uid=uid("device", origin.networks), manufacturer_name=MAKER, model_name=f"run {origin.run}"
    )
    context = ObserverContext(standard.DCM.Device, device)
    return ObservationContext(observer_device_context=context)


def _outcome(result: CaseResult, origin: Origin) -> "MeasurementsAndQualitativeEvaluations":
    """The decision, its reason and the notice."""
    from highdicom.sr import QualitativeEvaluation

    if result.status == "refused":
        code = codes.REFUSED
    elif result.status == "uncertain":
        code = codes.INDETERMINATE
    else:
        deciding = result.together or result.predictions[0]
        code = codes.FINDINGS[deciding.predicted]
    evaluation = QualitativeEvaluation(codes.concept(codes.OUTCOME), codes.concept(code))
    adjusted = f"Probabilities adjusted by profile {origin.profile}." if origin.profile else ""
    comments = [text for text in (str(result.reason), adjusted, NOTICE) if text]
    return _group("outcome", origin, evaluations=[evaluation], comments=comments)


def _network(
    result: CaseResult, prediction: Prediction, origin: Origin
) -> "MeasurementsAndQualitativeEvaluations":
    """What one network says, or all of them together."""
    measurements = [] if result.withheld else _probabilities(prediction)
    if prediction.novelty is not None:
        measurements.append(_measurement(codes.NOVELTY, prediction.novelty))
    return _group(prediction.model, origin, measurements=measurements)


def _probabilities(prediction: Prediction) -> "list[Measurement]":
    return [
        _measurement(
            codes.probability_of(name, calibrated=prediction.calibrated),
            float(prediction.probabilities[place]),
        )
        for place, name in enumerate(CLASS_NAMES)
    ]


def _measurement(name: tuple[str, str, str], value: float) -> "Measurement":
    from highdicom.sr import Measurement

    unit = codes.concept(codes.NO_UNITS)
    return Measurement(name=codes.concept(name), value=round(value, 6), unit=unit)


def _group(
    name: str,
    origin: Origin,
    *,
    measurements: "Sequence[Measurement]" = (),
    evaluations: "Sequence[QualitativeEvaluation]" = (),
    comments: Sequence[str] = (),
) -> "MeasurementsAndQualitativeEvaluations":
    from highdicom.sr import (
        MeasurementsAndQualitativeEvaluations,
        RelationshipTypeValues,
        SourceImageForMeasurementGroup,
        TextContentItem,
    )

    image = SourceImageForMeasurementGroup(origin.source.SOPClassUID, origin.source.SOPInstanceUID)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(name, origin),
        algorithm_id=_algorithm(name, origin),
        measurements=list(measurements) or None,
        qualitative_evaluations=list(evaluations) or None,
        source_images=[image],
    )
    for comment in comments:
        item = TextContentItem(
            codes.concept(codes.COMMENT), comment, RelationshipTypeValues.CONTAINS
        )
        group[0].ContentSequence.append(item)
    return group


def _tracking(name: str, origin: Origin) -> "TrackingIdentifier":
    from highdicom.sr import TrackingIdentifier

    return TrackingIdentifier(uid=uid(f"group {name}", origin.seed), identifier=name)


def _algorithm(name: str, origin: Origin) -> "AlgorithmIdentification":
    """The networks with the digests of their weights."""
    from highdicom.sr import AlgorithmIdentification

    weights = origin.weights if name in ("outcome", TOGETHER) else {name: origin.weights[name]}
    parameters = [f"run {origin.run}"]
    parameters += [f"adjusted by profile {origin.profile}"] if origin.profile else []
    parameters += [f"{title_of(each)} weights SHA-256 {digest}" for each, digest in weights.items()]
    return AlgorithmIdentification(
        name=MAKER if name == "outcome" else title_of(name),
        version=__version__,
        parameters=parameters,
        manufacturer=MAKER,
    )
