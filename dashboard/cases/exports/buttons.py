"""Download buttons for the exports of a case."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

import streamlit as st

from covid_model.common.messages import Message
from covid_model.runs import Run
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.lung_occlusion import LungOcclusion
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.text import CaseText, text_of
from dashboard.cases.reader_study import text as reader_study_text
from dashboard.i18n.translate import t
from dashboard.session import inference
from dashboard.session.readings import reading
from dashboard.session.uploads import Case

OF_NOBODY = Message(
    "Radiograph and overlays as a secondary capture. Nothing of the file's header "
    "or name goes into it; text inside the picture stays."
)
IN_STUDY = Message(
    "Radiograph and overlays as a secondary capture: a new series of the file's study, with the "
    "patient's name and identifiers."
)


@dataclass(frozen=True)
class Offer:
    """One file to download.

    Attributes:
        kind: end of the button's key.
        label: of the button.
        help: what the file holds.
        file: its name.
        mime: its type.
        make: makes its bytes; called on a click alone.
    """

    kind: str
    label: str
    help: str
    file: str
    mime: str
    make: Callable[[], bytes]


def section(
    case_key: str,
    case: Case,
    result: CaseResult,
    run: Run,
    *,
    occlusion: LungOcclusion | None = None,
) -> None:
    """Show the buttons below a result; nothing is made before one of them is clicked.

    Args:
        case_key: of the file.
        case: the file.
        result: what the networks say of it.
        run: the run of these networks.
        occlusion: what the first network says without the lungs, where that is known.
    """
    st.markdown(f"**{t('This case')}**")
    if result.radiograph is None:  # a header that refuses a file does not hide its picture
        result = replace(result, radiograph=inference.refused_picture(case_key, case))
    exported = ExportedCase(
        result,
        run,
        sha256=case.sha256,
        data=case.data,
        sample=case.sample,
        occlusion=occlusion,
        reading=_reading(case),
        named=_named(case_key, case),
        outlined=_outlined(case_key, occlusion),
    )
    in_study = _in_study(case_key, exported)
    with st.container(horizontal=True, gap="small", key=f"exports-{case_key[:8]}"):
        for offer in offers(exported, text_of(exported), in_study=in_study):
            st.download_button(
                offer.label,
                offer.make,
                file_name=offer.file,
                mime=offer.mime,
                key=f"export-{offer.kind}",
                help=offer.help,
                icon=":material/download:",
                on_click="ignore",
            )


def _named(case_key: str, case: Case) -> bool:
    """Let the visitor have the file's name in what is downloaded; a sample's is always there."""
    return bool(case.sample) or st.checkbox(
        t("Name the file in them"),
        key=f"named-{case_key[:8]}",
        help=t(
            "A file's name often names a patient. Without it, page and bundle are called by the "
            "first digits of the SHA-256 of the file."
        ),
    )


def _outlined(case_key: str, occlusion: LungOcclusion | None) -> bool:
    """Let the visitor have the lungs outlined on the page, where they are known."""
    if occlusion is None or occlusion.mask is None:
        return False
    return st.checkbox(t("Outline the lungs on the PDF page"), True, key=f"outlined-{case_key[:8]}")


def _in_study(case_key: str, exported: ExportedCase) -> bool:
    """Let the visitor keep the DICOM picture in its file's study, where the file names one."""
    from dashboard.cases.exports.source import study_of

    if not exported.named_predictions or study_of(exported.data) is None:
        return False
    return st.checkbox(
        t("Keep the DICOM picture in the file's study"),
        key=f"in-study-{case_key[:8]}",
        help=t(
            "It then carries the patient's name, identifiers and study from the file's header: "
            "treat it as the file itself."
        ),
    )


def _reading(case: Case) -> dict[str, str]:
    """What the reader last said of a file, heading -> words; empty where nothing was said."""
    last = reading.log().last(case.sha256)
    if last is None:
        return {}
    fields = {
        t("Reading"): reader_study_text.choice(last.reader_class),
        t("Sureness"): t("{sureness} of 5", sureness=last.sureness) if last.sureness else "",
        t("Note"): last.note,
        t("Blind"): t("no") if last.not_blind else t("yes"),
        t("Time"): last.time,
    }
    return {heading: value for heading, value in fields.items() if value}


def offers(exported: ExportedCase, texts: CaseText, *, in_study: bool = False) -> list[Offer]:
    """Return the files that a case can be had as; no picture of areas where none was shown.

    Args:
        exported: the case.
        texts: its text in the visitor's language.
        in_study: whether the DICOM picture is kept in its file's study.
    """
    stem = _stem(exported.name)
    files = [
        Offer(
            "pdf",
            t("Page as PDF"),
            t("One A4 page: outcome, figures, pictures, weights."),
            f"{stem}-report.pdf",
            "application/pdf",
            lambda: _pdf(exported, texts),
        ),
        Offer(
            "bundle",
            t("Bundle as ZIP"),
            t("Page, pictures, maps as arrays and a manifest with the digest of each file."),
            f"{stem}-bundle.zip",
            "application/zip",
            lambda: _bundle(exported, texts),
        ),
    ]
    if exported.named_predictions:
        files.append(
            Offer(
                "dicom",
                t("Picture as DICOM"),
                t(IN_STUDY if in_study else OF_NOBODY),
                f"{stem}-overlay.dcm",
                "application/dicom",
                lambda: _dicom(exported, texts, in_study),
            )
        )
    return files


def _pdf(exported: ExportedCase, texts: CaseText) -> bytes:
    from dashboard.cases.exports.pdf import case_pdf  # fpdf2 only where a page is wanted

    return case_pdf(exported, texts, created=_now())


def _bundle(exported: ExportedCase, texts: CaseText) -> bytes:
    from dashboard.cases.exports.case_bundle import build_case_bundle

    return build_case_bundle(exported, texts, created=_now())


def _dicom(exported: ExportedCase, texts: CaseText, in_study: bool) -> bytes:
    from dashboard.cases.exports.secondary_capture import case_capture

    return case_capture(exported, texts, created=_now(), in_study=in_study)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _stem(name: str) -> str:
    """Begin a file's name as the case's file does, with letters that any system takes."""
    return re.sub(r"[^\w-]+", "_", PurePath(name).stem)[:60].strip("_") or "case"
