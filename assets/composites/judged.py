"""What a run says of candidates, and the rule by which samples are chosen."""

from collections.abc import Iterable
from dataclasses import dataclass

from assets.composites.drawn import Drawn
from covid_model.runs import Run
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.diagnosis import CaseResult, classify_case, combine_predictions
from covid_model.serving.together import Together

ALL = "all"  # asked together, as on Compare


@dataclass(frozen=True, eq=False)
class Judged:
    """A candidate with the results of each network alone, the preselected first, then of all."""

    drawn: Drawn
    results: dict[str, CaseResult]

    @property
    def statuses(self) -> dict[str, str]:
        """Status by what was asked."""
        return {name: result.status for name, result in self.results.items()}

    @property
    def status(self) -> str:
        """The preselected network's."""
        return next(iter(self.statuses.values()))

    @property
    def right(self) -> bool:
        """Whether every class that is named as an answer is that of the radiographs."""
        return all(
            one.predicted in self.drawn.classes
            for result in self.results.values()
            if result.status == "ok"
            for one in result.reported
        )

    def fitness(self, status: str) -> tuple[bool, int, float]:
        """How well it shows a status: by the preselected network, by how many, how clearly.

        Clear is what lies far from the thresholds: the least distance of any network, negative
        where one does not show the status.
        """
        shown = [found == status for found in self.statuses.values()]
        margins = [_margin(one, status) for one in self.results[ALL].reported]
        return shown[0], sum(shown), min(margins)


def _margin(one: Prediction, status: str) -> float:
    known = 1 - (one.novelty or 0)
    above = one.score - (one.threshold or 0)
    return min(known, above if status == "ok" else -above)


class Judge:
    """The networks of a run."""

    def __init__(self, run: Run) -> None:
        """Open them all."""
        self._classifiers = {
            name: Classifier.load(run.model_folder(name), threads=1) for name in run.servable_models
        }
        self._together = Together.load(run)

    def judged(self, drawn: Drawn) -> Judged:
        """Ask every network."""
        everything = classify_case(
            drawn.png, "candidate", list(self._classifiers.values()), self._together
        )
        alone = {
            one.model: combine_predictions(everything.radiograph, [one])
            for one in everything.predictions
        }
        return Judged(drawn, {**alone, ALL: everything})


def best(candidates: Iterable[Judged], status: str) -> Judged | None:
    """The candidate that shows a status best to the preselected network, None where none does.

    Where it is an answer, none that any network answers wrongly is taken.
    """
    fit = [one for one in candidates if one.status == status and (status != "ok" or one.right)]
    return max(fit, key=lambda one: one.fitness(status), default=None)
