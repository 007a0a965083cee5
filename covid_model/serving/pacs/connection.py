"""Requests to a PACS over DICOMweb, whose failures become sentences with a remedy."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from covid_model.common.errors import PacsError, UsageError
from covid_model.common.system.threads.quiet import QUIET
from covid_model.serving.pacs.settings import PREFIX, PacsSettings

if TYPE_CHECKING:
    from pydicom import Dataset
    from requests import HTTPError, RequestException, Response

MAX_RESPONSE = 512 * 2**20  # bytes
LIMITS = (100, 1_000, 10_000)  # matches asked for at a time, more where an answer was full
ANY_SYNTAX = (("application/dicom", "*"),)  # as it is stored: no recompression on the way
CONNECT = 10.0  # seconds to reach the server at all


class Pacs:
    """A PACS that answers DICOMweb: QIDO-RS, WADO-RS, STOW-RS (PS3.18).

    Every method raises ``PacsError`` with one sentence for whatever goes wrong.
    """

    def __init__(self, settings: PacsSettings) -> None:
        """Prepare a connection; nothing is asked yet.

        Raises:
            UsageError: if the packages for it are not installed.
        """
        try:
            from dicomweb_client import DICOMwebClient

            from covid_model.serving.pacs.session import open_session
        except ImportError:
            raise UsageError(
                "The packages for a PACS are not installed: pip install covid-xray-models[pacs]."
            ) from None
        session = open_session(settings, on_response=_check_size)
        self._client = DICOMwebClient(
            settings.url,
            session=session,
            timeout=(min(CONNECT, settings.timeout), settings.timeout),
        )
        self._client.set_http_retry_params(retry=False)  # who asks decides when to ask again

    def search(
        self, level: str, filters: Mapping[str, str], fields: Sequence[str] = (), **within: str
    ) -> "list[Dataset]":
        """Return what matches (QIDO-RS), at most ``LIMITS[-1]``.

        The limit grows from zero on, instead of an offset: Orthanc's plugin (1.7) takes an offset
        off the first matches where it filters by modality, and then loses what comes after them.
        An offset is for a server that never gives as many as it is asked for.

        Args:
            level: "studies", "series" or "instances".
            filters: values by keyword, as QIDO-RS takes them.
            fields: keywords of further elements to return.
            within: ``study_instance_uid`` and ``series_instance_uid`` to search in.
        """
        from pydicom import Dataset

        search = getattr(self._client, f"search_for_{level}")
        asked = {"search_filters": dict(filters), "fields": list(fields), **within}
        matches: dict[str, dict[str, Any]] = {}

        def ask(limit: int, offset: int) -> int:
            page = search(limit=limit, offset=offset, **asked)
            matches.update((json.dumps(match, sort_keys=True), match) for match in page)
            return len(page)

        with _explained():
            limit = next((limit for limit in LIMITS if ask(limit, 0) < limit), LIMITS[-1])
            before = 0 if level == "studies" or limit > LIMITS[0] else len(matches)
            while before < len(matches) < LIMITS[-1]:
                before = len(matches)
                ask(limit, before)
            return [Dataset.from_json(match) for match in matches.values()][: LIMITS[-1]]

    def fetch(self, study: str, series: str, instance: str) -> bytes:
        """Return one instance as a DICOM file, as it is stored (WADO-RS)."""
        with _explained():
            dataset = self._client.retrieve_instance(
                study, series, instance, media_types=ANY_SYNTAX
            )
            stream = BytesIO()
            dataset.save_as(stream, enforce_file_format=True)
            return stream.getvalue()

    def holds(self, study: str, series: str) -> set[str]:
        """Return the SOP Instance UIDs that a series has, none where there is no such series."""
        try:
            matches = self.search(
                "instances", {}, study_instance_uid=study, series_instance_uid=series
            )
        except PacsError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return set()
            raise
        return {str(match.get("SOPInstanceUID", "")) for match in matches}

    def store_missing(self, study: str, datasets: "Sequence[Dataset]") -> int:
        """Store what a study has not already; return how many instances that were."""
        missing = [
            dataset
            for dataset in datasets
            if str(dataset.SOPInstanceUID) not in self.holds(study, str(dataset.SeriesInstanceUID))
        ]
        if missing:
            self.store(study, missing)
        return len(missing)

    def store(self, study: str, datasets: "Sequence[Dataset]") -> None:
        """Store instances in a study (STOW-RS); all of them, or it raises."""
        for dataset in datasets:  # dicomweb-client writes a file without it where it is missing
            dataset.preamble = getattr(dataset, "preamble", None) or bytes(128)
        with _explained():
            answer = self._client.store_instances(datasets, study_instance_uid=study)
        taken = {
            str(item.get("ReferencedSOPInstanceUID", ""))
            for item in answer.get("ReferencedSOPSequence") or ()
        }
        # A full PACS may answer with success, neither naming what it took nor what failed.
        if refused := [each for each in datasets if str(each.SOPInstanceUID) not in taken]:
            raise PacsError(
                "The PACS did not take {count} of {all} results: look whether it is full, and "
                "whether it takes structured reports, secondary captures and PDF documents.",
                count=len(refused),
                all=len(datasets),
            )


def _check_size(response: "Response", **_: Any) -> None:
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_RESPONSE:
        response.close()
        raise PacsError(
            "The PACS wants to send {size} MiB at once, more than the limit of {limit} MiB: this "
            "is no radiograph.",
            size=int(length) >> 20,
            limit=MAX_RESPONSE >> 20,
            lasting=True,
        )


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what can go wrong in a request into one sentence."""
    import requests

    try:
        with QUIET:  # of an answer that is not quite as the standard says
            yield
    except PacsError:
        raise
    except requests.exceptions.SSLError:
        raise PacsError(
            "The certificate of the PACS is not trusted: name the certificate authority that "
            "signed it in {variable}.",
            variable=f"{PREFIX}CA",
            away=True,
        ) from None
    except requests.HTTPError as error:
        raise _of_status(error) from None
    except requests.ReadTimeout:
        raise PacsError(
            "The PACS did not answer in time: look whether it is busy, or set a longer {variable}.",
            variable=f"{PREFIX}TIMEOUT",
        ) from None
    except requests.exceptions.InvalidJSONError as error:
        raise _nonsense(error) from None
    except requests.RequestException as error:
        raise PacsError(
            "The PACS cannot be reached: look whether it runs, and whether the address is right.",
            away=_was_not_reached(error),
        ) from None
    except Exception as error:  # whatever a parser makes of nonsense
        raise _nonsense(error) from None


def _nonsense(error: Exception) -> PacsError:
    return PacsError(
        "The PACS answered what is no DICOMweb ({kind}): look whether the address is that of its "
        "DICOMweb service.",
        kind=type(error).__name__,
    )


def _was_not_reached(error: "RequestException") -> bool:
    """Whether no connection came about at all; one that broke may be the film's fault."""
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _of_status(error: "HTTPError") -> PacsError:
    status = 0 if error.response is None else error.response.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PacsError(
            "The PACS refuses the request ({status}): set {prefix}USER and {prefix}PASSWORD, or "
            "{prefix}TOKEN, of somebody who may do this.",
            status=status,
            prefix=PREFIX,
        )
    if status == HTTPStatus.NOT_FOUND:
        return PacsError(
            "The PACS does not know what was asked for (404): it was deleted, or the address is "
            "not that of its DICOMweb service.",
            status=status,
        )
    if status in (HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        return PacsError("The PACS is full ({status}): make room in it.", status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return PacsError(
            "The PACS failed at the request ({status}): look into its log.", status=status
        )
    return PacsError("The PACS refused the request ({status}).", status=status)
