"""How to reach a PACS: its address, who asks, whom to trust."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from covid_model.common.errors import UsageError
from covid_model.common.messages import Message

PREFIX = "COVID_XRAY_PACS_"
NAMES = ("url", "user", "password", "token", "ca", "timeout")
TIMEOUT = 30.0  # seconds
BAD_TIMEOUT = Message("Expected seconds above 0 as {prefix}TIMEOUT.", prefix=PREFIX)


@dataclass(frozen=True)
class PacsSettings:
    """Settings of a connection; secrets are never part of what is printed or logged.

    Attributes:
        url: of the DICOMweb service, such as ``https://pacs.hospital/dicom-web``.
        user: for basic authentication, "" without.
        password: of the user.
        token: for bearer authentication, "" without.
        ca: file with the certificate authority that signed the server's certificate, None for
            those that the system trusts.
        timeout: seconds that the server may be silent.
    """

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca: Path | None = None
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UsageError: naming the value that is wrong, never the value of a secret.
        """
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise UsageError(
                "Expected the address of the PACS as http://HOST/PATH or https://HOST/PATH."
            )
        if address.username or address.password or address.query:
            raise UsageError(
                "The address of the PACS must hold no user, password or token, as others could "
                "read them there: set {prefix}USER, {prefix}PASSWORD or {prefix}TOKEN.",
                prefix=PREFIX,
            )
        if self.token and self.user:
            raise UsageError("Set {prefix}TOKEN or {prefix}USER, not both.", prefix=PREFIX)
        if self.ca is not None and not self.ca.is_file():
            raise UsageError(
                "The file of {prefix}CA does not exist: give the certificate authority of the PACS "
                "in PEM format.",
                prefix=PREFIX,
            )
        if not self.timeout > 0:
            raise UsageError(BAD_TIMEOUT)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Make settings of texts by the names in ``NAMES``; empty ones count as not given.

        Raises:
            UsageError: if ``url`` is missing, a name is unknown or a value is wrong.
        """
        given = {name: str(value) for name, value in values.items() if str(value)}
        if unknown := sorted(given.keys() - set(NAMES)):
            raise UsageError(
                "Expected settings of the PACS: {names}. Received: {unknown}.",
                names=", ".join(NAMES),
                unknown=unknown[0],
            )
        if "url" not in given:
            raise UsageError(
                "Give the address of the PACS: --url, or set {prefix}URL.", prefix=PREFIX
            )
        try:
            timeout = float(given.get("timeout", TIMEOUT))
        except ValueError:
            raise UsageError(BAD_TIMEOUT) from None
        return cls(
            url=given["url"].rstrip("/"),
            user=given.get("user", ""),
            password=given.get("password", ""),
            token=given.get("token", ""),
            ca=Path(given["ca"]) if "ca" in given else None,
            timeout=timeout,
        )

    @classmethod
    def from_environment(cls, **values: str | None) -> Self:
        """Make settings of the variables ``COVID_XRAY_PACS_URL`` and the like.

        Args:
            values: by the names in ``NAMES``; they win over the environment where not empty.

        Raises:
            UsageError: as ``of`` does.
        """
        found = {name: os.environ.get(f"{PREFIX}{name.upper()}", "") for name in NAMES}
        return cls.of(found | {name: value for name, value in values.items() if value})
