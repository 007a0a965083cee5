#!/bin/sh
# pylibjpeg-libjpeg decodes a lossless JPEG that has a point transform to values that are not there.
#
# Lossless JPEG (ITU-T T.81, annex H; the DICOM syntaxes 1.2.840.10008.1.2.4.57 and .70) may drop the lowest
# bits of each sample before it codes them: Pt, in the scan header. A decoder shifts what it decoded left by
# Pt again, so that the picture keeps its range. GDCM does. pylibjpeg-libjpeg 2.5.0 gives other
# values for the same bytes, without an error or a warning. With Pt 0 the two agree.
# One would have guessed that a decoder either supports a point transform or refuses it.
#
# pylibjpeg-libjpeg 2.5.0, python-gdcm 3.2.6, pydicom 3.0.2 on Python 3.11.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 pydicom==3.0.2 pylibjpeg==2.1.0 pylibjpeg-libjpeg==2.5.0 python-gdcm==3.2.6
cat >"$folder/show.py" <<'PYTHON'
import struct
from importlib.metadata import version

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLosslessSV1

BITS = 12
VALUES = (np.arange(64).reshape(8, 8) * 64 + 32).astype(np.uint16)  # a ramp of 12 bits


def lossless(values, shift):
    """Code a picture as T.81 annex H has it: predictor 1, a Huffman code of five bits a category."""
    small, words = (values >> shift).astype(int), ""
    for y, row in enumerate(small):
        for x, value in enumerate(row):
            if x:
                guess = row[x - 1]
            else:
                guess = small[y - 1, 0] if y else 1 << (BITS - shift - 1)
            difference = int(value - guess)
            category = abs(difference).bit_length()
            words += f"{category:05b}"
            if category:
                low = difference if difference > 0 else difference + (1 << category) - 1
                words += f"{low:0{category}b}"
    words += "1" * (-len(words) % 8)
    scan = bytes(int(words[i : i + 8], 2) for i in range(0, len(words), 8)).replace(b"\xff", b"\xff\0")
    height, width = values.shape
    codes = bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    return b"".join(
        (
            b"\xff\xd8",
            b"\xff\xc3" + struct.pack(">HBHHBBBB", 11, BITS, height, width, 1, 1, 0x11, 0),
            b"\xff\xc4" + struct.pack(">HB", 3 + len(codes), 0) + codes,
            b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 0, shift),
            scan,
            b"\xff\xd9",
        )
    )


def decoded(shift, plugin):
    """Decode through pydicom with one of its plugins."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    ds.Rows, ds.Columns = VALUES.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, BITS, BITS - 1
    ds.PixelData = encapsulate([lossless(VALUES, shift)])
    ds["PixelData"].VR = "OB"
    ds.pixel_array_options(decoding_plugin=plugin)
    return ds.pixel_array


for package in ("pylibjpeg-libjpeg", "python-gdcm", "pydicom"):
    print(package, version(package))
agree = {}
for shift in (0, 2):
    source = VALUES >> shift << shift
    print(f"point transform {shift}: coded {source[0, :4]} ... {source[-1, -4:]}")
    for plugin in ("gdcm", "pylibjpeg"):
        pixels = decoded(shift, plugin)
        agree[shift, plugin] = bool((pixels == source).all())
        print(f"  {plugin}: {pixels[0, :4]} ... {pixels[-1, -4:]}, right: {agree[shift, plugin]}")
assert agree == {(0, "gdcm"): True, (0, "pylibjpeg"): True, (2, "gdcm"): True, (2, "pylibjpeg"): False}
print("With a point transform pylibjpeg-libjpeg gives other values.")
PYTHON
"$folder/env/bin/python" "$folder/show.py"
