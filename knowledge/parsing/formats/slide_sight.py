"""Words of a slide in the colour of what is behind them: the shape, a cell, or the page itself.

Where it cannot be known what is behind (a picture, a gradient, a style) they count as seen.
"""

from collections.abc import Iterator, Sequence

from knowledge.parsing.formats.package import Element, Package, child, name, number, value
from knowledge.parsing.formats.word_sight import WHITE, same

COVERED = 0.25  # of a shape: then its words may stand on what others have painted
_PLAIN = 1001  # the first fill of a theme's backgrounds is of one colour; ECMA-376, 20.1.4.2.7
_FILLS = ("solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
Box = tuple[int, int, int, int]  # left, top, right, bottom


class Colours:
    """The colours that a master names, in hexadecimal."""

    def __init__(self, package: Package, master: str) -> None:
        self._map = child(package.tree(master), "clrMap")
        self._named: dict[str, str] = {}
        for theme in package.linked(master, "theme"):
            scheme = child(theme, "themeElements", "clrScheme")
            for one in scheme if scheme is not None else ():
                self._named[name(one)] = self.of(one)

    def of(self, around: Element | None) -> str:
        """The colour in a fill, with what changes it; empty for one that is not known."""
        for one in around if around is not None else ():
            said = value(one, "lastClr") or value(one) or ""
            if name(one) == "schemeClr":
                said = self._named.get(value(self._map, said) or said, "")
            changes = "".join(f" {name(each)} {value(each)}" for each in one)
            return f"{said.upper()}{changes}" if said else ""
        return ""


class Sight:
    """Finds the words of a slide that nobody sees; *behind* are its layout and its master."""

    def __init__(self, slide: Element, behind: Sequence[Element], colours: Colours) -> None:
        self._slide, self._colours = slide, colours
        self._ground = self._of_page([slide, *behind])
        shapes = (one for tree in (slide, *behind) for one in tree.iter())
        self._homes = dict(_homes(behind))
        self._painted = [one for one in shapes if self._is_painted(one)]

    def unseen(self) -> Iterator[Element]:
        """The runs of letters in the colour of what is behind them."""
        for run in self._slide.iter("{*}r", "{*}fld"):
            ink = self._colours.of(child(run, "rPr", "solidFill"))
            if ink and same(ink, self._behind(run)):
                yield run

    def _of_page(self, trees: Sequence[Element]) -> str:
        for tree in trees:
            ground = child(tree, "cSld", "bg")
            if ground is not None:
                reference = child(ground, "bgRef")
                if number(value(reference, "idx")) == _PLAIN:
                    return self._colours.of(reference)
                return self._colours.of(child(ground, "bgPr", "solidFill"))
        return WHITE

    def _behind(self, run: Element) -> str:
        for around in run.iterancestors():
            if name(around) == "tc":
                return self._colours.of(child(around, "tcPr", "solidFill"))
            if name(around) == "sp":
                return self._of_shape(around)
        return ""

    def _of_shape(self, shape: Element) -> str:
        if any(child(shape, "spPr", fill) is not None for fill in _FILLS):
            return self._colours.of(child(shape, "spPr", "solidFill"))
        is_styled = number(value(child(shape, "style", "fillRef"), "idx")) > 0
        if is_styled and child(shape, "spPr", "noFill") is None:
            return ""
        box = _box(shape) or self._homes.get(placeholder(shape)[1])
        others = [_box(one) for one in self._painted if one is not shape]
        return "" if _is_covered(box, others) else self._ground

    def _is_painted(self, shape: Element) -> bool:
        if name(shape) in ("pic", "graphicFrame"):
            return True
        if name(shape) not in ("sp", "cxnSp"):
            return False
        solid = child(shape, "spPr", "solidFill")
        if solid is not None:
            return not same(self._colours.of(solid), self._ground)
        filled = any(child(shape, "spPr", fill) is not None for fill in _FILLS)
        styled = number(value(child(shape, "style", "fillRef"), "idx")) > 0
        return filled or (styled and child(shape, "spPr", "noFill") is None)


def placeholder(shape: Element) -> tuple[str, str]:
    """What a shape holds a place for, and which of them; empty for one that does not."""
    first = next((one for one in shape if name(one).startswith("nv")), None)
    found = child(first, "nvPr", "ph")
    if found is None:
        return "", ""
    return value(found, "type") or "obj", value(found, "idx") or "0"


def _homes(behind: Sequence[Element]) -> Iterator[tuple[str, Box]]:
    """Where a layout and its master have their placeholders, by their indexes."""
    for tree in reversed(behind):
        for shape in tree.iter("{*}sp"):
            kind, index = placeholder(shape)
            if kind and (box := _box(shape)):
                yield index, box


def _box(shape: Element) -> Box | None:
    """Where a shape stands; None where its layout or its group says it."""
    place = child(shape, "xfrm") if name(shape) == "graphicFrame" else child(shape, "spPr", "xfrm")
    if place is None or any(name(one) == "grpSp" for one in shape.iterancestors()):
        return None
    left, top = (number(value(child(place, "off"), at)) for at in "xy")
    width, height = (number(value(child(place, "ext"), size)) for size in ("cx", "cy"))
    return left, top, left + width, top + height


def _is_covered(box: Box | None, others: Sequence[Box | None]) -> bool:
    """Whether much of a shape may lie on *others*; what stands nobody knows where may."""
    if box is None or None in others:
        return bool(others)
    on_them = sum(_shared(box, other) for other in others if other)
    return on_them >= COVERED * _shared(box, box)


def _shared(one: Box, other: Box) -> int:
    """The area that both cover."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0) * max(height, 0)
