"""From a file's bytes to what every chosen network says of it, or the reason it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from covid_model.errors import RadiographError
from covid_model.radiograph import Radiograph, read_radiograph
from covid_model.serving.classifier import Classifier, Prediction


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The result for one file.

    Attributes:
        name: file name as given.
        status: "ok", "uncertain" (predicted, with a reason for doubt) or "refused".
        reason: one sentence or two for the user, "" when ok.
        radiograph: what was read, None when refused.
        predictions: one for each classifier in the order given, empty when refused.
    """

    name: str
    status: Literal["ok", "uncertain", "refused"]
    reason: str = ""
    radiograph: Radiograph | None = None
    predictions: tuple[Prediction, ...] = ()


def diagnose(data: bytes, name: str, classifiers: Sequence[Classifier]) -> Diagnosis:
    """Read a file, then ask every classifier; a bad file is refused and never raises.

    Args:
        data: the file's bytes.
        name: the file's name, kept as it is.
        classifiers: the networks to ask.
    """
    try:
        radiograph = read_radiograph(data, name)
    except RadiographError as error:
        return Diagnosis(name=name, status="refused", reason=str(error))
    predictions = tuple(classifier.predict(radiograph) for classifier in classifiers)
    return Diagnosis(name=name, status="ok", radiograph=radiograph, predictions=predictions)
