"""The PACS that the server is set up with, for one visitor's session."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from covid_model.serving.pacs.connection import Pacs
from covid_model.serving.pacs.films import Film, StudyEntry, films_of, find_studies
from covid_model.serving.pacs.settings import PREFIX, PacsSettings
from dashboard.session import cases
from dashboard.session.uploads import Case

if TYPE_CHECKING:
    from pydicom import Dataset

SECTION = "pacs"  # of secrets.toml
_FOUND = "pacs_found"
MAX_LISTED = 200


def configured() -> bool:
    """Whether the server names a PACS, in ``secrets.toml`` or in the environment."""
    return bool(_secrets() or os.environ.get(f"{PREFIX}URL"))


def search(filters: dict[str, str]) -> None:
    """Find the studies that match; the newest are kept for ``found``.

    Args:
        filters: as ``find_studies`` takes them.

    Raises:
        PacsError: if the PACS cannot be asked.
    """
    st.session_state[_FOUND] = find_studies(_connect(), filters)[:MAX_LISTED]


def found() -> list[StudyEntry] | None:
    """Return what the last search found, None before the first."""
    return st.session_state.get(_FOUND)


def open_study(entry: StudyEntry) -> list[str]:
    """Add the films of a study to the session; return the names of those that have no room.

    Raises:
        PacsError: if the PACS does not give them.
    """
    pacs, left_out, chosen = _connect(), [], None
    for number, film in enumerate(films_of(pacs, entry.uid), 1):
        data = pacs.fetch(film.study, film.series, film.instance)
        case = Case(_name(entry, number), data, film=film)
        if not cases.add(case):
            left_out.append(case.name)
        chosen = chosen or case.key
    cases.choose(chosen)
    return left_out


def priors_of(patient_id: str) -> None:
    """Find every study of one patient, by the number that the hospital gave.

    Raises:
        PacsError: if the PACS cannot be asked.
    """
    search({"PatientID": patient_id})


def store(film: Film, made: "Sequence[Dataset]") -> int:
    """Store results in a film's study, but those that it has; return how many were stored.

    Raises:
        PacsError: if the PACS does not take them.
    """
    return _connect().store_missing(film.study, made)


def _name(entry: StudyEntry, number: int) -> str:
    """A name that tells no patient: the date and the end of the study's UID."""
    return f"PACS {entry.day} …{entry.uid[-6:]} ({number})"


def _connect() -> Pacs:
    secrets = _secrets()
    return Pacs(PacsSettings.of(secrets) if secrets else PacsSettings.from_environment())


def _secrets() -> dict[str, str]:
    try:
        return {name: str(value) for name, value in st.secrets.get(SECTION, {}).items()}
    except StreamlitSecretNotFoundError:
        return {}
