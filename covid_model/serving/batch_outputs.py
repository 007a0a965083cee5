"""Files beside a batch table: a note on its figures and overlays."""

import re
from collections.abc import Sequence
from pathlib import Path

from covid_model.common.architectures import ARCHITECTURES, TOGETHER
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.disclaimer import NOTICE
from covid_model.imaging.preprocessing import shrink
from covid_model.inference.overlay import overlay, to_png, with_caption
from covid_model.runs import LEFT_OUT, ModelInfo
from covid_model.serving.diagnosis import CaseResult

CAM_SIDE = 1024  # pixels of an overlay's longer side, at most
MAX_STEM = 160  # bytes of a source's name in an overlay's: file systems take 255 in all
CALIBRATED = "calibrated probabilities in [0, 1], fitted on {radiographs}"
KINDS = {  # by whether temperature and offsets were fitted on groups left out; None: not at all
    True: CALIBRATED.format(radiographs="radiographs of groups left out of training"),
    False: CALIBRATED.format(radiographs="the validation radiographs of the run"),
    None: "scores in [0, 1], not probabilities of disease",
}
STATUSES = """status is one for each image. refused: the file could not be read, or its novelty is
above 1 for at least half of the networks that can tell, so no class is named. uncertain: the
networks disagree, or one is less sure than an answer takes. uncalibrated: neither, but one has no
threshold for an answer. ok: none of these. reason has the figures. novelty is the distance from the
radiographs that the network knows, 1 the limit.
"""


MEANS = """status is one for each image. refused: the file could not be read, or its novelty is
above 1 for at least half of the networks that can tell, so no class is named. uncertain: the
networks together, in the rows of together, are less sure than an answer takes, whatever each says
alone. ok: neither. reason has the figures. novelty is the distance from the radiographs that the
network knows, 1 the limit. The probabilities of together are the mean of the networks', calibrated
again.
"""


def note(
    table: str, run: str, models: Sequence[ModelInfo], *, profile: str = "", digest: str = ""
) -> str:
    """Return the text beside a table: a line inside would break the table's fixed columns.

    Args:
        table: the table's file name.
        run: the run's name.
        models: the networks that were asked, with the mean of them where it decides.
        profile: name of the hospital's profile that adjusted the probabilities, "" for none.
        digest: of the networks with the profile, "" where nobody will ask.
    """
    titles = ", ".join(info.title for info in models)
    columns = f"{', '.join(SCORE_COLUMNS[:-1])} with {SCORE_COLUMNS[-1]}"
    kinds: dict[bool | None, list[str]] = {}
    for info in models:
        kind = None if info.temperature is None else info.fitted_on == LEFT_OUT
        kinds.setdefault(kind, []).append(info.title)
    measures = [
        f"{columns} are {KINDS[kind]}"
        + ("." if len(kinds) == 1 else f", in the rows of {', '.join(names)}.")
        for kind, names in kinds.items()
    ]
    first = f"{table} was written with run {run}, models {titles}."
    if profile:
        first += f" Their probabilities are adjusted by profile {profile}, the networks are not."
    statuses = MEANS if any(info.architecture == TOGETHER for info in models) else STATUSES
    last = [f"Digest of the networks with their profile: {digest}.\n"] if digest else []
    return "\n".join([NOTICE, "", first, *measures, statuses, *last])


def overlays(diagnosis: CaseResult, number: int, *, run: str) -> dict[str, bytes]:
    """Return one PNG a network, of the class it predicts, by its name; none for a refused image.

    Args:
        diagnosis: what the networks say.
        number: of the file in the table, from 1; begins the PNG's name.
        run: the run's name.
    """
    if diagnosis.radiograph is None or diagnosis.status == "refused":
        return {}
    pixels = shrink(diagnosis.radiograph.pixels, side=CAM_SIDE)
    pictures = {}
    for prediction in diagnosis.predictions:
        predicted = prediction.predicted
        title = f"{ARCHITECTURES.get(prediction.model, prediction.model)}: {predicted}"
        doubt = "" if diagnosis.status == "ok" else f" ({diagnosis.status})"
        by = f" by profile {prediction.profile}" if prediction.profile else ""
        figure = f"{prediction.measure}{by} {prediction.score:.2f}{doubt}"
        caption = f"{title}, {figure}, run {run}. {NOTICE}"
        picture = with_caption(overlay(pixels, prediction.heatmap(predicted)), caption)
        text = {"Source": diagnosis.name, "Title": title, "Caption": caption}
        name = overlay_name(diagnosis.name, number, prediction.model)
        pictures[name] = to_png(picture, text=text)
    return pictures


def overlay_name(file: str, number: int, model: str) -> str:
    """Name of the PNG of a file and a network, as ``overlays`` has it."""
    stem = re.sub(r"[^\w.-]+", "_", Path(file).name).encode()[-MAX_STEM:]
    return f"{number:05d}-{stem.decode(errors='ignore')}.{model}.png"
