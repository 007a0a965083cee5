"""Errors that this project raises on purpose."""

from typing import Any

from covid_model.common.messages import Message


class CovidModelError(Exception):
    """Base of every error whose message is one sentence a user can act on.

    ``CovidModelError("... {count} ...", count=3)`` keeps template and values in ``message``, so
    that the message can be said in another language.
    """

    def __init__(self, template: str, **values: Any) -> None:
        self.message = template if isinstance(template, Message) else Message(template, **values)
        super().__init__(self.message)


class RadiographError(CovidModelError):
    """A file cannot be read as a frontal chest radiograph; the message says why."""


class DataError(CovidModelError):
    """A data folder or its metadata does not have the expected shape."""


class WeightsError(CovidModelError):
    """Weights cannot be had, or do not fit the network."""


class RunError(CovidModelError):
    """A run folder is incomplete, of another schema, or differs from its digests."""


class ReportsOnlyError(RunError):
    """A run holds reports without a model, so it cannot predict."""


class SignatureError(CovidModelError):
    """A file is not signed, or not by the key that was given, or not as it is."""


class UsageError(CovidModelError):
    """A command was called with arguments that do not fit together."""


class PacsError(CovidModelError):
    """A PACS cannot be reached, refuses, or answers nonsense.

    Attributes:
        status: of HTTP, 0 where there was no answer.
        away: nothing was asked, as the PACS could not be reached.
        lasting: whether trying the same again is of no use.
    """

    def __init__(
        self, template: str, *, away: bool = False, lasting: bool = False, **values: Any
    ) -> None:
        self.status = int(values.get("status", 0))
        self.away, self.lasting = away, lasting
        super().__init__(template, **values)
