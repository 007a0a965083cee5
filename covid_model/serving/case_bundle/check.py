"""Verification of a case bundle, down to the overlays that its arrays make."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from covid_model.common.classes import CLASS_NAMES, class_index
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system.digests import sha256
from covid_model.inference.overlay import overlay
from covid_model.serving import case_bundle

MAX_BYTES = 256 * 2**20  # of all members together, unpacked
MAX_LEVELS = 2  # grey levels by which OpenCV's versions may enlarge a map differently


@dataclass(frozen=True)
class BundleCheck:
    """What was held to the manifest.

    Attributes:
        files: how many members have the digest that the manifest gives.
        overlays: how many overlays the arrays make again.
        problems: one sentence each, none where the bundle is whole.
    """

    files: int
    overlays: int
    problems: tuple[str, ...]


def check(data: bytes) -> BundleCheck:
    """Hold every member of a bundle to its digest; lay each overlay again from the arrays.

    The digests show damage, or a change of some files. They are no signature, which
    ``common/system/signatures.py`` makes: whoever writes a whole bundle again can write anything.

    Args:
        data: the zip's bytes.
    """
    try:
        members = _members(data)
        manifest = _manifest(members)
        problems = list(_digest_problems(members, manifest))
    except Exception as error:  # damaged zips make their readers raise almost anything
        return BundleCheck(0, 0, (f"Expected a bundle. Received: {error}.",))
    if problems:  # nothing is read of files that are not what was written
        return BundleCheck(len(members) - 1 - len(problems), 0, tuple(problems))
    try:
        problems, overlays = _content_problems(members, manifest)
    except Exception as error:  # so do files that were made to fit their digests alone
        return BundleCheck(
            len(members) - 1, 0, (f"The files do not fit the manifest ({error!r}).",)
        )
    return BundleCheck(len(members) - 1, overlays, tuple(problems))


class _Broken(Exception):
    """What makes a zip no bundle."""


def _members(data: bytes) -> dict[str, bytes]:
    """Unpack a bundle, which must not unpack to more than ``MAX_BYTES``."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(set(names)) < len(names):
            raise _Broken("a zip that names a file twice")
        if case_bundle.MANIFEST not in names:
            raise _Broken(f"a zip without {case_bundle.MANIFEST}")
        _check_size(archive)
        return {entry.filename: archive.read(entry) for entry in entries}


def _check_size(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
        raise _Broken(f"a zip of more than {MAX_BYTES >> 20} MiB")


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    """Read the manifest, which must be as it was encoded, under its own digest."""
    try:
        manifest = json.loads(members[case_bundle.MANIFEST])
        unsealed = {key: value for key, value in manifest.items() if key != case_bundle.SEAL}
        seal, encoded = manifest[case_bundle.SEAL], case_bundle.manifest_bytes(manifest)
        kind = manifest["kind"] == case_bundle.KIND
        supported = kind and manifest["schema"] == case_bundle.SCHEMA
    except (ValueError, AttributeError, KeyError, UnicodeError) as error:
        raise _Broken(f"a manifest that cannot be read ({error!r})") from None
    same = encoded == members[case_bundle.MANIFEST]
    if not same or seal != sha256(case_bundle.manifest_bytes(unsealed)):
        raise _Broken("a manifest that was changed after it was written")
    if not supported:
        raise _Broken("a manifest of another kind or schema")
    return manifest


def _digest_problems(members: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    files = manifest["files"]
    for name in members.keys() - files.keys() - {case_bundle.MANIFEST}:
        yield f"{name} is not listed in the manifest."
    for name, entry in files.items():
        if name not in members:
            yield f"{name} is missing."
        elif sha256(members[name]) != entry["sha256"]:
            yield f"{name} differs from its digest in the manifest."


def _content_problems(
    members: Mapping[str, bytes], manifest: Mapping[str, Any]
) -> tuple[list[str], int]:
    """Hold figures with pictures to the arrays; return what differs, how many overlays they make.

    It raises whatever comes where something that was promised is not there.
    """
    problems = [] if manifest["notice"] == NOTICE else ["The notice is another one."]
    pictures = manifest["overlays"]
    if case_bundle.ARRAYS not in members:
        return problems, 0
    stream = io.BytesIO(members[case_bundle.ARRAYS])
    _check_size(zipfile.ZipFile(stream))
    with np.load(stream, allow_pickle=False) as arrays:
        for network in (*manifest["networks"], manifest.get("together") or {}):
            if "probabilities" in network:
                problems += _figure_problems(network, arrays)
        for entry in pictures:
            made = _same_overlay(entry, arrays, manifest["opacity"])
            stored = _picture(members[entry["file"]], made.shape)
            if np.abs(made.astype(int) - stored).max() > MAX_LEVELS:
                problems.append(f"{entry['file']} is not what {case_bundle.ARRAYS} makes.")
    return problems, len(pictures)


def _figure_problems(network: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Hold a network's figures in the manifest to its array."""
    model = network["model"]
    stored = arrays[case_bundle.probabilities_key(model)]
    problems = []
    if stored.tolist() != list(network["probabilities"].values()):
        problems.append(f"The figures of {model} are not those of {case_bundle.ARRAYS}.")
    if CLASS_NAMES[int(stored.argmax())] != network["predicted"]:
        problems.append(f"The class of {model} is not the one that its figures name.")
    return problems


def _same_overlay(
    entry: Mapping[str, str], arrays: Mapping[str, np.ndarray], opacity: float
) -> np.ndarray:
    """Lay the map of one class of one network over the radiograph, uint8 (H, W, 3)."""
    pixels = arrays[case_bundle.RADIOGRAPH].astype(np.float32) / np.float32(255)
    heatmap = arrays[case_bundle.heatmaps_key(entry["model"])][class_index(entry["class"])]
    return overlay(pixels, heatmap, opacity=opacity)


def _picture(png: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Take the picture out of a PNG with a caption below it, int (H, W, 3)."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        rgb = np.asarray(image.convert("RGB")).astype(int)
    left = (rgb.shape[1] - shape[1]) // 2
    part = rgb[: shape[0], left : left + shape[1]]
    if part.shape != shape:
        raise ValueError(f"a picture of {part.shape} instead of {shape}")
    return part
