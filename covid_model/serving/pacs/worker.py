"""One film of a PACS from fetch to stored results."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from covid_model.common.errors import PacsError
from covid_model.common.messages import Message
from covid_model.common.system import logs
from covid_model.imaging.archives import Source
from covid_model.runs import Run
from covid_model.serving.batch import classify
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnosis import UNFORESEEN, CaseResult
from covid_model.serving.pacs.connection import Pacs
from covid_model.serving.pacs.films import Film
from covid_model.serving.pacs.results.origin import Origin, networks_digest
from covid_model.serving.together import Together

if TYPE_CHECKING:
    from pydicom import Dataset

    MakeResults = Callable[[CaseResult, Origin, Run], Sequence[Dataset]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Networks:
    """The networks of one run.

    Attributes:
        run: where they are from.
        classifiers: what is asked.
        together: the mean of them, None where there is none.
        weights: network -> SHA-256 of its ``model.json``.
        profile: as of ``Origin``.
    """

    run: Run
    classifiers: Sequence[Classifier]
    together: Together | None
    weights: dict[str, str]
    profile: str = ""

    @property
    def digest(self) -> str:
        """Digest of the networks with the profile: others make other results."""
        return networks_digest(self.run.name, self.weights, self.profile)


def process(
    film: Film, pacs: Pacs, networks: Networks, make_results: "MakeResults | None" = None
) -> CaseResult:
    """Fetch a film, classify it and, where asked, store what the networks say of it.

    Results go into new series of the film's own study. Their UIDs follow from the film and the
    networks, and what the PACS has already is not stored again, so that a crash between two steps
    leaves nothing twice. Nothing is stored of a film that could not be read.

    Args:
        film: of the PACS.
        pacs: the PACS.
        networks: what to ask.
        make_results: makes the instances to store, None to store nothing.

    Raises:
        PacsError: for whatever stopped it, an unforeseen error with the id under which it is
            logged.
    """
    data = pacs.fetch(film.study, film.series, film.instance)
    source = Source.whole(film.instance, lambda: data)
    result = classify(source, networks.classifiers, networks.together)
    if make_results is not None and result.predictions:
        try:
            origin = Origin(data, networks.run.name, networks.weights, networks.profile)
            made = make_results(result, origin, networks.run)
        except Exception:
            number = logs.failure(log, "Results of a film could not be made.")
            raise PacsError(Message(UNFORESEEN.template, id=number), lasting=True) from None
        pacs.store_missing(film.study, made)
    return result
