"""HTML: what a reader of the page would call its text, by trafilatura."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import markdown
from knowledge.parsing.formats.encodings import text_of
from knowledge.parsing.formats.grid import Cell, filled
from knowledge.parsing.formats.hidden import without_hidden
from knowledge.parsing.formats.rows import row_sections

WIDEST = 20_000  # cells of a table whose spans are filled
_ROUND = ("nav", "header", "footer", "aside")  # what stands around the text of a page
_TOGGLES = ("button", "tab")


def read(path: Path) -> Iterator[Section | Notice]:
    """The page's sections, without menus, footers, scripts, comments and hidden text."""
    import trafilatura  # each format loads its own parser and no other
    from lxml import html  # type: ignore[import-untyped]

    said, notices = text_of(path)
    yield from notices
    tree, hidden = without_hidden(said)
    if hidden:
        yield Notice("hidden_text", hidden)
    if tree is None:
        return
    _without_menus(tree)
    _unfold(tree)
    page = str(html.tostring(tree, encoding="unicode"))
    text = trafilatura.extract(
        page, output_format="markdown", include_tables=True, include_comments=False
    )
    # Of a short page the extractor makes nothing, or words without their tables.
    tables = [] if text and "|" in text else _taken(tree)
    if tables or not text:
        page = str(html.tostring(tree, encoding="unicode"))
        text = trafilatura.extract(page, output_format="markdown", include_comments=False)
    yield from markdown.sections(text or trafilatura.html2txt(page))
    for rows in tables:
        yield from row_sections(rows)


def _taken(tree: Any) -> list[list[list[str]]]:
    """The rows of the tables, which are taken out of the page."""
    found = []
    for table in _tables(tree):
        cells = [[one for one in row if one.tag in ("td", "th")] for row in table.iter("tr")]
        if len(cells) > 1 and max(map(len, cells)) > 1:
            found.append([[_words(one) for one in row] for row in cells])
            table.drop_tree()
    return found


def _tables(tree: Any) -> list[Any]:
    """The tables that hold no other: one that does only arranges the page."""
    return [one for one in tree.iter("table") if next(one.iterdescendants("table"), None) is None]


def _without_menus(tree: Any) -> None:
    """Take out what leads around the site: the extractor takes a menu for a table of the text."""
    for one in [*tree.iter("nav"), *tree.xpath("//*[@role='navigation']"), *_tables(tree)]:
        if one.getparent() is not None and (one.tag != "table" or _is_menu(one)):
            one.drop_tree()


def _is_menu(table: Any) -> bool:
    """Whether it stands around the text, or every word of it is a link."""
    around = next((one for one in table.iterancestors(*_ROUND, "main", "article")), None)
    if around is not None and around.tag in _ROUND:
        return True
    words = len("".join(table.text_content().split("|")).split())
    linked = sum(len(one.text_content().split()) for one in table.iter("a"))
    return 0 < words <= linked


def _unfold(tree: Any) -> None:
    """Questions as text, which stand on controls, and tables with every place filled."""
    for control in [one for one in tree.iter("*") if _is_control(one)]:
        if control.tag != "button" or _opens_something(control):
            for link in control.iter("a"):
                link.tag = "span"
            control.tag = "p" if control.tag in ("button", "summary", "div") else "span"
    for details in [*tree.iter("details")]:
        details.tag = "div"
    for table in _tables(tree):
        _fill(table)


def _is_control(element: Any) -> bool:
    if element.tag in ("button", "summary"):
        return True
    return element.tag in ("div", "a", "span") and element.get("role") in _TOGGLES


def _opens_something(button: Any) -> bool:
    marks = ("aria-expanded", "aria-controls", "data-target", "data-bs-target", "onclick")
    return any(mark in button.attrib for mark in marks) or "?" in button.text_content()


def _fill(table: Any) -> None:
    """Write each cell's value into every place it covers, and a list in one as its items."""
    rows = list(table.iter("tr"))
    cells = [[one for one in row if one.tag in ("td", "th")] for row in rows]
    across = [sum(_span(one, "colspan") for one in row) for row in cells]
    if not rows or max(across) * len(rows) > WIDEST:
        return
    grid = filled(
        [Cell(_words(one), _span(one, "colspan"), _span(one, "rowspan")) for one in row]
        for row in cells
    )
    for row, there, values in zip(rows, cells, grid, strict=True):
        kind = there[0].tag if there else "td"
        for one in list(row):
            row.remove(one)
        for value in values:
            cell = row.makeelement(kind)
            cell.text = value
            row.append(cell)


def _span(cell: Any, attribute: str) -> int:
    said = cell.get(attribute, "1").strip()
    return min(int(said), 1_000) if said.isascii() and said.isdigit() and int(said[:6]) else 1


def _words(cell: Any) -> str:
    """The text of a cell, its lines and the items of a list apart."""
    for one in cell.iter("br", "p", "li", "div"):
        one.tail = f" {one.tail or ''}"
        if one.tag == "li":
            one.text = f"- {one.text or ''}"
    return " ".join(cell.text_content().split())
