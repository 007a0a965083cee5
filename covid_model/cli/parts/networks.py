"""Networks of a run that a command asks."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.runs import ModelInfo, Run, sha256_of

if TYPE_CHECKING:
    from covid_model.serving import Classifier, Together


@dataclass(frozen=True)
class Asked:
    """The networks of one run, with a hospital's profile where there is one.

    Attributes:
        run: where they are from.
        classifiers: what is asked.
        together: the mean of them, None where it does not decide.
        profile: name of the profile, "" for none.
        digest: of all of them; others give other rows.
    """

    run: Run
    classifiers: "list[Classifier]"
    together: "Together | None"
    profile: str
    digest: str

    @classmethod
    def load(
        cls, run: Run, model: str, *, profile: Path | None, workers: int, threads: int = 2
    ) -> "Asked":
        """Open the networks.

        Args:
            run: where they are from.
            model: name of one, or "all".
            profile: a hospital's ``profile.json``, None for none.
            workers: how many files they are asked about at once.
            threads: processor cores that one pass may use.

        Raises:
            RunError: if one is missing or damaged, or the profile was made for others.
        """
        from covid_model.serving import Profile

        classifiers = load_classifiers(run, model, workers=workers, threads=threads)
        together = load_together(run, classifiers)
        infos = [one.info for one in (*classifiers, together) if one]
        digests = [sha256_of(run.model_folder(info.architecture) / "model.json") for info in infos]
        name = ""
        if profile:
            adjusting: Profile = Profile.load(profile)
            name = adjusting.name
            digests.append(sha256_of(profile))
            classifiers = [one.adjusted(adjusting) for one in classifiers]
            together = together and together.adjusted(adjusting)
        digest = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        return cls(run, classifiers, together, name, digest)

    @property
    def infos(self) -> list[ModelInfo]:
        """What is known of each network, with the mean of them where it decides."""
        return [one.info for one in (*self.classifiers, self.together) if one]


def load_classifiers(
    run: Run, model: str, *, workers: int = 1, threads: int = 2
) -> "list[Classifier]":
    """The network of a run that is named, or all that can predict where it is "all".

    Two workers share a network, whose passes take two threads: that is as fast as a network for
    each worker, with half the memory.
    """
    from covid_model.serving import Classifier

    names = run.models_to_load if model == "all" else (model,)
    copies = (workers + 1) // 2
    return [
        Classifier.load(run.model_folder(name), threads=threads, copies=copies) for name in names
    ]


def load_together(run: Run, classifiers: "list[Classifier]") -> "Together | None":
    """The mean of the run's networks, None where it has none or not all of them are asked."""
    from covid_model.serving import Together

    together = Together.load(run) if len(classifiers) > 1 else None
    asked = {classifier.info.architecture for classifier in classifiers}
    return together if together and asked.issuperset(together.info.members) else None
