"""Meaning of coded header entries by the context groups of DICOM PS3.16."""

from typing import Literal

from pydicom import Dataset

Group = Literal["CID4010", "CID4031"]  # projection radiography views, anatomic regions


def standard_meaning(item: Dataset, group: Group) -> str:
    """Return the standard's own meaning of a code, "" where the group has no such code.

    SNOMED RT codes ("R-10206"), which older devices write, count as their SNOMED CT successors.
    """
    from pydicom.sr.codedict import codes  # a second of import, and few files have codes
    from pydicom.sr.coding import Code

    value = str(item.get("CodeValue") or item.get("LongCodeValue") or "").strip()
    coded = Code(value, "SRT" if value[1:2] == "-" else "SCT", "")
    concepts = getattr(codes, group).concepts.values()
    return next((concept.meaning for concept in concepts if concept == coded), "")


def stated_meaning(item: Dataset) -> str:
    """Return what the file itself says that a code means; it may be anything."""
    return str(item.get("CodeMeaning") or "")
