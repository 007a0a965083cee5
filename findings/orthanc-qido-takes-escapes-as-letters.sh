#!/bin/sh
# Orthanc's DICOMweb plugin does not decode percent escapes in a QIDO-RS query.
#
# DICOM PS3.18 section 8.3 (Query Parameters) builds on RFC 3986: "%20" in a value is a space, "%61" the
# letter a. The plugin looks for the four characters "%20" instead. So PatientID "Ward 7" is found by "Ward*"
# and by nothing that has the space in it, however it is written; and a client that escapes "*" as "%2A", as
# Python's urlencode does and with it requests and dicomweb-client, has no wildcards at all. All are HTTP
# 200 with an empty list: nothing tells an archive without the patient from a query that was not understood.
# One would have guessed that a web server decodes what its clients have to encode.
#
# Orthanc 1.10.1 with orthanc-dicomweb 1.7 as Debian 12 packages them, pydicom 3.0.2, on Python 3.11. A client
# that must work with it leaves asterisks as they are, puts one in place of each space, and filters the answer.
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
    assert ask("POST", "/instances", film("Ward 7")[1])[0] == 200
    found = {}
    for value in ("Ward*", "Ward%2A", "Ward%207", "W%61rd*", "Ward+7"):
        status, text = ask("GET", f"/dicom-web/studies?PatientID={value}")
        found[value] = len(json.loads(text))
        print(f"studies of PatientID={value}: {status}, {found[value]}")
    assert found["Ward*"] == 1, "an asterisk as it is is no wildcard any more"
    assert not any(number for value, number in found.items() if value != "Ward*"), "it decodes now"
    print("An asterisk finds the study of 'Ward 7'; no escape does, nor a space in any form.")
finally:
    server.terminate()
    server.wait()
PYTHON
"$folder/env/bin/python" "$folder/show.py" "$folder"
