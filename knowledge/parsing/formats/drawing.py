"""What documents and slides share: text of shapes, tables, charts and diagrams (DrawingML)."""

import re
from collections.abc import Iterator

from knowledge.parsing.formats.blocks import Block, Table
from knowledge.parsing.formats.counting import spelled
from knowledge.parsing.formats.grid import Across, Below
from knowledge.parsing.formats.package import Element, Package, child, name, number, value

TINY = 200  # hundredths of a point: nobody reads what is smaller
LEAST = 914_400  # units of length (an inch) that a picture of text has on both sides
_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|svg|webp|tiff?|emf|wmf)", re.IGNORECASE)
_AUTO = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(ParenBoth|ParenR|Period|Plain)$")
_KINDS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"ParenBoth": "({})", "ParenR": "{})", "Period": "{}.", "Plain": "{}"}


def lines(body: Element | None) -> Iterator[str]:
    """The paragraphs of a text body, those of a numbered list with their numbers."""
    counts: dict[tuple[int, str], int] = {}
    for paragraph in body if body is not None else ():
        if name(paragraph) != "p":
            continue
        text = "".join(_said(paragraph)).strip()
        if text:
            yield _numbered(paragraph, counts) + text


def _said(paragraph: Element) -> Iterator[str]:
    for run in paragraph:
        kind = name(run)
        if kind == "br":
            yield "\n"
        elif kind in ("r", "fld") and not is_hidden(run):
            yield getattr(child(run, "t"), "text", None) or ""
        elif kind in ("m", "AlternateContent"):  # a formula
            yield from (one.text or "" for one in run.iter() if name(one) == "t")


def is_hidden(run: Element) -> bool:
    """Whether nobody can read it, for its size or because it lets everything through."""
    properties = child(run, "rPr")
    fill = child(properties, "solidFill")
    alpha = [one for one in fill.iter() if name(one) == "alpha"] if fill is not None else []
    clear = child(properties, "noFill") is not None and child(properties, "ln") is None
    tiny = number(value(properties, "sz"), TINY + 1) <= TINY
    return tiny or clear or any(number(value(one), 1) == 0 for one in alpha)


def _numbered(paragraph: Element, counts: dict[tuple[int, str], int]) -> str:
    """What stands before a paragraph of a list that is numbered; ECMA-376, 21.1.2.4.1."""
    properties = child(paragraph, "pPr")
    level = number(value(properties, "lvl"))
    auto = child(properties, "buAutoNum")
    kind = _AUTO.match(value(auto, "type") or "")
    for other in [one for one in counts if one[0] > level or (one[0] == level and not kind)]:
        del counts[other]
    if not kind:
        return ""
    key = (level, kind[0])
    counts[key] = counts.get(key, number(value(auto, "startAt"), 1) - 1) + 1
    return _AROUND[kind[2]].format(spelled(counts[key], _KINDS[kind[1]])) + " "


def table(element: Element) -> Table:
    """The grid of a table (a:tbl); a cell that another one covers says what that one says."""
    grid: list[list[str]] = []
    for row in (one for one in element if name(one) == "tr"):
        cells: list[str] = []
        for at, cell in enumerate(one for one in row if name(one) == "tc"):
            if _is_covered(cell, "vMerge") and grid and at < len(grid[-1]):
                cells.append(Below(grid[-1][at]))
            elif _is_covered(cell, "hMerge") and cells:
                cells.append(Across(cells[-1]))
            else:
                cells.append("\n".join(lines(child(cell, "txBody"))))
        grid.append(cells)
    return Table(grid)


def _is_covered(cell: Element, merge: str) -> bool:
    return (value(cell, merge) or "0") in ("1", "true", "on")


def described(picture: Element | None) -> str:
    """What a picture says of itself for those who do not see it; the name of a file is nothing."""
    words = (value(picture, "descr") or "").strip()
    return "" if _FILE.fullmatch(words) else words


def is_large(extent: Element | None) -> bool:
    """Whether a picture of this extent may show a text."""
    return min(number(value(extent, size)) for size in ("cx", "cy")) >= LEAST


def framed(data: Element, package: Package, part: str) -> Iterator[Block]:
    """What a frame of graphics (a:graphicData) in *part* shows: a table, a chart or a diagram."""
    links = package.links(part)
    for one in data:
        kind = name(one)
        wanted = {"chart": "id", "relIds": "dm"}.get(kind)
        target = links.get(value(one, wanted) or "", ("", ""))[1] if wanted else ""
        if kind == "tbl":
            yield table(one)
        elif target and package.has(target):
            tree = package.tree(target)
            yield from chart(tree) if kind == "chart" else diagram(tree)


def diagram(tree: Element) -> Iterator[str]:
    """The words of a SmartArt, in the order of its points."""
    for point in tree.iter():
        if name(point) == "pt" and (value(point, "type") or "node") in ("node", "asst"):
            yield from lines(child(point, "t"))


def chart(tree: Element) -> Iterator[Block]:
    """The title of a chart, and its values as a table: a row a category, a column a series."""
    title = next((one for one in tree.iter() if name(one) == "title"), None)
    written = " ".join(lines(child(title, "tx", "rich")))
    series = [one for one in tree.iter() if name(one) == "ser"]
    columns = [_points(child(one, "val"), child(one, "yVal")) for one in series]
    if written:
        yield written
    if series:
        first = _points(child(series[0], "cat"), child(series[0], "xVal"))
        names = [" ".join(_points(child(one, "tx")).values()) for one in series]
        places = sorted({at for column in (first, *columns) for at in column})
        rows = [[first.get(at, ""), *(one.get(at, "") for one in columns)] for at in places]
        yield Table([[_axis(tree), *names], *rows])


def _axis(tree: Element) -> str:
    """What the categories are, where the chart says it."""
    axis = next((one for one in tree.iter() if name(one) == "catAx"), None)
    return " ".join(lines(child(axis, "title", "tx", "rich"))) or "Categoría"


def _points(*places: Element | None) -> dict[int, str]:
    """The values that are kept with the chart, by their index."""
    found: dict[int, str] = {}
    for place in (one for one in places if one is not None):
        for point in (one for one in place.iter() if name(one) == "pt"):
            text = getattr(child(point, "v"), "text", None) or ""
            index = number(value(point, "idx"))
            found[index] = f"{text} {found[index]}" if index in found else text.strip()
        if not found and (written := child(place, "v")) is not None:
            found[0] = written.text or ""
    return {at: _shown(text) for at, text in found.items()}


def _shown(text: str) -> str:
    """0.30000000000000004 as 0.3."""
    try:
        return f"{float(text):.10g}" if re.fullmatch(r"-?\d+\.\d{6,}(E-?\d+)?", text) else text
    except ValueError:
        return text
