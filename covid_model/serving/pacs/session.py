"""Session of HTTP with a PACS: who asks, whom to trust, how wildcards are written."""

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from covid_model.serving.pacs.settings import PacsSettings


class _PlainWildcards(HTTPAdapter):
    """Sends ``*`` as it is: Orthanc's plugin (1.7) takes ``%2A`` for three characters of a name."""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        """Send a request whose query has its wildcards in plain."""
        address, mark, query = (request.url or "").partition("?")
        request.url = f"{address}{mark}{query.replace('%2A', '*')}"
        return super().send(request, *args, **how)


def open_session(settings: PacsSettings, *, on_response: Callable[..., None]) -> requests.Session:
    """Return a session with the credentials of the settings.

    Args:
        settings: of the PACS.
        on_response: called with each answer before its content is read.
    """
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor a password file of the user's own
    session.headers["Accept-Encoding"] = "identity"  # to pack a film takes longer than to send it
    session.verify = str(settings.ca) if settings.ca else True
    if settings.token:
        session.headers["Authorization"] = f"Bearer {settings.token}"
    elif settings.user:
        session.auth = (settings.user, settings.password)
    session.hooks["response"].append(on_response)
    for scheme in ("http://", "https://"):
        session.mount(scheme, _PlainWildcards())
    return session
