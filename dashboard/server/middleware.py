"""Which requests reach Streamlit, and what a browser is told to refuse."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.frame import language_switch
from dashboard.i18n import translate
from dashboard.server.assets import WholeAssets
from dashboard.server.downloads import ShortLived
from dashboard.server.uploads import BoundedUploads


def _inline_scripts() -> list[str]:
    """The sources by which a policy allows the scripts inside Streamlit's page, and ours."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    scripts += [language_switch.script(language) for language in translate.LANGUAGES]
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


POLICY = "; ".join(
    (
        "default-src 'self'",
        # A component's script is a blob; Streamlit decodes its messages in WebAssembly.
        f"script-src 'self' blob: 'wasm-unsafe-eval' {' '.join(_inline_scripts())}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",  # for browsers without frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def middleware() -> list[Middleware]:
    """Return what a request passes, in order, by the options of Streamlit's configuration.

    ``server.allowedHosts`` holds for every request, where Streamlit itself asks it for the
    websocket alone; ``server.corsAllowedOrigins`` names the other sites whose pages may open one.
    """
    hosts = st.get_option("server.allowedHosts") or ["*"]
    origins = frozenset(st.get_option("server.corsAllowedOrigins"))
    return [
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(WholeAssets),
        Middleware(SameOrigin, allowed=origins),
        Middleware(BoundedUploads),
        Middleware(ShortLived),
    ]


class SecurityHeaders:
    """Puts ``HEADERS`` on every answer, in place of what Streamlit says under the same names."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its answer back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class SameOrigin:
    """Refuses a websocket that a page of another site opens.

    Streamlit would let in any page of ``localhost``, whatever its port, and ask a host on the
    internet for this machine's own address to compare the others with.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or close the websocket before it opens."""
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin and origin not in self.allowed and not _same(origin, headers.get("host")):
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
        await self.app(scope, receive, send)


def _same(origin: str, host: str | None) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False
