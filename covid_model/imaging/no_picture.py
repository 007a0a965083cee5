"""Files that are plainly no pictures, by their name and their content alike."""

from pathlib import PurePosixPath

from covid_model.common.errors import RadiographError
from covid_model.imaging.archives import Source

# Endings of file names.
TEXTS = (
    *(".txt", ".csv", ".tsv", ".md", ".rst", ".rtf", ".tex", ".log", ".ini", ".inf", ".cfg"),
    *(".json", ".jsonl", ".xml", ".xsd", ".xsl", ".html", ".htm", ".css", ".yml", ".yaml", ".toml"),
    *(".py", ".ipynb", ".r", ".m", ".js", ".sh", ".bat", ".cmd", ".ps1", ".vbs", ".sql", ".php"),
    *(".java", ".c", ".cpp", ".h", ".conf", ".url", ".md5", ".sha1", ".sha256"),
)
NAMES = ("readme", "license", "licence", "changelog")  # of texts without an ending
STARTS = {  # how other files start -> their endings
    b"PK\x03\x04": (
        *(".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".pptm"),
        *(".odt", ".ods", ".odp", ".epub", ".jar"),
    ),
    b"\xd0\xcf\x11\xe0": (".doc", ".dot", ".xls", ".ppt", ".msg", ".msi"),
    b"MZ": (".exe", ".dll", ".ocx", ".sys", ".scr"),
    b"\x7fELF": (".so", ".bin"),
}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
NO_TEXT = bytes(code for code in range(32) if chr(code) not in "\t\n\v\f\r\x1b\b") + b"\x7f"
# Media Storage Directory: element (0002,0002) of a DICOMDIR, DICOM PS3.10, section 7.1 and PS3.4.
DIRECTORY = b"\x02\x00\x02\x00UI\x14\x001.2.840.10008.1.3.10"


def is_no_picture(source: Source) -> bool:
    """Whether a file is text, an office file, a program or a DICOMDIR, as its name says too.

    Where name and content disagree, or the file cannot be opened, it is not: reading it will say
    why it is refused.
    """
    path = PurePosixPath(source.name.lower())
    text = path.suffix in TEXTS or path.name in NAMES
    starts = tuple(start for start, endings in STARTS.items() if path.suffix in endings)
    directory = path.name.startswith("dicomdir")
    if not (text or starts or directory):
        return False
    try:
        start = source.start()
    except RadiographError:
        return False
    return (
        (text and _is_text(start)) or start.startswith(starts) or (directory and DIRECTORY in start)
    )


def _is_text(start: bytes) -> bool:
    return start.startswith(UTF16) or not set(start) & set(NO_TEXT)
