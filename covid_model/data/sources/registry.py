"""The public data sets: what each is, where it is, what is said of one of its images."""

from dataclasses import dataclass

# Why an image of a source is left out; ``dropped.csv`` gives one of these a row.
CT = "CT, no radiograph"
LATERAL = "lateral view"
VIEW = "view not known to be frontal"
UNKNOWN = "finding not known"
OTHER = "finding is none of the three classes"
MISSING = "file is not in the archive"
UNLISTED = "file is not in the source's table"
UNSAFE = "file name cannot be written everywhere"
NAMELESS = "patient not known"
TWICE = "listed twice"
UNREADABLE = "cannot be read"
DUPLICATE = "duplicate"

# The newest commit we know of that changed metadata.csv: patients up to number 481.
COVID_COMMIT = "6a4242344473ccb5ed0d2148d8c7bfb1691e4ed8"


@dataclass(frozen=True)
class Entry:
    """One image as its source describes it.

    Attributes:
        original: the file's own name.
        member: its path inside the archive.
        path: where it goes, relative to the source's folder of images.
        label: the class, "" when dropped.
        reason: why it is dropped, "" when it is kept.
        patient_id: unique across sources.
        finding: the source's own words.
        view: the projection in the source's own words ("PA", "AP Supine"), as are ``age`` (years),
            ``sex`` and ``licence``; "" where it says nothing.
    """

    original: str
    member: str = ""
    path: str = ""
    label: str = ""
    reason: str = ""
    patient_id: str = ""
    finding: str = ""
    view: str = ""
    age: str = ""
    sex: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Source:
    """One public data set.

    Attributes:
        name: what ``metadata.csv`` calls it.
        title: citation in one line.
        url: the archive, a zip.
        sha256: the archive's published digest, "" where none is known.
    """

    name: str
    title: str
    url: str
    sha256: str


SOURCES: dict[str, Source] = {
    "covid": Source(
        "covid-chestxray-dataset",
        "Cohen et al., COVID-19 Image Data Collection, 2020; a licence for each image",
        f"https://github.com/ieee8023/covid-chestxray-dataset/archive/{COVID_COMMIT}.zip",
        "",  # GitHub packs the archive when asked and promises no bytes
    ),
    "kermany": Source(
        "kermany",
        "Kermany, Zhang, Goldbaum, Mendeley Data rscbjbr9sj v2, 2018; CC BY 4.0",
        "https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files/"
        "f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded",
        "13efc055629733dbab07877f8b3c9f81097840dbcdaa326a8542322c2281ce36",
    ),
}
