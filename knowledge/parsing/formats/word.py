"""DOCX as blocks, as its reader sees it: changes accepted, fields by their results, in order.

The text is that of ECMA-376, part 1, chapter 17. What is taken out is what is deleted or moved
away, comments, and what nobody sees.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import blocks, drawing
from knowledge.parsing.formats.blocks import Block, Heading, Table
from knowledge.parsing.formats.grid import Across, Below
from knowledge.parsing.formats.package import Element, Package, child, name, number, value
from knowledge.parsing.formats.running import is_page_number
from knowledge.parsing.formats.word_sight import Sight
from knowledge.parsing.formats.word_styles import Numbering, Styles, is_on

LONGEST_HEADING = 250  # letters; what is longer is text in a heading's clothes
# What stands around text and is none itself.
_AROUND = ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent")
_INLINE = ("hyperlink", "fldSimple", "dir", "bdo", "ruby", "rubyBase", "oMath", "oMathPara")
_WITHOUT = ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "rt", "sdtPr", "txbxContent")
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_WINGDINGS = {"F0FE": "☑", "F0FC": "✓", "F0A8": "☐", "F06F": "☐", "F0FD": "☒", "F0FB": "✗"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


def read(path: Path) -> Iterator[Section | Notice]:
    """Sections by heading, tables by row."""
    package = Package(path)
    yield from blocks.sections(_Document(package, package.main()).blocks())


class _Document:
    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        self._styles = Styles(package, part)
        self._numbering = Numbering(package, part, self._styles)
        self._sight = Sight(self._styles)
        self._in_code: list[bool] = []  # of the fields that are open: in their instruction
        self._pictures = 0  # that say nothing in words
        self._notes = {kind: self._notes_of(kind) for kind in _NOTES.values()}

    def blocks(self) -> Iterator[Block]:
        body = child(self._package.tree(self._part), "body")
        yield from self._edges(body)
        yield from self._within(body)
        if self._sight.hidden:
            yield Notice("hidden_text", self._sight.hidden)
        if self._pictures:
            yield Notice("pictures", self._pictures)

    def _notes_of(self, kind: str) -> dict[str, Element]:
        trees = self._package.linked(self._part, kind)
        return {value(note, "id") or "": note for tree in trees for note in tree}

    def _edges(self, body: Element) -> Iterator[str]:
        """What stands at the head and the foot of the pages, once."""
        links = self._package.links(self._part)
        said: dict[str, None] = {}
        for part in dict.fromkeys(_edges_in_use(body, self._has_even_pages())):
            target = links.get(part, ("", ""))[1]
            if not self._package.has(target):
                continue
            there = self._package.tree(target)
            self._part, here = target, self._part
            said.update(dict.fromkeys(_texts(self._within(there))))
            self._part = here
        yield from (line for line in said if not is_page_number(line))

    def _has_even_pages(self) -> bool:
        settings = self._package.linked(self._part, "settings")
        return any(is_on(child(one, "evenAndOddHeaders")) for one in settings)

    def _within(self, around: Element) -> Iterator[Block]:
        """The blocks of a body, a cell, a note or a text box."""
        for one in flat(around):
            if name(one) == "p":
                yield from self._paragraph(one)
            elif name(one) == "tbl":
                yield from self._table(one)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        before = self._sight.hidden
        styles = self._styles.of_paragraph(paragraph)
        text = "".join(self._said(paragraph, paragraph, styles)).strip()
        label = ""
        if text or not (self._sight.hidden > before or _is_taken_out(paragraph)):
            label = self._numbering.before(paragraph)
        level = self._styles.heading_level(paragraph)
        if text and level is not None and len(text) <= LONGEST_HEADING:
            yield Heading(level, " ".join(f"{label}{text}".split()))
        elif text:
            yield f"{label}{text}" if label else f"\n{text}"
        yield from self._beside(paragraph)

    def _said(self, around: Element, paragraph: Element, styles: list[Element]) -> Iterator[str]:
        """The words of a paragraph or a part of it."""
        for one in around:
            kind = name(one)
            if kind == "r":
                yield from self._run(one, paragraph, styles)
            elif kind == "AlternateContent":
                yield from self._said(chosen(one), paragraph, styles)
            elif kind == "t":  # of a formula
                yield one.text or ""
            elif kind and kind not in _WITHOUT:
                yield from self._said(one, paragraph, styles)

    def _run(self, run: Element, paragraph: Element, styles: list[Element]) -> Iterator[str]:
        text = "".join(filter(None, (self._sign(one) for one in run)))
        if text and self._sight.sees(run, paragraph, styles, text):
            yield text

    def _sign(self, one: Element) -> str:
        kind = name(one)
        if kind == "fldChar":
            return self._field(one)
        if any(self._in_code):
            return ""
        if kind == "t":
            return one.text or ""
        if kind == "sym":
            return _WINGDINGS.get((value(one, "char") or "").upper(), "")
        return _SIGNS.get(kind, "")

    def _field(self, sign: Element) -> str:
        """Keep count of the fields that are open; ECMA-376, 17.16.18. What a form's box says."""
        kind = value(sign, "fldCharType")
        if kind == "begin":
            self._in_code.append(True)
            return _form_value(child(sign, "ffData")) if not any(self._in_code[:-1]) else ""
        if kind == "separate" and self._in_code:
            self._in_code[-1] = False
        elif kind == "end" and self._in_code:
            self._in_code.pop()
        return ""

    def _beside(self, paragraph: Element) -> Iterator[Block]:
        """Text boxes, tables, charts and diagrams that hang on a paragraph, and its notes."""
        for one in seen(paragraph):
            kind = name(one)
            if kind == "txbxContent":
                yield from self._within(one)
            elif kind == "graphicData":
                yield from drawing.framed(one, self._package, self._part)
            elif kind == "docPr" and _is_picture(one.getparent()):
                yield self._picture(one)
            elif kind in _NOTES:
                note = self._notes[_NOTES[kind]].get(value(one, "id") or "")
                yield from self._within(note) if note is not None else ()

    def _picture(self, picture: Element) -> str:
        words = drawing.described(picture)
        self._pictures += not words and drawing.is_large(child(picture.getparent(), "extent"))
        return words

    def _table(self, table: Element) -> Iterator[Block]:
        rows = [one for one in flat(table) if name(one) == "tr"]
        shown = [one for one in rows if self._is_shown(one)]
        cells = [[one for one in flat(row) if name(one) == "tc"] for row in shown]
        if sum(map(len, cells)) == 1:  # a frame around text
            yield from self._within(cells[0][0])
            return
        grid: list[list[str]] = []
        for row, there in zip(shown, cells, strict=True):
            above = grid[-1] if grid else []
            grid.append(list(self._places(row, there, above)))
        yield Table(grid)

    def _is_shown(self, row: Element) -> bool:
        properties = child(row, "trPr")
        if child(properties, "del") is not None:
            return False
        if is_on(child(properties, "hidden")):
            self._sight.hidden += 1
            return False
        return True

    def _places(self, row: Element, cells: list[Element], above: list[str]) -> Iterator[str]:
        """A value for each column; a cell that goes on from above says what that one says."""
        column = min(number(value(child(row, "trPr", "gridBefore"))), 200)
        yield from [""] * column
        for cell in cells:
            merge = child(cell, "tcPr", "vMerge")
            goes_on = merge is not None and value(merge) != "restart" and column < len(above)
            text = Below(above[column]) if goes_on else "\n".join(_texts(self._within(cell)))
            across = min(max(number(value(child(cell, "tcPr", "gridSpan")), 1), 1), 200)
            yield text
            yield from [Across(text)] * (across - 1)
            column += across


def flat(around: Element) -> Iterator[Element]:
    """The children, those inside of mere wrappers too."""
    for one in around:
        kind = name(one)
        if kind == "AlternateContent":
            yield from flat(chosen(one))
        elif kind in _AROUND:
            yield from flat(one)
        else:
            yield one


def chosen(alternatives: Element) -> Element:
    """Of several forms of the same content the first, which newer programs show."""
    found = [one for one in alternatives if name(one) in ("Choice", "Fallback")]
    return next((one for one in found if len(one)), alternatives[:0])


def seen(paragraph: Element) -> Iterator[Element]:
    """What is in a paragraph, each form of the same content once, no deeper than a text box."""
    for one in paragraph:
        kind = name(one)
        if kind == "AlternateContent":
            yield from seen(chosen(one))
        elif kind not in ("del", "moveFrom"):
            yield one
            if kind != "txbxContent":
                yield from seen(one)


def _is_picture(drawn: Element) -> bool:
    return child(drawn, "graphic", "graphicData", "pic") is not None


def _texts(found: Iterable[Block]) -> Iterator[str]:
    """Blocks as lines, where no more than lines fit: in a cell, at the head of a page."""
    for block in found:
        match block:
            case str():
                yield from filter(None, block.splitlines())
            case Heading():
                yield block.text
            case Table():
                yield from (", ".join(filter(None, dict.fromkeys(row))) for row in block.rows)


def _edges_in_use(body: Element, even: bool) -> Iterator[str]:
    for section in (one for one in body.iter() if name(one) == "sectPr"):
        shown = {"default", *(["even"] if even else [])}
        shown |= {"first"} if is_on(child(section, "titlePg")) else set()
        for one in section:
            if name(one) in ("headerReference", "footerReference") and value(one, "type") in shown:
                yield value(one, "id") or ""


def _is_taken_out(paragraph: Element) -> bool:
    mark = child(paragraph, "pPr", "rPr")
    return any(child(mark, kind) is not None for kind in ("del", "moveFrom"))


def _form_value(data: Element | None) -> str:
    """What a box or a list of a form says; ECMA-376, 17.16.7 and 17.16.9."""
    box, choice = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        said = child(box, "checked")
        return "☑" if is_on(said if said is not None else child(box, "default")) else "☐"
    if choice is not None:
        entries = [value(one) or "" for one in choice if name(one) == "listEntry"]
        at = number(value(child(choice, "result")))
        return entries[at] if at < len(entries) else ""
    return ""
