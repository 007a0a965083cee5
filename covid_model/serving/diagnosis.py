"""Classification of one file by every chosen network, or the reason it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.imaging.radiograph import Radiograph
from covid_model.imaging.reader import read_for_networks
from covid_model.imaging.two_films import check_one_film, shrunk
from covid_model.inference.network_input import NetworkInput
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.decision import Status, decide
from covid_model.serving.together import Together

UNFORESEEN = Message(
    "Something unforeseen stopped this file alone; the log says where under {id}. Export it again "
    "in another format, then add it once more."
)


@dataclass(frozen=True, eq=False)
class CaseResult:
    """The result for one file.

    Attributes:
        name: file name as given.
        status: as ``decision.Decision`` has it.
        reason: one sentence or more for the user, "" when ok; a ``Message`` where it has parts.
        radiograph: what was read, None where the file could not be.
        predictions: one for each classifier in the order given, empty where the file could not be
            read, or holds two films. Where ``withheld``, they serve for their novelty alone: name
            no class of them.
        withheld: the file was read, but is refused as novel or as a lateral view.
        together: what the networks say together, which decides; None where the run has no mean of
            them, or not all of them were asked.
    """

    name: str
    status: Status
    reason: str = ""
    radiograph: Radiograph | None = None
    predictions: tuple[Prediction, ...] = ()
    withheld: bool = False
    together: Prediction | None = None

    @property
    def reported(self) -> tuple[Prediction, ...]:
        """Each network's prediction, then what they say together where there is that."""
        return self.predictions if self.together is None else (*self.predictions, self.together)


def classify_case(
    data: bytes, name: str, classifiers: Sequence[Classifier], together: Together | None = None
) -> CaseResult:
    """Read a file, then ask every classifier; a bad file is refused and never raises.

    Args:
        data: the file's bytes.
        name: the file's name, kept as it is.
        classifiers: the networks to ask.
        together: the mean of their run's networks, None where it has none.
    """
    radiograph = None
    try:
        radiograph = read_for_networks(data, name)
        small = shrunk(radiograph.pixels)
        check_one_film(small)
    except RadiographError as error:
        return CaseResult(name, "refused", reason=error.message, radiograph=radiograph)
    shown: dict[tuple[int, Preprocessing], NetworkInput] = {}
    predictions = []
    for classifier in classifiers:
        key = (classifier.input_size, classifier.preprocessing)
        if key not in shown:
            shown[key] = classifier.prepare(radiograph)
        predictions.append(classifier.predict(radiograph, prepared=shown[key]))
    result = combine_predictions(radiograph, predictions, together)
    if result.withheld:
        return result
    try:
        check_one_film(small, known=True)
    except RadiographError as error:
        return CaseResult(name, "refused", reason=error.message, radiograph=radiograph)
    return result


def combine_predictions(
    radiograph: Radiograph, predictions: Sequence[Prediction], together: Together | None = None
) -> CaseResult:
    """Return the result for a radiograph that was read, from what each network says of it.

    Args:
        radiograph: what was read.
        predictions: one a network that was asked.
        together: the mean of their run's networks, None where it has none.
    """
    joint = None if together is None else together.prediction(predictions)
    heard = predictions if joint is None or together is None else together.of(predictions)
    decision = decide(heard, joint)
    return CaseResult(
        name=radiograph.name,
        status=decision.status,
        reason=decision.reason,
        radiograph=radiograph,
        predictions=tuple(predictions),
        withheld=decision.status == "refused",
        together=joint,
    )
