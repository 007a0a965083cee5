"""Profile of a hospital by which networks answer: one that the visitor gave, or the server's."""

import os
from functools import lru_cache
from pathlib import Path

import streamlit as st

from covid_model.common.errors import RunError
from covid_model.runs import CHOSEN_PROFILE, Run, Shelf, readable_digest
from covid_model.serving import Profile, Together

MAX_BYTES = 2**20
SWITCH = "use_profile"
_OWN = "profile"


def load(data: bytes, shelf: Shelf) -> Profile:
    """Take a profile for this session, and use it.

    Args:
        data: the bytes of a ``profile.json``.
        shelf: the runs that can be chosen.

    Raises:
        RunError: if it is none, was changed, or belongs to no run that is here.
    """
    if len(data) > MAX_BYTES:
        raise RunError("The file is too large for a profile: give profile.json of an evaluation.")
    profile = Profile.parse(data, "profile.json")
    if not any(profile.fits(run.folder) for run in shelf.servable):
        raise RunError(
            "The profile {profile} was made for networks of the run {run} that are not here: "
            "make one for a run that is.",
            profile=profile.name,
            run=profile.run,
        )
    st.session_state[_OWN] = profile
    st.session_state[SWITCH] = True
    return profile


def forget() -> None:
    """Drop the visitor's own profile."""
    st.session_state.pop(_OWN, None)


def own() -> Profile | None:
    """The profile that the visitor gave, None without one."""
    return st.session_state.get(_OWN)


def available() -> Profile | None:
    """The visitor's own profile, else that of the server, None without either.

    Raises:
        RunError: if that of the server cannot be read.
    """
    path = os.environ.get(CHOSEN_PROFILE)
    if own() or not path:
        return own()
    return _of_server(path, readable_digest(Path(path)))


@lru_cache(maxsize=1)
def _of_server(path: str, digest: str) -> Profile:
    return Profile.load(Path(path))


def used(run: Path) -> Profile | None:
    """The profile by which the networks in a run's folder answer.

    None without one, where it is switched off, cannot be read or belongs to others: the page says
    so by ``components.pickers``.
    """
    if not st.session_state.get(SWITCH, True):
        return None
    try:
        profile = available()
    except RunError:
        return None
    return profile if profile is not None and profile.fits(run) else None


def together(run: Run) -> Together | None:
    """The mean of a run's networks, by the profile that is used; None where the run has none.

    Raises:
        RunError: if it cannot be read.
    """
    joint, profile = Together.load(run), used(run.folder)
    return joint.adjusted(profile) if joint and profile else joint
