"""Export of a case as one A4 page in PDF."""

from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from dashboard.cases.exports.case import ExportedCase, versions
from dashboard.cases.exports.images import colour_bar, grey, overlays
from dashboard.cases.exports.pdf_sheet import BOTTOM, LEFT, WIDTH, Sheet
from dashboard.cases.exports.pdf_text import printable
from dashboard.cases.exports.text import CaseText

DOUBT = (180, 83, 9)
COLOURS = {
    "ok": (13, 118, 110),
    "uncalibrated": DOUBT,
    "uncertain": DOUBT,
    "refused": (185, 28, 28),
}
GAP = 4.0  # mm between pictures, between blocks
MIN_PICTURE, MAX_PICTURE = 15.0, 92.0  # mm of height
SCALE = 7.0  # mm that the colour bar takes
CAPTION = 7.5  # points
READING_LENGTH = 900  # characters that are printed of a reading


def case_pdf(
    exported: ExportedCase, texts: CaseText, *, created: datetime, compress: bool = True
) -> bytes:
    """Return the page as PDF; the same case at the same moment gives the same bytes.

    Args:
        exported: the case.
        texts: what is printed.
        created: moment of the export, with its time zone.
        compress: False leaves the text readable in the bytes.
    """
    sheet = Sheet(texts, created=created)
    sheet.set_compression(compress)
    sheet.head()
    _file(sheet, exported, texts, created)
    sheet.outcome(texts, COLOURS[exported.result.status])
    sheet.table(*texts.metrics)
    facts = (*texts.facts, (texts.labels["versions"], _versions()))
    below = [(note, 8.5, False) for note in texts.notes]
    below += _reading(exported, texts)
    needed = sum(sheet.height_of(text, size) for text, size, _ in below) + 2 * GAP
    needed += sheet.facts_height(facts)
    _pictures(sheet, exported, texts, room=BOTTOM - sheet.y - needed)
    for text, size, bold in below:
        sheet.paragraph(text, size=size, bold=bold)
    sheet.facts(facts)
    return bytes(sheet.output())


def _file(sheet: Sheet, exported: ExportedCase, texts: CaseText, created: datetime) -> None:
    """The file's name with the moment, a remark where the name cannot be printed as it is."""
    name, labels = exported.name, texts.labels
    sheet.pair(labels["file"], name)
    sheet.pair(labels["date"], created.isoformat(sep=" ", timespec="seconds"))
    if printable(name) != name:
        sheet.paragraph(labels["replaced"], size=7.5)
    sheet.y += 1


def _versions() -> str:
    return ", ".join(f"{name} {number}" for name, number in versions().items())


def _reading(exported: ExportedCase, texts: CaseText) -> list[tuple[str, float, bool]]:
    if not exported.reading:
        return []
    reading = "; ".join(f"{name}: {value}" for name, value in exported.reading.items())
    if len(reading) > READING_LENGTH:
        reading = f"{reading[:READING_LENGTH]}…"
    return [(texts.labels["reading"], 9.5, True), (reading, 9, False)]


def _pictures(sheet: Sheet, exported: ExportedCase, texts: CaseText, *, room: float) -> None:
    """Radiograph with overlays, each over its caption, a colour bar below them."""
    base = grey(exported)
    if base is None:
        sheet.paragraph(texts.labels["picture"], size=9)
        return
    drawn = [base, *overlays(exported)]
    room -= SCALE if exported.named_predictions else 0
    choices = {2, max(2, -(-len(drawn) // 2)), len(drawn)}  # one row, two rows, two columns
    grids = [_grid(sheet, texts, columns, base.shape, room) for columns in sorted(choices)]
    grid = max(grids, key=lambda candidate: candidate.height)
    top = sheet.y
    for index, (picture, caption) in enumerate(zip(drawn, texts.captions, strict=True)):
        row, column = divmod(index, grid.columns)
        sheet.y = top + row * grid.step
        left = LEFT + column * (grid.width + GAP)
        across = grid.height * base.shape[1] / base.shape[0]
        place = {"x": left, "y": sheet.y, "w": across, "h": grid.height}
        sheet.image(Image.fromarray(picture), **place, alt_text=printable(caption))
        sheet.y += grid.height + 1
        sheet.paragraph(caption, size=CAPTION, column=(left, grid.width))
    sheet.y = top + -(-len(drawn) // grid.columns) * grid.step
    if exported.named_predictions:
        _scale(sheet, texts)


@dataclass(frozen=True)
class _Grid:
    """Pictures in columns of ``width``, each ``height`` high, rows ``step`` apart; in mm."""

    columns: int
    width: float
    height: float
    step: float


def _grid(
    sheet: Sheet, texts: CaseText, columns: int, shape: tuple[int, int], room: float
) -> _Grid:
    """Place pictures of ``shape`` in so many columns, as large as the room allows."""
    width = (WIDTH - GAP * (columns - 1)) / columns
    below = max(sheet.height_of(caption, CAPTION, width) for caption in texts.captions) + GAP
    rows = -(-len(texts.captions) // columns)
    height = max(MIN_PICTURE, min(MAX_PICTURE, room / rows - below))
    height = min(height, width * shape[0] / shape[1])
    return _Grid(columns, width, height, height + below)


def _scale(sheet: Sheet, texts: CaseText) -> None:
    """The colour bar with its two ends in words."""
    length, y = 50.0, sheet.y + 1
    cold = sheet.label(texts.labels["cold"], LEFT, y)
    sheet.image(Image.fromarray(colour_bar(256, 12)), LEFT + cold + 2, y + 0.4, length, 3)
    sheet.label(texts.labels["hot"], LEFT + cold + length + 4, y)
    sheet.y += SCALE
