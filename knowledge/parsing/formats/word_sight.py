"""Words of a Word document that nobody sees: hidden, tiny, or in the colour of what is behind."""

from knowledge.parsing.formats.package import Element, child, name, number, value
from knowledge.parsing.formats.word_styles import TINY, Styles, is_on

WHITE = "FFFFFF"
_NEAR = 0xF6  # of 255: white to the eye


class Sight:
    """Tells what is seen, and counts what is not."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._last: Element | None = None
        self.hidden = 0  # stretches of words

    def sees(self, run: Element, paragraph: Element, styles: list[Element], text: str) -> bool:
        """Whether a reader sees the *run*; a stretch of several runs is counted once."""
        if not text.strip() or not self._is_hidden(run, paragraph, styles):
            return True
        if self._last is None or self._last is not run.getprevious():
            self.hidden += 1
        self._last = run
        return False

    def _is_hidden(self, run: Element, paragraph: Element, styles: list[Element]) -> bool:
        def said(what: str) -> Element | None:
            return self._styles.run_property(run, styles, what)

        if is_on(said("vanish")) or is_on(said("specVanish")):
            return True
        if number(value(said("sz")), TINY + 1) <= TINY:
            return True
        colour = (value(said("color")) or "").upper()
        if colour in ("", "AUTO"):
            return False
        shades = [said("shd"), self._styles.paragraph_property(paragraph, "shd")]
        return said("highlight") is None and same(colour, _behind(run, shades))


def _behind(run: Element, shades: list[Element | None]) -> str:
    """The colour behind the run; empty where only the program that shows it knows."""
    for shade in shades:
        if fill := _fill(shade):
            return fill
    for around in run.iterancestors():
        kind = name(around)
        if kind == "tc" and (fill := _fill(child(around, "tcPr", "shd"))):
            return fill
        if kind == "tbl":
            if fill := _fill(child(around, "tblPr", "shd")):
                return fill
            if child(around, "tblPr", "tblStyle") is not None:
                return ""
        if kind == "txbxContent" or child(around, "background") is not None:
            return ""
    return WHITE


def _fill(shade: Element | None) -> str:
    fill = (value(shade, "fill") or "").upper()
    return "" if fill == "AUTO" else fill


def same(one: str, other: str) -> bool:
    """Whether two colours in hexadecimal are one to the eye."""
    return one == other or (_is_white(one) and _is_white(other))


def _is_white(colour: str) -> bool:
    try:
        return len(colour) == 6 and min(bytes.fromhex(colour)) >= _NEAR
    except ValueError:
        return False
