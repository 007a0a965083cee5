#!/bin/sh
# Orthanc's DICOMweb plugin answers a STOW-RS request with success while the server keeps nothing.
#
# DICOM PS3.18 10.5.3 (Store Transaction, response): an instance that was not stored is named in
# FailedSOPSequence (0008,1198) with a reason, and success is for a request of which something was stored. An Orthanc that
# may recycle nothing (a limit of patients, and the only patient protected) refuses an instance through its
# own REST interface with HTTP 500, "The file storage is full". The same instance by STOW-RS is answered with
# 200, an empty ReferencedSOPSequence and an empty FailedSOPSequence, and is not there afterwards.
# One would have guessed an error, or at least the instance's name among those that failed: who looks at the
# status alone takes a lost result for a stored one.
#
# Orthanc 1.10.1 with orthanc-dicomweb 1.7 as Debian 12 packages them, pydicom 3.0.2, on Python 3.11. A client
# has to look for each of its instances in ReferencedSOPSequence (0008,1199).
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
            "MaximumPatientCount": 1,
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
    assert ask("POST", "/instances", film("first")[1])[0] == 200
    [patient] = json.loads(ask("GET", "/patients")[1])
    ask("PUT", f"/patients/{patient}/protected", b"1")

    uid, data = film("second")
    by_rest, text = ask("POST", "/instances", data)
    by_itself = json.loads(text).get("OrthancError")
    print("by its own interface:", by_rest, by_itself)
    body = b"--cut\r\nContent-Type: application/dicom\r\n\r\n" + data + b"\r\n--cut--\r\n"
    by_stow, answer = ask(
        "POST",
        "/dicom-web/studies",
        body,
        Content_Type='multipart/related; type="application/dicom"; boundary=cut',
        Accept="application/dicom+json",
    )
    named = json.loads(answer)
    failed, stored = (named.get(tag, {}).get("Value", []) for tag in ("00081198", "00081199"))
    print("by STOW-RS:", by_stow, "failed:", failed, "stored:", stored)
    there = json.loads(ask("GET", f"/dicom-web/instances?SOPInstanceUID={uid}")[1])
    print("instances of that UID afterwards:", len(there))
    assert (by_rest, by_itself) == (500, "The file storage is full"), "it is not refused as full"
    assert by_stow == 200, "STOW-RS does not answer with success any more"
    assert failed == [], "STOW-RS names what failed now"
    assert stored == [], "STOW-RS says it was stored"
    assert there == [], "the instance is there"
    print("Success was said, nothing was stored, nothing was named.")
finally:
    server.terminate()
    server.wait()
PYTHON
"$folder/env/bin/python" "$folder/show.py" "$folder"
