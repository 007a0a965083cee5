"""Case bundle: a zip with a manifest of digests."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from covid_model.common.disclaimer import NAME, NOTICE
from covid_model.common.system.digests import sha256

SCHEMA = 1
KIND = "covid-xray-models evidence"
MANIFEST, ARRAYS = "manifest.json", "arrays.npz"
SEAL = "manifest_sha256"  # of the manifest without this entry
MOMENT = (1980, 1, 1, 0, 0, 0)  # the same for every member, so that the same case is the same zip
RADIOGRAPH, LUNGS = "radiograph", "lungs"  # arrays


def probabilities_key(model: str) -> str:
    """Name of the array of a network's probabilities, float32 (3,)."""
    return f"probabilities_{model}"


def heatmaps_key(model: str) -> str:
    """Name of the array of a network's heatmaps, float32 (3, h, w), range [0, 1]."""
    return f"heatmaps_{model}"


def pack(members: Mapping[str, bytes], manifest: Mapping[str, Any]) -> bytes:
    """Write a bundle: its members, then the manifest with the digest of each.

    Nothing is compressed by the zip itself: its members are already, and what they are packed to
    then depends on no version of zlib.

    Args:
        members: file name -> bytes; none is called ``MANIFEST``.
        manifest: what else to say, JSON types alone.
    """
    files = {name: {"sha256": sha256(data), "bytes": len(data)} for name, data in members.items()}
    head = {"notice": NOTICE, "program": NAME, "kind": KIND, "schema": SCHEMA}
    unsealed = {**head, **manifest, "files": files}
    sealed = {**unsealed, SEAL: sha256(manifest_bytes(unsealed))}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in (*members.items(), (MANIFEST, manifest_bytes(sealed))):
            archive.writestr(zipfile.ZipInfo(name, MOMENT), data)
    return stream.getvalue()


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Encode a manifest, always the same way."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def pack_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays as one compressed npz that carries the notice too."""
    stream = io.BytesIO()
    # Any: NumPy's type of this function takes every name for its own option.
    members: dict[str, Any] = {"notice": np.array(NOTICE), **arrays}
    np.savez_compressed(stream, **members)
    return stream.getvalue()
