#!/bin/sh
# Pillow shows a 16 bit grey TIFF whose PhotometricInterpretation is 0 (WhiteIsZero) as a negative.
#
# TIFF 6.0 (section "PhotometricInterpretation", tag 262): with 0, the value 0 is white. Pillow turns such
# a file round when it has 8 bits a sample, so that 255 is white as in every other image of mode L. With
# 16 bits a sample it does not: the stored values come out as they are, mode I;16, black where the file
# says white, without a word and with nothing in the image to tell it by but the tag itself.
# One would have guessed that both depths come out alike, white high.
#
# Pillow 13.0.0, on Python 3.11. A program that reads scanned or converted radiographs has to look at
# tag 262 itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
cat >"$folder/show.py" <<'PYTHON'
import io
import struct

import PIL
from PIL import Image


def grey_tiff(values, bits, photometric):
    """The bytes of a TIFF file of one row of grey values."""
    data = struct.pack(f"<{len(values)}{'B' if bits == 8 else 'H'}", *values)
    tags = [(256, 1, len(values)), (257, 1, 1), (258, 1, bits), (259, 1, 1), (262, 1, photometric)]
    start = 8 + 2 + 12 * 9 + 4
    tags += [(273, 2, start), (277, 1, 1), (278, 1, 1), (279, 2, len(data))]
    table = struct.pack("<H", len(tags))
    for tag, kind, value in tags:
        table += struct.pack("<HHI", tag, 3 if kind == 1 else 4, 1)
        table += struct.pack("<HH", value, 0) if kind == 1 else struct.pack("<I", value)
    return b"II*\0" + struct.pack("<I", 8) + table + bytes(4) + data


print("Pillow", PIL.__version__)
seen = {}
for bits in (8, 16):
    most = 2**bits - 1
    for photometric, name in ((0, "WhiteIsZero"), (1, "BlackIsZero")):
        image = Image.open(io.BytesIO(grey_tiff([0, most], bits, photometric)))
        seen[bits, name] = [image.getpixel((x, 0)) for x in (0, 1)]
        print(f"{bits:2} bit {name}: stored 0 and {most}, read {seen[bits, name]} ({image.mode})")
assert seen[8, "WhiteIsZero"] == [255, 0], "8 bit is not turned round any more"
assert seen[16, "WhiteIsZero"] == [0, 65535], "16 bit is turned round now"
print("8 bit is turned round, 16 bit is not.")
PYTHON
"$folder/env/bin/python" "$folder/show.py"
