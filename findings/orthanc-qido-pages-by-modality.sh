#!/bin/sh
# Orthanc's DICOMweb plugin loses studies where a QIDO-RS search by modality is read page by page.
#
# DICOM PS3.18, Search Transaction, query parameters: "offset" says how many results are skipped, "limit" how
# many are returned at most. With a filter by date alone that is what happens. With ModalitiesInStudy in the
# filter, which every study matches here, the offset is taken off the first "limit" matches:
# "limit=20&offset=20" is an empty list with HTTP 200 although 30 studies match, and "limit=10&offset=5" gives
# five.
# One would have guessed that a filter changes which studies are counted, not how: a client that pages until
# an empty answer believes to have seen all, and never sees anything behind its first page.
#
# Orthanc 1.10.1 with orthanc-dicomweb 1.7 as Debian 12 packages them, pydicom 3.0.2, on Python 3.11. A client
# that must work with it raises the limit from offset 0 until the answer is shorter than the limit.
# Runs on Debian 12 (amd64), with its packages in reach.
set -eu
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2
mkdir "$folder/packages" "$folder/root"
chmod 777 "$folder" "$folder/packages"
cd "$folder/packages"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances orthanc orthanc-dicomweb | sed -n 's/^\([a-z0-9][^: ]*\)$/\1/p' |
    grep -v -e '^libc6$' -e '^orthanc' | grep '^lib' | sort -u)
apt-get download -q orthanc=1.10.1+dfsg-2+deb12u1 orthanc-dicomweb=1.7+dfsg-6+b2 >/dev/null
for package in $packages; do apt-get download -q "$package" >/dev/null 2>&1 || true; done # some are virtual
for package in *.deb; do dpkg -x "$package" "$folder/root"; done
cat >"$folder/show.py" <<'PYTHON'
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import BytesIO
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

folder = Path(sys.argv[1])
root = folder / "root"
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
plugin = next(root.rglob("libOrthancDicomWeb.so*"))
(folder / "orthanc.json").write_text(
    json.dumps(
        {
            "HttpPort": port,
            "DicomServerEnabled": False,
            "AuthenticationEnabled": False,
            "StorageDirectory": str(folder / "db"),
            "IndexDirectory": str(folder / "db"),
            "Plugins": [str(plugin)],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        }
    )
)
libraries = {str(path.parent) for path in root.rglob("*.so*")}
environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries), "LC_ALL": "C.UTF-8"}
dictionary = next(root.rglob("dicom.dic"), None)
if dictionary:
    environment["DCMDICTPATH"] = str(dictionary)
server = subprocess.Popen(
    [str(next(root.rglob("Orthanc"))), str(folder / "orthanc.json")],
    env=environment,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)


def ask(method, path, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=body, method=method, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def film(patient):
    """A small, valid Secondary Capture image of a made-up patient: its UID and its bytes."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientID = dataset.PatientName = patient
    dataset.PatientBirthDate = dataset.PatientSex = dataset.StudyID = dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDate, dataset.StudyTime, dataset.Modality = "20260102", "101500", "OT"
    dataset.ConversionType, dataset.SeriesNumber, dataset.InstanceNumber = "SYN", 1, 1
    dataset.PatientOrientation = ""
    dataset.Rows = dataset.Columns = 8
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = bytes(range(64))
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return str(dataset.SOPInstanceUID), stream.getvalue()


try:
    for _ in range(150):
        try:
            status, text = ask("GET", "/system")
            break
        except OSError:
            time.sleep(0.2)
    print("Orthanc", json.loads(text)["Version"], end=", ")
    print("plugin", json.loads(ask("GET", "/plugins/dicom-web")[1])["Version"])
    for number in range(30):
        assert ask("POST", "/instances", film(f"P{number}")[1])[0] == 200
    counts = {}
    for more in ("", "&ModalitiesInStudy=OT"):
        for page in ("limit=20&offset=0", "limit=20&offset=20", "limit=10&offset=5"):
            status, text = ask("GET", f"/dicom-web/studies?StudyDate=20260102{more}&{page}")
            counts[more, page] = len(json.loads(text))
            print(f"of 30 studies, StudyDate{more}, {page}: {status}, {counts[more, page]}")
    plain, by_modality = (
        [number for (kind, _), number in counts.items() if bool(kind) == filtered]
        for filtered in (False, True)
    )
    assert plain == [20, 10, 10], "pages of a filter by date alone are others now"
    assert by_modality == [20, 0, 5], "pages of a filter by modality too are others now"
    print("Filtered by modality, the second page is empty: ten studies are in no page.")
finally:
    server.terminate()
    server.wait()
PYTHON
"$folder/env/bin/python" "$folder/show.py" "$folder"
