"""How the cells of a workbook look: by which format, and whether anybody can see them."""

from functools import cache
from typing import Any

from knowledge.parsing.formats.numbers import shows_nothing

TINY = 2.0  # points: below it nobody reads a cell
_WHITE = "FFFFFF"
_WHITE_INDEXES = (1, 9)  # of the standard palette
_WHITE_THEME = 0  # the first colour of a theme is the window's


class Looks:
    """The styles of a book; what is found of each is kept."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.code = cache(self._code)
        self.is_unseen = cache(self._is_unseen)

    def _code(self, style: int) -> str:
        """The number format of the cells of this *style*."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

        if style >= len(self._book._cell_styles):  # a book need not have any
            return "General"
        number = self._book._cell_styles[style].numFmtId
        own = number - BUILTIN_FORMATS_MAX_SIZE
        if 0 <= own < len(self._book._number_formats):
            return str(self._book._number_formats[own])
        return str(BUILTIN_FORMATS.get(number, "General"))

    def _is_unseen(self, style: int, in_table: bool) -> bool:
        """White on white, tiny, or of a format that shows nothing.

        A table's style may colour the cells that say nothing of their own ground.
        """
        if style >= len(self._book._cell_styles):
            return False
        look = self._book._cell_styles[style]
        font, fill = self._book._fonts[look.fontId], self._book._fills[look.fillId]
        if shows_nothing(self.code(style)) or (font.sz is not None and font.sz < TINY):
            return True
        ink, paper = _colour(font.color), _paper(fill)
        if paper is None:
            return ink == _WHITE and not in_table
        return ink is not None and ink == paper

    def may_hide(self, rule: Any) -> bool:
        """Whether a conditional format takes away what its cells say where it applies."""
        look = self._of_rule(rule.dxfId)
        if look is None:
            return False
        ink = _colour(look.font.color) if look.font else None
        # Of a rule's fill the colour of its ground is the back one; ECMA-376, 18.8.14.
        paper = _WHITE if look.fill is None else _colour(look.fill.bgColor)
        code = look.numFmt.formatCode if look.numFmt else ""
        return shows_nothing(code) or (ink is not None and ink == paper)

    def _of_rule(self, number: int | None) -> Any:
        known = self._book._differential_styles.styles
        return known[number] if number is not None and number < len(known) else None


def _paper(fill: Any) -> str | None:
    """The colour behind a cell; None where it has none of its own."""
    pattern = getattr(fill, "patternType", None)
    if pattern is None:
        return None if getattr(fill, "fill_type", None) in (None, "none") else ""
    return (_colour(fill.fgColor) or "") if pattern == "solid" else ""


def _colour(colour: Any) -> str | None:
    """Red, green and blue in hexadecimal, or the name of what is known to be one colour."""
    if colour is None:
        return None
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:].upper()
    if colour.type == "theme":
        is_white = colour.theme == _WHITE_THEME and not colour.tint
        return _WHITE if is_white else f"theme {colour.theme} {colour.tint}"
    if colour.type == "indexed":
        return _WHITE if colour.indexed in _WHITE_INDEXES else f"index {colour.indexed}"
    return None
