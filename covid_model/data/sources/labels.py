"""How the public data sets' own names map to the three classes."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from covid_model.common.errors import DataError
from covid_model.data.sources import registry
from covid_model.data.sources.registry import Entry

SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
# Words of a finding, in the hierarchy of today ("Pneumonia/Viral/SARS") or the flat older names.
_INFECTIONS = frozenset(
    {
        *("pneumonia", "tuberculosis", "viral", "bacterial", "fungal", "lipoid", "aspiration"),
        *("sars", "mers", "mers-cov", "influenza", "h1n1", "varicella", "herpes"),
        *("streptococcus", "staphylococcus", "mrsa", "klebsiella", "legionella", "mycoplasma"),
        *("chlamydophila", "nocardia", "e.coli", "pneumocystis", "aspergillosis"),
    }
)
_FRONTAL = re.compile(r"(PA|AP)(?![a-rt-z])", re.IGNORECASE)  # PA, AP, APS, AP Supine, AP erect
_UNSAFE = re.compile(r'^\.|[/\\:*?"<>|\x00-\x1f]')
_KERMANY = re.compile(r"(?P<patient>person\d+|(?:NORMAL2-)?IM-\d+)(?:_(?P<kind>bacteria|virus)_)?")
_KERMANY_FINDINGS = {
    "bacteria": "Bacterial Pneumonia",
    "virus": "Viral Pneumonia",
    None: "Pneumonia",
}


def label_of(finding: str) -> tuple[str, str]:
    """Map a finding of covid-chestxray-dataset to (class, "") or to ("", why it is dropped).

    "Pneumonia/Viral/COVID-19" (since late 2020) as well as "COVID-19, ARDS" (before) are covid;
    every other pneumonia, tuberculosis included, is infection. ARDS alone has any cause.
    """
    words = set(re.split(r"[/,\s]+", finding.strip().lower()))
    if "covid-19" in words:
        return "covid", ""
    if words == {"no", "finding"}:
        return "normal", ""
    if words & _INFECTIONS:
        return "infection", ""
    return "", registry.UNKNOWN if words <= {"", "todo", "unknown"} else registry.OTHER


def _view_reason(view: str, modality: str) -> str:
    """Why a picture is no frontal radiograph; "" when it is one."""
    if modality.upper() == "CT" or view.lower() in ("ct", "axial", "coronal", "sagittal"):
        return registry.CT
    if view.lower() in ("l", "lateral"):
        return registry.LATERAL
    return "" if _FRONTAL.match(view) and modality.lower() in ("", "x-ray") else registry.VIEW


def covid_entries(members: Sequence[str], read: Callable[[str], bytes]) -> list[Entry]:
    """List the images of covid-chestxray-dataset by its own ``metadata.csv``.

    Raises:
        DataError: if the archive has no such table, or the table lacks a column.
    """
    tables = [name for name in members if PurePosixPath(name).name == "metadata.csv"]
    if not tables:
        raise DataError(
            "Expected metadata.csv in the archive of covid-chestxray-dataset. Received an archive "
            "without it: check --covid-url."
        )
    table = min(tables, key=lambda name: name.count("/"))
    root = str(PurePosixPath(table).parent)
    prefix = "" if root == "." else f"{root}/"
    there = set(members)
    entries = [_covid_entry(row, prefix, there) for row in _table(read(table))]
    listed = {entry.member for entry in entries}
    return entries + [
        Entry(PurePosixPath(name).name, name, reason=registry.UNLISTED)
        for name in members
        if name.startswith(f"{prefix}images/")
        and name.lower().endswith(SUFFIXES)
        and name not in listed
    ]


def _table(data: bytes) -> list[dict[str, str]]:
    """Read the table with column names in lower case, as they changed over the years."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        rows = [
            {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
            for row in reader
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"metadata.csv of covid-chestxray-dataset cannot be read ({error}): check --covid-url."
        ) from None
    needed = {"patientid", "finding", "view", "filename"}
    missing = sorted(needed - set(rows[0] if rows else ()))
    if missing:
        raise DataError(
            f"Expected the columns {', '.join(sorted(needed))} in metadata.csv of "
            f"covid-chestxray-dataset. Missing: {', '.join(missing)}. Check --covid-url."
        )
    return rows


def _file_reason(name: str, patient: str, *, known: bool) -> str:
    """Why a file is left out; names are a stranger's, so that none may leave our folder."""
    if _UNSAFE.search(name):
        return registry.UNSAFE
    if not known:
        return registry.MISSING
    return "" if patient else registry.NAMELESS


def _covid_entry(row: dict[str, str], prefix: str, members: set[str]) -> Entry:
    name = row["filename"]
    member = f"{prefix}{row.get('folder') or 'images'}/{name}"
    label, unfit = label_of(row["finding"])
    reason = _view_reason(row["view"], row.get("modality", "")) or unfit
    if not reason:
        reason = _file_reason(name, row["patientid"], known=member in members)
    return Entry(
        original=name,
        member=member,
        path=name,
        label="" if reason else label,
        reason=reason,
        patient_id=f"covid-{row['patientid']}",
        finding=row["finding"],
        view=row["view"],
        age=row.get("age", ""),
        sex=row.get("sex", ""),
        licence=row.get("license", ""),
    )


def kermany_entries(members: Sequence[str], read: Callable[[str], bytes]) -> list[Entry]:
    """List Kermany's images by folder (train or test, NORMAL or PNEUMONIA) with file name.

    The patients are children of one to five years, the views anteroposterior (the data set's own
    description). "IM-0129" is another patient than "NORMAL2-IM-0129": the perceptual hashes of 404
    such pairs are as far apart as those of strangers.

    Raises:
        DataError: if the archive has no such folders.
    """
    entries = []
    for name in members:
        parts = PurePosixPath(name).parts
        if "__MACOSX" in parts or len(parts) < 3 or not name.lower().endswith(SUFFIXES):
            continue
        part, folder, original = parts[-3:]
        inside = part in ("train", "test", "val") and folder in ("NORMAL", "PNEUMONIA")
        if inside and not original.startswith("."):
            entries.append(_kermany_entry(name, f"{part}/{folder}", original))
    if not entries:
        raise DataError(
            "Expected images in chest_xray/train/NORMAL and the like in Kermany's archive. "
            "Received an archive without them: check --kermany-url."
        )
    return entries


def _kermany_entry(member: str, folder: str, original: str) -> Entry:
    match = _KERMANY.match(original)
    patient, kind = match.group("patient", "kind") if match else ("", None)
    normal = folder.endswith("NORMAL")
    reason = _file_reason(original, patient, known=True)
    return Entry(
        original=original,
        member=member,
        path=f"{folder}/{original}",
        label="" if reason else ("normal" if normal else "infection"),
        reason=reason,
        patient_id=f"kermany-{patient}",
        finding="No Finding" if normal else _KERMANY_FINDINGS[kind],
        view="AP",
        age="1-5",
        licence="CC BY 4.0",
    )
