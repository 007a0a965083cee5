"""An A4 sheet and the blocks that it is made of: headings, tables, paragraphs."""

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from dashboard.cases.exports.pdf_text import ENCODING, printable
from dashboard.cases.exports.text import CaseText

LEFT, WIDTH = 14.0, 182.0  # mm
TOP, BOTTOM = 12.0, 282.0  # mm; below is the footer
INDENTED = (LEFT + 4, WIDTH - 4)  # mm: left edge and width of a column
FONT = "helvetica"
INK, PALE = (17, 24, 39), (90, 98, 112)
WARNING, WARNING_EDGE = (255, 244, 214), (180, 83, 9)


class Sheet(FPDF):
    """One page; ``y`` is where the next block begins, in mm from the top."""

    def __init__(self, texts: CaseText, *, created: datetime) -> None:
        super().__init__(format="A4")
        self._title, self._notice = printable(texts.title), printable(texts.notice)
        self.set_lang(texts.language)
        self.core_fonts_encoding = ENCODING
        self.set_auto_page_break(False)
        self.set_margins(LEFT, TOP)
        self.c_margin = 0
        self.set_title(self._title)
        self.set_subject(self._notice)
        self.set_creation_date(created)
        self.add_page()

    def head(self) -> None:
        """Title, then the notice in a box."""
        self.paragraph(self._title, size=17, bold=True)
        self.y += 1
        self.set_fill_color(*WARNING)
        self.set_draw_color(*WARNING_EDGE)
        self.rect(LEFT, self.y, WIDTH, 9, style="DF")
        self._ink(11, bold=True, colour=WARNING_EDGE)
        self.set_xy(LEFT, self.y)
        self.cell(WIDTH, 9, self._notice, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.y += 3

    def footer(self) -> None:
        """The notice again."""
        self.set_draw_color(*PALE)
        self.line(LEFT, 285, LEFT + WIDTH, 285)
        self.label(self._notice, LEFT, 286.5)

    def outcome(self, texts: CaseText, colour: tuple[int, int, int]) -> None:
        """The outcome beside a bar of its colour."""
        top = self.y
        self.paragraph(texts.outcome, size=14, bold=True, column=INDENTED, colour=colour)
        self.paragraph(texts.explanation, size=9.5, column=INDENTED)
        if texts.doubt:
            self.paragraph(texts.doubt, size=9.5, bold=True, column=INDENTED, colour=WARNING_EDGE)
        self.set_fill_color(*colour)
        self.rect(LEFT, top, 1.5, self.y - top, style="F")
        self.y += 3

    def table(self, heading: str, rows: Sequence[Sequence[str]]) -> None:
        """A table whose first row has its headings; nothing without rows."""
        if not rows:
            return
        self.paragraph(heading, size=9, bold=True)
        widths = self._widths(rows)
        for number, row in enumerate(rows):
            self._ink(8 if number == 0 else 9, bold=number == 0)
            left = LEFT
            for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
                self.set_xy(left, self.y)
                self.cell(width, 6, self._cut(cell, width), align="R" if column else "L")
                left += width
            self.y += 6
            self.set_draw_color(*PALE)
            self.line(LEFT, self.y, LEFT + WIDTH, self.y)
        self.y += 3

    def _widths(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """Widths of columns, in mm: each as its widest cell, then the same share of the rest."""
        self._ink(9, bold=True)
        widest = [
            max(self.get_string_width(printable(cell)) for cell in column)
            for column in zip(*rows, strict=True)
        ]
        rest = (WIDTH - sum(widest)) / len(widest)
        return [width + rest for width in widest]

    def pair(self, name: str, value: str, *, size: float = 10) -> None:
        """A name with its value, cut in the middle where it is too long for the line."""
        self._ink(size, bold=True)
        name = f"{printable(name)}  "
        indent = self.get_string_width(name)
        self.set_xy(LEFT, self.y)
        self.cell(indent, size / 2, name)
        self._ink(size)
        self.cell(WIDTH - indent, size / 2, self._cut(value, WIDTH - indent))
        self.set_xy(LEFT, self.y + size / 2)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What the case rests on, small, at the bottom of the page."""
        self.y = BOTTOM - self.facts_height(facts)
        for name, value in facts:
            self.paragraph(f"{name}: {value}", size=7.5, colour=PALE)

    def facts_height(self, facts: Sequence[tuple[str, str]]) -> float:
        """Height that ``facts`` takes, in mm."""
        return sum(self.height_of(f"{name}: {value}", 7.5) for name, value in facts)

    def paragraph(
        self,
        text: str,
        *,
        size: float,
        bold: bool = False,
        column: tuple[float, float] = (LEFT, WIDTH),
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """Text over as many lines as it needs.

        Args:
            text: any text.
            size: in points.
            bold: whether in bold.
            column: its left edge and its width, in mm.
            colour: RGB.
        """
        self._ink(size, bold=bold, colour=colour)
        left, width = column
        self.set_xy(left, self.y)
        self.multi_cell(
            width, size * 0.45, printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def height_of(self, text: str, size: float, width: float = WIDTH) -> float:
        """Height of a paragraph, in mm."""
        self._ink(size)
        lines = self.multi_cell(
            width, size * 0.45, printable(text), align="L", dry_run=True, output="LINES"
        )
        return len(lines) * size * 0.45

    def label(self, text: str, left: float, top: float) -> float:
        """One small line at a place; return its width, in mm."""
        self._ink(8)
        text = printable(text)
        self.set_xy(left, top)
        self.cell(self.get_string_width(text), 4, text)
        return self.get_string_width(text)

    def _ink(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _cut(self, text: str, width: float) -> str:
        """Cut the middle out of words that are too wide, at the font that is set."""
        text = printable(text)
        if self.get_string_width(text) <= width:
            return text
        keep = len(text)
        while keep > 2:
            keep -= max(1, keep // 20)
            cut = f"{text[: keep - keep // 2]}…{text[-(keep // 2) :]}"
            if self.get_string_width(cut) <= width:
                return cut
        return "…"
