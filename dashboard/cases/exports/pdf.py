"""One case as one A4 page."""

from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from dashboard.cases.exports.case import Content, versions
from dashboard.cases.exports.images import colour_bar, grey, overlays
from dashboard.cases.exports.pdf_sheet import BOTTOM, LEFT, WIDTH, Sheet
from dashboard.cases.exports.pdf_text import printable
from dashboard.cases.exports.text import Words

COLOURS = {"ok": (13, 118, 110), "uncertain": (180, 83, 9), "refused": (185, 28, 28)}
GAP = 4.0  # mm between pictures, between blocks
MIN_PICTURE, MAX_PICTURE = 15.0, 92.0  # mm of height
SCALE = 7.0  # mm that the colour bar takes
CAPTION = 7.5  # points
READING_LENGTH = 900  # characters that are printed of a reading


def case_pdf(content: Content, words: Words, *, created: datetime, compress: bool = True) -> bytes:
    """Return the page as PDF; the same case at the same moment gives the same bytes.

    Args:
        content: the case.
        words: what is printed.
        created: moment of the export, with its time zone.
        compress: False leaves the text readable in the bytes.
    """
    sheet = Sheet(words, created=created)
    sheet.set_compression(compress)
    sheet.head()
    _file(sheet, content, words, created)
    sheet.outcome(words, COLOURS[content.diagnosis.status])
    sheet.figures(*words.figures)
    facts = (*words.facts, (words.labels["versions"], _versions()))
    below = [(note, 8.5, False) for note in words.notes]
    below += _reading(content, words)
    needed = sum(sheet.height_of(text, size) for text, size, _ in below) + 2 * GAP
    needed += sheet.facts_height(facts)
    _pictures(sheet, content, words, room=BOTTOM - sheet.y - needed)
    for text, size, bold in below:
        sheet.paragraph(text, size=size, bold=bold)
    sheet.facts(facts)
    return bytes(sheet.output())


def _file(sheet: Sheet, content: Content, words: Words, created: datetime) -> None:
    """The file's name with the moment, a remark where the name cannot be printed as it is."""
    name, labels = content.diagnosis.name, words.labels
    sheet.pair(labels["file"], name)
    sheet.pair(labels["date"], created.isoformat(sep=" ", timespec="seconds"))
    if printable(name) != name:
        sheet.paragraph(labels["replaced"], size=7.5)
    sheet.y += 1


def _versions() -> str:
    return ", ".join(f"{name} {known}" for name, known in versions().items())


def _reading(content: Content, words: Words) -> list[tuple[str, float, bool]]:
    if not content.reading:
        return []
    said = "; ".join(f"{name}: {value}" for name, value in content.reading.items())
    if len(said) > READING_LENGTH:
        said = f"{said[:READING_LENGTH]}…"
    return [(words.labels["reading"], 9.5, True), (said, 9, False)]


def _pictures(sheet: Sheet, content: Content, words: Words, *, room: float) -> None:
    """Radiograph with overlays, each over its caption, a colour bar below them."""
    base = grey(content)
    if base is None:
        sheet.paragraph(words.labels["picture"], size=9)
        return
    drawn = [base, *overlays(content)]
    room -= SCALE if content.shown else 0
    grids = [_grid(sheet, words, columns, base.shape, room) for columns in {2, len(drawn)}]
    grid = max(grids, key=lambda one: one.height)
    top = sheet.y
    for index, (picture, caption) in enumerate(zip(drawn, words.captions, strict=True)):
        row, column = divmod(index, grid.columns)
        sheet.y = top + row * grid.step
        left = LEFT + column * (grid.width + GAP)
        across = grid.height * base.shape[1] / base.shape[0]
        place = {"x": left, "y": sheet.y, "w": across, "h": grid.height}
        sheet.image(Image.fromarray(picture), **place, alt_text=printable(caption))
        sheet.y += grid.height + 1
        sheet.paragraph(caption, size=CAPTION, left=left, width=grid.width)
    sheet.y = top + -(-len(drawn) // grid.columns) * grid.step
    if content.shown:
        _scale(sheet, words)


@dataclass(frozen=True)
class _Grid:
    """Pictures in columns of ``width``, each ``height`` high, rows ``step`` apart; in mm."""

    columns: int
    width: float
    height: float
    step: float


def _grid(sheet: Sheet, words: Words, columns: int, shape: tuple[int, int], room: float) -> _Grid:
    """Place pictures of ``shape`` in so many columns, as large as the room allows."""
    width = (WIDTH - GAP * (columns - 1)) / columns
    below = max(sheet.height_of(one, CAPTION, width) for one in words.captions) + GAP
    rows = -(-len(words.captions) // columns)
    height = max(MIN_PICTURE, min(MAX_PICTURE, room / rows - below))
    height = min(height, width * shape[0] / shape[1])
    return _Grid(columns, width, height, height + below)


def _scale(sheet: Sheet, words: Words) -> None:
    """The colour bar with its two ends in words."""
    length, y = 50.0, sheet.y + 1
    cold = sheet.label(words.labels["cold"], LEFT, y)
    sheet.image(Image.fromarray(colour_bar(256, 12)), LEFT + cold + 2, y + 0.4, length, 3)
    sheet.label(words.labels["hot"], LEFT + cold + length + 4, y)
    sheet.y += SCALE
