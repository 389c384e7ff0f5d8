"""What a Word document's styles say of its words: whether they are hidden, and how they count."""

import re
from collections import defaultdict
from collections.abc import Iterator

from knowledge.parsing.formats.counting import spelled
from knowledge.parsing.formats.package import Element, Package, child, name, number, value

TINY = 4  # half points
_OFF = ("0", "false", "off")
_HEADING = re.compile(r"(?:heading|título|titulo|encabezado) ([1-9])$", re.IGNORECASE)


def is_on(mark: Element | None) -> bool:
    """Whether a property that is written without a value is set; ECMA-376, 17.17.4."""
    return mark is not None and (value(mark) or "1").lower() not in _OFF


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, package: Package, part: str) -> None:
        self._known: dict[str, Element] = {}
        self._default = ""
        for tree in package.linked(part, "styles"):
            for style in (one for one in tree if name(one) == "style"):
                self._known[value(style, "styleId") or ""] = style
                if value(style, "type") == "paragraph" and is_on_attribute(style, "default"):
                    self._default = value(style, "styleId") or ""

    def chain(self, identifier: str | None) -> Iterator[Element]:
        """The style and those it is based on, nearest first."""
        seen: set[str] = set()
        while identifier and identifier not in seen and identifier in self._known:
            seen.add(identifier)
            style = self._known[identifier]
            yield style
            identifier = value(child(style, "basedOn"))

    def of_paragraph(self, paragraph: Element) -> list[Element]:
        """The styles of a paragraph, nearest first."""
        named = value(child(paragraph, "pPr", "pStyle"))
        return list(self.chain(named or self._default))

    def paragraph_property(self, paragraph: Element, *path: str) -> Element | None:
        """What the paragraph says of itself, else its nearest style that says it."""
        for one in (paragraph, *self.of_paragraph(paragraph)):
            found = child(one, "pPr", *path)
            if found is not None:
                return found
        return None

    def run_property(self, run: Element, paragraph: list[Element], what: str) -> Element | None:
        """What the run says of itself, else its style, else the *paragraph* styles."""
        own = child(run, "rPr")
        for one in (own, *self._of_run(own), *(child(style, "rPr") for style in paragraph)):
            found = child(one, what)
            if found is not None:
                return found
        return None

    def _of_run(self, own: Element | None) -> Iterator[Element | None]:
        for style in self.chain(value(child(own, "rStyle"))):
            yield child(style, "rPr")

    def heading_level(self, paragraph: Element) -> int | None:
        """1 to 9 for a heading, 0 for the document's title, None for text."""
        outline = value(self.paragraph_property(paragraph, "outlineLvl"))
        if outline is not None:
            return number(outline) + 1 if number(outline, 9) < 9 else None
        for style in self.of_paragraph(paragraph):
            called = value(child(style, "name")) or ""
            found = _HEADING.match(called)
            if found or called.lower() in ("title", "título"):
                return int(found[1]) if found else 0
        return None


def is_on_attribute(element: Element, attribute: str) -> bool:
    """Whether an attribute that is yes or no says yes."""
    return (value(element, attribute) or "0").lower() not in _OFF


class Numbering:
    """The numbers of lists, which go on over the text between their items."""

    def __init__(self, package: Package, part: str, styles: Styles) -> None:
        self._styles = styles
        self._kinds: dict[str, Element] = {}
        self._lists: dict[str, Element] = {}
        for tree in package.linked(part, "numbering"):
            for one in tree:
                if name(one) == "abstractNum":
                    self._kinds[value(one, "abstractNumId") or ""] = one
                elif name(one) == "num":
                    self._lists[value(one, "numId") or ""] = one
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)  # by kind of list, then level
        self._begun: set[tuple[str, int]] = set()

    def before(self, paragraph: Element) -> str:
        """What stands before the paragraph; it is counted by this."""
        listed = self._styles.paragraph_property(paragraph, "numPr", "numId")
        identifier = value(listed) or ""
        if identifier not in self._lists:
            return ""
        kind, levels = self._levels(identifier)
        level = self._level(paragraph, levels)
        if level not in levels:
            return ""
        self._count(identifier, kind, level, levels)
        return self._label(kind, level, levels)

    def _level(self, paragraph: Element, levels: dict[int, Element]) -> int:
        said = self._styles.paragraph_property(paragraph, "numPr", "ilvl")
        if said is not None:
            return number(value(said))
        style = value(child(paragraph, "pPr", "pStyle"))
        linked = (at for at, one in levels.items() if value(child(one, "pStyle")) == style)
        return next(linked, 0) if style else 0

    def _levels(self, identifier: str) -> tuple[str, dict[int, Element]]:
        """The kind of list, and what it says of each level."""
        listed = self._lists[identifier]
        kind = value(child(listed, "abstractNumId")) or ""
        linked = value(child(self._kinds.get(kind), "numStyleLink"))
        for style in self._styles.chain(linked):
            other = self._lists.get(value(child(style, "pPr", "numPr", "numId")) or "")
            kind = value(child(other, "abstractNumId")) or kind
        levels = _by_level(self._kinds.get(kind), "lvl")
        for at, override in _by_level(listed, "lvlOverride").items():
            levels[at] = one if (one := child(override, "lvl")) is not None else levels.get(at)
        return kind, {at: one for at, one in levels.items() if one is not None}

    def _count(self, identifier: str, kind: str, level: int, levels: dict[int, Element]) -> None:
        counts = self._counts[kind]
        start = number(value(child(levels[level], "start")), 1)
        override = _by_level(self._lists[identifier], "lvlOverride").get(level)
        again = value(child(override, "startOverride"))
        if again is not None and (identifier, level) not in self._begun:
            start = number(again, 1)
            counts.pop(level, None)
        self._begun.add((identifier, level))
        counts[level] = counts[level] + 1 if level in counts else start
        for deeper in [one for one in counts if one > level]:
            if value(child(levels.get(deeper), "lvlRestart")) != "0":
                del counts[deeper]

    def _label(self, kind: str, level: int, levels: dict[int, Element]) -> str:
        form = value(child(levels[level], "numFmt")) or "decimal"
        if form == "bullet":
            return "- "
        text = value(child(levels[level], "lvlText")) or ""
        legal = child(levels[level], "isLgl") is not None

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            first = number(value(child(levels.get(at), "start")), 1)
            how = value(child(levels.get(at), "numFmt")) or "decimal"
            return spelled(self._counts[kind].get(at, first), "decimal" if legal else how)

        label = re.sub(r"%([1-9])", shown, text) if form != "none" else ""
        return f"{label} " if label.strip() else ""


def _by_level(element: Element | None, what: str) -> dict[int, Element]:
    found = (one for one in element if name(one) == what) if element is not None else ()
    return {number(value(one, "ilvl")): one for one in found}
