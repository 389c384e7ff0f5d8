"""PPTX as blocks: slide by slide, each from top to bottom, without what its author has hidden."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import blocks, drawing
from knowledge.parsing.formats.blocks import Block, Heading, Slide
from knowledge.parsing.formats.package import Element, Package, child, name, number, value
from knowledge.parsing.formats.slide_sight import Colours, Sight, placeholder

_SHAPES = ("sp", "pic", "graphicFrame", "grpSp", "cxnSp")
_TITLES = ("title", "ctrTitle")
_NOT_SAID = ("sldNum", "dt")  # which page it is, and when it was printed
Place = tuple[int, int]  # down, then right


def read(path: Path) -> Iterator[Section | Notice]:
    """Sections by slide; the slide's number is its page."""
    yield from blocks.sections(_Deck(Package(path)).blocks())


@dataclass
class _Page:
    """A slide, and the pages it takes places and pictures from: its layout and its master."""

    part: str
    tree: Element
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    behind: list[str] = field(default_factory=list)  # their parts


class _Deck:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main()
        self._hidden = 0  # shapes that nobody sees
        self._unknown: list[str] = []
        self._pictures: list[str] = []  # where one is that says nothing in words
        self._said: set[str] = set()  # what stands on every slide

    def blocks(self) -> Iterator[Block]:
        links = self._package.links(self._main)
        deck = self._package.tree(self._main)
        size = child(deck, "sldSz")
        self._width, self._height = number(value(size, "cx")), number(value(size, "cy"))
        hidden: list[str] = []
        entries = child(deck, "sldIdLst")
        for at, entry in enumerate(entries if entries is not None else (), start=1):
            page = self._page(links[_relation(entry)][1])
            if value(page.tree, "show") in ("0", "false"):
                hidden.append(f"p. {at}")
                continue
            yield Slide(at)
            yield from self._slide(page, at)
        yield from self._notices(hidden)

    def _notices(self, hidden: list[str]) -> Iterator[Notice]:
        if hidden:
            yield Notice("hidden_slides", len(hidden), tuple(hidden))
        if self._hidden:
            yield Notice("hidden_text", self._hidden)
        if self._unknown:
            yield Notice("unknown_shapes", len(self._unknown), tuple(self._unknown))
        if self._pictures:
            yield Notice("pictures", len(self._pictures), tuple(self._pictures))

    def _page(self, part: str) -> _Page:
        page = _Page(part, self._package.tree(part))
        for kind in ("slideLayout", "slideMaster"):
            links = self._package.links(part).values()
            part = next((target for found, target in links if found == kind), part)
            if part != page.part and self._package.has(part):
                _note_places(self._package.tree(part), page.places)
                page.behind.append(part)
        self._take_out_unseen(page)
        return page

    def _take_out_unseen(self, page: _Page) -> None:
        behind = [self._package.tree(part) for part in page.behind]
        sight = Sight(page.tree, behind, Colours(self._package, (page.part, *page.behind)[-1]))
        for run in list(sight.unseen()):
            self._hidden += any(one.text for one in run.iter("{*}t"))
            run.getparent().remove(run)

    def _slide(self, page: _Page, at: int) -> Iterator[Block]:
        shapes = self._in_order(child(page.tree, "cSld", "spTree"), page)
        titles = [one for one in shapes if placeholder(one)[0] in _TITLES]
        for shape in titles:
            if text := " ".join(drawing.lines(child(shape, "txBody"))):
                yield Heading(1, " ".join(text.split()))
        for shape in shapes:
            if shape not in titles:
                yield from self._shape(shape, page, at)
        yield from self._notes(page)

    def _in_order(self, tree: Element | None, page: _Page) -> list[Element]:
        """The shapes of a slide or a group from top to bottom; one without a place follows on."""
        placed: list[tuple[Place, Element]] = []
        for shape in (one for one in _shapes(tree) if not _is_property(one)):
            before = placed[-1][0] if placed else (-1, -1)
            placed.append((_place(shape, page) or before, shape))
        return [shape for _, shape in sorted(placed, key=lambda pair: pair[0])]

    def _shape(self, shape: Element, page: _Page, at: int) -> Iterator[Block]:
        if self._is_hidden(shape, page):
            self._hidden += 1
        elif name(shape) == "grpSp":
            for one in self._in_order(shape, page):
                yield from self._shape(one, page, at)
        elif name(shape) == "graphicFrame":
            yield from self._frame(shape, page, at)
        elif name(shape) == "pic":
            words = drawing.described(_identity(shape))
            if not words and drawing.is_large(_offset(shape)[1]):
                self._pictures.append(f"p. {at}")
            yield from filter(None, [words])
        elif name(shape) in _SHAPES:
            yield from self._words(shape)
        elif any(name(one) == "t" and one.text for one in shape.iter()):
            yield from (one.text or "" for one in shape.iter() if name(one) == "t")
        else:
            self._unknown.append(f"p. {at}")

    def _frame(self, shape: Element, page: _Page, at: int) -> Iterator[Block]:
        data = child(shape, "graphic", "graphicData")
        found = list(drawing.framed(data, self._package, page.part)) if data is not None else []
        yield from found
        if not found:
            self._unknown.append(f"p. {at}")

    def _words(self, shape: Element) -> Iterator[str]:
        kind = placeholder(shape)[0]
        text = "\n".join(drawing.lines(child(shape, "txBody")))
        tiny = sum(map(drawing.is_hidden, shape.iter("{*}r")))
        self._hidden += tiny > 0
        if kind in _NOT_SAID or (kind in ("ftr", "hdr") and text in self._said):
            return
        if kind in ("ftr", "hdr"):
            self._said.add(text)
        if text:
            yield text

    def _is_hidden(self, shape: Element, page: _Page) -> bool:
        """Whether it is switched off, or lies beside the slide."""
        if (value(_identity(shape), "hidden") or "0") in ("1", "true"):
            return True
        offset, extent = _offset(shape)
        if offset is None or not (self._width and self._height) or _is_in_group(shape):
            return False
        left, top = number(value(offset, "x")), number(value(offset, "y"))
        right, bottom = left + number(value(extent, "cx")), top + number(value(extent, "cy"))
        return left >= self._width or top >= self._height or right < 0 or bottom < 0

    def _notes(self, page: _Page) -> Iterator[Block]:
        for notes in self._package.linked(page.part, "notesSlide"):
            shapes = _shapes(child(notes, "cSld", "spTree"))
            bodies = (child(one, "txBody") for one in shapes if placeholder(one)[0] == "body")
            if said := [line for body in bodies for line in drawing.lines(body)]:
                yield Heading(3, "Notes:")
                yield from said


def _shapes(tree: Element | None) -> Iterator[Element]:
    """What stands in a tree of shapes; of several forms of one the first that has any."""
    for one in tree if tree is not None else ():
        if name(one) == "AlternateContent":
            forms = [form for form in one if name(form) in ("Choice", "Fallback")]
            known = [form for form in forms if any(name(shape) in _SHAPES for shape in form)]
            yield from (known or forms or [()])[0]
        elif name(one):
            yield one


def _is_property(element: Element) -> bool:
    return name(element) in ("nvGrpSpPr", "grpSpPr", "extLst")


def _relation(entry: Element) -> str:
    """The id of a relationship, beside which a slide has a number of its own."""
    found = (v for k, v in entry.attrib.items() if k.endswith("}id"))
    return next(found, "")


def _identity(shape: Element) -> Element | None:
    first = next((one for one in shape if name(one).startswith("nv")), None)
    return child(first, "cNvPr")


def _offset(shape: Element) -> tuple[Element | None, Element | None]:
    for around in ("spPr", "grpSpPr"):
        if (form := child(shape, around, "xfrm")) is not None:
            return child(form, "off"), child(form, "ext")
    form = child(shape, "xfrm")
    return child(form, "off"), child(form, "ext")


def _is_in_group(shape: Element) -> bool:
    return any(name(one) == "grpSp" for one in shape.iterancestors())


def _place(shape: Element, page: _Page) -> Place | None:
    offset, _ = _offset(shape)
    if offset is not None:
        return number(value(offset, "y")), number(value(offset, "x"))
    kind, index = placeholder(shape)
    return page.places.get(("idx", index)) or page.places.get(("type", kind)) if kind else None


def _note_places(tree: Element, places: dict[tuple[str, str], Place]) -> None:
    for shape in _shapes(child(tree, "cSld", "spTree")):
        offset, _ = _offset(shape)
        kind, index = placeholder(shape)
        if kind and offset is not None:
            place = number(value(offset, "y")), number(value(offset, "x"))
            places.setdefault(("idx", index), place)
            places.setdefault(("type", kind), place)
