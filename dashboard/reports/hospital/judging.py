"""Run of an evaluation on the page: from what was given to its files."""

import csv
import io

import pandas as pd
import streamlit as st

from covid_model.common.errors import CovidModelError, DataError
from covid_model.data.hospital.labels import Meanings
from covid_model.data.hospital.listing import Listing
from covid_model.data.hospital.reading import Hospital, hospital_of
from covid_model.data.hospital.readings import Readings, match_readings
from covid_model.evaluation.comparison.asking.evaluation import Evaluation, Request
from covid_model.evaluation.comparison.profile import PRIOR
from covid_model.runs import Run
from covid_model.serving import Together
from covid_model.serving.batch_table import defused
from dashboard.components.text import capital, plain
from dashboard.i18n.translate import t
from dashboard.reports.hospital import given, options, upload, work
from dashboard.reports.hospital import text as hospital_text
from dashboard.session import inference
from dashboard.session.readings import reading


def ask(run: Run) -> None:
    """Show what can be given and set, with the button that begins; say what is wrong with it."""
    kind = given.source()
    try:
        listing = _listing(kind)
        if listing is None:
            return
        adjust = options.adjust()
        rows = given.rows(kind, listing, unlabelled=adjust == PRIOR)
        words = _words(rows, listing)
        meant = given.meanings(words)
        if meant is None:
            return
        st.caption(given.counted(words, meant))
        request = options.request(adjust)
        if st.button(t("Compute"), type="primary", icon=":material/calculate:", key="compute"):
            _begin(run, listing, rows, meant, request)
    except CovidModelError as error:
        st.error(plain(capital(t(error.message))))


def _listing(kind: str) -> Listing | None:
    """The radiographs that were given, None where there are none yet."""
    if kind == upload.FILES:
        listing = upload.of_session()
        if not listing.files:
            st.info(t(hospital_text.NO_FILES))
            return None
        return listing
    held = work.current().upload
    return held.listing() if held and held.kind == upload.ZIP else None


def _words(rows: pd.DataFrame | None, listing: Listing) -> pd.Series:
    if rows is not None:
        return rows["word"]
    tops = [listing.real_path(path).rpartition("/")[0].partition("/")[0] for path in listing.files]
    return pd.Series(tops, dtype=object)


def _begin(
    run: Run,
    listing: Listing,
    rows: pd.DataFrame | None,
    meant: Meanings,
    request: Request,
) -> None:
    """Check all that can be checked before a network is asked, then begin.

    Raises:
        CovidModelError: if nothing can be judged, or there is too little for a profile.
    """
    with st.spinner(t("Reading the files")):
        hospital = hospital_of(listing, rows, meanings=meant, unlabelled=request.adjust == PRIOR)
        networks = [inference.network(run.model_folder(name)) for name in run.servable_models]
        evaluation = Evaluation(run, (networks, Together.load(run)), hospital, request)
        evaluation.check()
        evaluation.readings = _readings(hospital)
    begun = work.current()
    begun.names = _names(listing, rows, hospital)
    begun.begin(evaluation)
    st.rerun()


def _readings(hospital: Hospital) -> Readings | None:
    """The blind readings of this session of images with a truth, None without any."""
    log = reading.log().readings
    rows = [
        (one.file, one.sha256, one.reader_class, "no" if one.not_blind else "yes") for one in log
    ]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["file", "sha256", "reader_class", "blind"])
    try:
        return match_readings(table, hospital.frame, "the log")
    except DataError:
        return None


def _names(listing: Listing, rows: pd.DataFrame | None, hospital: Hospital) -> str:
    """Table of the numbers in the report with the names that they stand for, as CSV."""
    named = [(path, listing.real_path(path)) for path in listing.files]
    if rows is not None and "patient_id" in rows:
        pairs = zip(hospital.files["patient_id"], rows["patient_id"], strict=True)
        named += sorted({(number, name) for number, name in pairs if number})
    out = io.StringIO()
    csv.writer(out).writerows([("number", "name"), *((n, defused(name)) for n, name in named)])
    return out.getvalue()


def go_on() -> None:
    """Show how far the asking is, go on with it, compute what it tells once it is done."""
    under_way = work.current()
    if under_way.problem:
        st.error(plain(capital(t(under_way.problem))))
    evaluation = under_way.evaluation
    if evaluation is None or under_way.files:
        return
    images = len(evaluation.hospital.frame)
    said = t("Image {done} of {images}", done=under_way.done, images=images)
    st.progress(under_way.done / max(images, 1), said)
    # Streamlit keeps the function for as long as the session is there, with all that it holds.
    st.button(t("Stop"), key="hospital-stop", icon=":material/stop:", on_click=work.stop)
    if under_way.go_on():
        st.rerun()
    with st.spinner(t("Computing figures and intervals")):
        under_way.finish()
    st.rerun()
