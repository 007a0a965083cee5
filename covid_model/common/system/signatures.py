"""Signatures of files in the format of minisign, https://jedisct1.github.io/minisign.

``FILE.minisig`` lies beside the file that it signs. The program minisign checks what is written
here, and its signatures and keys are read here.
"""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from covid_model.common.errors import CovidModelError, SignatureError, UsageError
from covid_model.common.system.requirements import needs

SUFFIX = ".minisig"
KEY_ID = slice(2, 10)  # of a public key or a signature, behind the algorithm's two letters
Read = TypeVar("Read")


def signature_path(path: Path) -> Path:
    """Where the signature of a file lies."""
    return path.with_name(path.name + SUFFIX)


def sign(path: Path, key: Path, *, ask: Callable[[], str]) -> str:
    """Write the signature of a file beside it, in place of an earlier one.

    Args:
        path: of the file.
        key: the file with the secret key.
        ask: gives the key's password; called only where the key has one.

    Returns:
        The key's id, as ``minisign`` shows it.

    Raises:
        UsageError: if the key cannot be used, or py-minisign is not installed.
        OSError: if the signature cannot be written.
    """
    with needs("Signing", extra="sign"):
        import minisign

    with _read(key, minisign.SecretKey.from_bytes, "a secret key of minisign") as secret:
        try:
            secret.decrypt(ask() if secret.is_encrypted() else "")
        except minisign.Error as error:
            raise UsageError("{key} cannot be used: {error}.", key=key, error=error) from None
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        signature = secret.sign(path.read_bytes(), trusted_comment=f"signed {moment}")
        signature_path(path).write_bytes(bytes(signature) + b"\n")
        return _key_id(secret.get_public_key().to_base64())


def check(path: Path, key: Path) -> str:
    """Hold a file to the signature beside it.

    Args:
        path: of the file.
        key: the file with the signer's public key.

    Returns:
        A sentence with the key's id and what the signer says of the signature.

    Raises:
        SignatureError: if the file is not signed, by another key, or differs from what was signed.
        UsageError: if the key cannot be used, or py-minisign is not installed.
    """
    with needs("Checking a signature", extra="sign"):
        import minisign

    public = _read(key, minisign.PublicKey.from_bytes, "a public key of minisign")
    wanted, beside = _key_id(public.to_base64()), signature_path(path)
    if not beside.is_file():
        raise SignatureError("not signed: {file} is missing.", file=beside.name)
    what = "a signature of minisign"
    signature = _read(beside, minisign.Signature.from_bytes, what, wrong=SignatureError)
    found = _key_id(bytes(signature).splitlines()[1])
    if found != wanted:
        raise SignatureError(
            "signed by key {found}, not by {wanted} of {key}.", found=found, wanted=wanted, key=key
        )
    try:
        public.verify(path.read_bytes(), signature)
    except minisign.VerifyError:
        raise SignatureError(
            "the signature by key {found} is not valid: {file}, the signature or the key is "
            "another one than at the signing.",
            found=found,
            file=path.name,
        ) from None
    return f"signed by key {found}: valid ({signature.trusted_comment})."


def _read(
    path: Path,
    parse: Callable[[bytes], Read],
    what: str,
    *,
    wrong: type[CovidModelError] = UsageError,
) -> Read:
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise wrong(
            "{path} cannot be read ({reason}): check it.", path=path, reason=error.strerror
        ) from None
    except ValueError as error:  # all of minisign's are such
        raise wrong(
            "Expected {what} in {path}. Received: {error}.", what=what, path=path, error=error
        ) from None


def _key_id(encoded: bytes) -> str:
    """The id in a public key or a signature in Base64, 16 hexadecimal digits."""
    return base64.b64decode(encoded)[KEY_ID][::-1].hex().upper()
