"""Text of the page Your hospital: what it takes, what becomes of it."""

from covid_model.common.messages import Message
from covid_model.evaluation.comparison.profile import LABELS, PRIOR

ABOUT = Message(
    "A network that does well on one hospital's radiographs may do badly on another's. Give "
    "radiographs whose truth you know: the page asks the run's networks about each and holds their "
    "figures to the run's own. No network is changed."
)
PRIVACY = Message(
    "Radiographs, table and report stay in the memory of the computer that runs this page, in no "
    "file, until you remove them or leave. In the report images and patients have numbers: it has "
    "no name, but the SHA-256 digest of each file."
)
ZIP_HELP = Message(
    "In the zip: radiographs with a table (CSV) that has a row a file with its truth, and with its "
    "patient if you can; or a folder a class (covid, normal, infection). Use pseudonyms for "
    "patients."
)
FILES_HELP = Message(
    "The files that are loaded for Classify and Compare, without samples. By a table patients can "
    "be told; by the boxes each image counts as a patient. A file whose truth stays open does not "
    "count."
)
NO_FILES = Message(
    "No file is loaded: drop some anywhere on this page, or give a zip with a table."
)
WORDS = Message(
    "**The truth is in other words than the classes.** None is guessed: say what each means."
)
TOO_MANY_WORDS = Message(
    "The column of the truth has {count} words that are no class; more than {most} are no classes "
    "but something else: choose another column below Columns of the table."
)
ADJUST = {
    LABELS: Message(
        "Fits temperature, offsets and threshold on half of the patients; the other half judges, "
        "and the report says whether it helps. With few patients it often does not: then it is "
        "best left alone. It takes 40 labelled patients of each class."
    ),
    PRIOR: Message(
        "Estimates how frequent the classes are, without a truth, from 100 patients or more. Where "
        "a class's radiographs do not look the same as in the run's data it is wrong, often far, "
        "and nothing without a truth tells."
    ),
}
STATUSES = {
    "judged": Message("judged"),
    "without truth": Message("without truth"),
    "left out": Message("left out, by the words"),
    "missing": Message("in the table, but no such file"),
    "duplicate": Message("given twice"),
    "contradiction": Message("given with two truths"),
    "refused": Message("refused"),
}
MEANING = Message(
    "Recall, AUROC, the calibration error, what is answered and how often that is right count "
    "every class the same, so that another mix of classes alone changes none of them. Differences "
    "are of two independent sets of patients; of twenty such intervals one lacks 0 by chance. "
    "Images left out were judged by networks trained without them."
)
