#!/bin/sh
# OpenCV 5 writes text without a weight in the weight that the process happened to draw with before.
#
# cv2.putText takes a FontFace, a size and a weight of the letters, 0 by default, of which the documentation says that
# the weight is used that setInstance() has set. The font "sans" that comes with OpenCV is a variable one. In a new
# process text without a weight is light. Where the same words were first written with a weight of 800, with a
# FontFace of their own and without any setInstance(), the same call without a weight gives bold letters; where they were
# written without a weight first, a call with 800 changes nothing for later ones. So what a call draws depends on
# what other parts of a program drew.
# One would have guessed that a call draws the same whatever was drawn before, as with every other argument.
#
# opencv-python-headless 5.0.0.93, numpy 2.4.6, on Python 3.11. A program that burns a notice into radiographs has to name
# a weight in each call.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cat >"$folder/show.py" <<'PYTHON'
import subprocess
import sys

import cv2
import numpy as np

WORDS, WHITE = "For research", (255, 255, 255)


def ink(*weight):
    """The sum of the grey values of the words, written with a weight or without."""
    picture = np.zeros((40, 400, 3), np.uint8)
    cv2.putText(picture, WORDS, (5, 25), WHITE, cv2.FontFace("sans"), 18, *weight)
    return int(picture.sum(dtype=np.int64))


if len(sys.argv) > 1:
    print([ink(*([int(one)] if int(one) else [])) for one in sys.argv[1:]])
    sys.exit()


def process(*weights):
    """What a new process draws, call by call; 0 is a call without a weight."""
    command = [sys.executable, __file__, *map(str, weights)]
    return eval(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


print("opencv", cv2.__version__)
[alone] = process(0)
bold, after_bold = process(800, 0)
first, _, again = process(0, 800, 0)
print("ink of the words without a weight, in a new process:", alone)
print("with a weight of 800:", bold, "then without:", after_bold)
print("without, with 800, without:", first, again)
assert alone == first == again < bold, "the words without a weight are others"
assert after_bold == bold, "a call without a weight does not follow the earlier one any more"
PYTHON
"$folder/env/bin/python" "$folder/show.py"
