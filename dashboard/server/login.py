"""Login by an identity provider, for what is no page: the start of the server, uploads."""

from pathlib import Path

import streamlit as st
from streamlit import config, runtime
from streamlit.auth_util import get_secrets_auth_section

from covid_model.common.errors import UsageError


def require_secrets() -> None:
    """Refuse to serve where ``secrets.toml`` is there and cannot be read.

    Streamlit would go on as if there were none: then nobody would have to log in.

    Raises:
        UsageError: naming the files.
    """
    named = config.is_manually_set("secrets.files")
    files = [path for path in st.get_option("secrets.files") if named or Path(path).exists()]
    try:
        readable = all(Path(path).exists() for path in files)
        if files:
            st.secrets.to_dict()
    except Exception:  # whatever it is; its text may hold a secret
        readable = False
    if not readable:
        raise UsageError(
            "{files} cannot be read as TOML, so nobody would have to log in: restore it, with the "
            "rights to read it, or remove it.",
            files=", ".join(files),
        )


def may_upload(session: str) -> bool:
    """Whether nobody has to log in, or the visitor of a session, by its id, has."""
    if not get_secrets_auth_section():
        return True
    info = runtime.get_instance()._session_mgr.get_active_session_info(session)
    return info is not None and bool(info.session._user_info.get("is_logged_in"))
