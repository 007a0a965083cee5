"""Text of the About page."""

import re

from covid_model.common.messages import Message

LIMITS = Message("""
- Most COVID-19 images come from other collections than those of the other classes. A network
  can learn to tell the source, the scanner or the patient's age instead of the disease.
- Many normal and infected patients in the data are children of one to five years.
- Only one frontal view is judged, at 237 x 237 pixels, without history, earlier images or tests.
- A score is what the network's last layer says. It is not calibrated and is no chance of disease.
- A calibrated probability holds for images like those in the data, where the three classes are
  equally frequent (in runs of an older version: as frequent as in the data). Where a disease is
  rarer, fewer of its answers are right: *Reports* gives PPV and NPV at a prevalence that you set.
- What looks like a chest radiograph gets one of three answers or none, also where none of the three
  is true.
- An area of attention is coarse, some 50 to 200 cells an image. It shows where the score came from,
  not what is there.
- Agreement of the networks is not proof.
""")
PURPOSE = Message("""
The dashboard shows how three networks of one paper sort frontal chest radiographs into COVID-19,
normal or other infection, and which areas of the image moved each score. It is for teaching,
for repeating the paper, and for finding out where such networks fail.
""")
NOT_FOR = Message("""
It is not a medical device. It is not for diagnosis, screening or triage of patients, and no
decision about a patient may rest on it. No clinical study stands behind it.
""")
PRIVACY = Message("""
Uploaded files are read by the computer that runs this dashboard and go nowhere else. They are
kept in its memory, in no file, for this page only, with their results. A removed file is forgotten
after a minute, in which it can be brought back; all files are forgotten about a minute after the
page is closed or its connection lost: that long a lost connection may come back. Readings go with
*Delete the log*, or with the page; until it is closed, the browser's tab keeps them too, without
file names and notes, to offer them after a reload. Names and identifiers in DICOM
files are not shown.
""")
DATA = Message("""
The networks and the recipe follow {citation}. The public images come from the
covid-chestxray-dataset (COVID-19 and some other infections), from Kermany's collection of
children's radiographs and from NIH ChestX-ray8, in later runs also from COVID-CXNet, BIMCV and
RSNA. Each run below says which images it used, how they were split, and where the weights of its
convolutions came from. Its model card says the rest, and what nobody has reported.
""")
CANT_TELL = Message("""
A network may answer, say that it can't tell, or refuse. The thresholds were fitted on images that
it had not learned from; *Reports* shows them and what they cost.

- **An answer**: the calibrated probability of one class is high enough. Of a hundred answers given
  at 90 %, about ninety are right, on images like those in the data.
- **Can't tell**: no class is probable enough, or the networks asked name different classes. The
  page shows what they lean to, with the reason. It means neither healthy nor ill.
- **Refused**: the picture does not look like the radiographs that the networks know. It may be no
  chest radiograph, a lateral one, a cropped one, or one of a device that the data lacks. No class
  is named.

An answer can still be wrong. A run without thresholds names a class for whatever it is shown, and
calls its figures scores; only networks that disagree then make the page say *can't tell*.
""")


def below(card: str) -> str:
    """Put the headings of a model card below those of the page, which has its title already."""
    body = card.split("\n", 1)[1].strip()
    body = re.sub(r"^### (.+)$", r"**\1**", body, flags=re.MULTILINE)
    return re.sub(r"^## ", "### ", body, flags=re.MULTILINE)
