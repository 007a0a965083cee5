"""Results of one film as the instances that are stored in its study."""

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from covid_model.common.system.digests import sha256
from covid_model.runs import Run
from covid_model.serving import CaseResult
from covid_model.serving.pacs.results.encapsulated_pdf import encapsulated_pdf
from covid_model.serving.pacs.results.origin import Origin, uid
from covid_model.serving.pacs.results.structured_report import structured_report
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.secondary_capture import case_capture
from dashboard.cases.exports.text import text_of

if TYPE_CHECKING:
    from pydicom import Dataset


def results_of(result: CaseResult, origin: Origin, run: Run) -> "list[Dataset]":
    """Return a structured report, a picture with the areas of attention, a PDF; each a new series.

    A refused film has no picture. The same film and networks always give the same UIDs.

    Args:
        result: of the film.
        origin: the film.
        run: of the networks.
    """
    created = datetime.now(UTC)
    exported = ExportedCase(result, run, sha256=sha256(origin.data), data=origin.data)
    texts = text_of(exported)
    made = [structured_report(result, origin)]
    if exported.named_predictions:
        made.append(_capture(case_capture(exported, texts, created=created, in_study=True), origin))
    made.append(
        encapsulated_pdf(case_pdf(exported, texts, created=created), origin, created=created)
    )
    return made


def _capture(data: bytes, origin: Origin) -> "Dataset":
    from pydicom import dcmread

    dataset = dcmread(io.BytesIO(data))
    dataset.SOPInstanceUID = uid("SC", origin.seed)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.SeriesInstanceUID = uid("SC series", origin.seed)
    dataset.SeriesNumber = origin.series_number(1)
    return dataset
