"""Markdown as sections: a heading begins one, a table row is one, a slide's number is its page."""

import re
from collections.abc import Iterator

from knowledge.base import Section
from knowledge.parsing.formats.rows import row_sections

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_SLIDE = re.compile(r"^<!--\s*Slide number:\s*(\d+)\s*-->$")
# Each of these looks only so far, or a file of a million brackets would take for ever.
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^)]{0,2000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_RULE = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$")


def sections(text: str) -> Iterator[Section]:
    """The sections of a Markdown text, in order."""
    lines: list[str] = []
    path: list[tuple[int, str]] = []
    page: int | None = None
    for line in text.splitlines():
        slide, heading = _SLIDE.match(line.strip()), _HEADING.match(line)
        if slide or heading:
            if not (heading and path and len(heading[1]) > path[-1][0]):
                lines = lines if any(map(str.strip, lines)) else _title(path)
            yield from _body(lines, path, page)
            lines = []
        if slide:
            page, path = int(slide[1]), []
        elif heading:
            level = len(heading[1])
            path = [*(p for p in path if p[0] < level), (level, _bare(heading[2]))]
        else:
            lines.append(line)
    yield from _body(lines if any(map(str.strip, lines)) else _title(path), path, page)


def _title(path: list[tuple[int, str]]) -> list[str]:
    """A heading with nothing below it, such as a title slide's, is itself the text."""
    return [path[-1][1]] if path else []


def _body(lines: list[str], path: list[tuple[int, str]], page: int | None) -> Iterator[Section]:
    heading = " > ".join(title for _, title in path if title)
    held: list[str] = []
    index = 0
    while index < len(lines):
        if index + 1 < len(lines) and "|" in lines[index] and _RULE.match(lines[index + 1].strip()):
            yield from _prose(held, heading, page)
            held, end = [], _table_end(lines, index)
            cells = [_cells(line) for line in lines[index:end] if not _RULE.match(line.strip())]
            yield from row_sections(cells, heading, page)
            index = end
        else:
            held.append(lines[index])
            index += 1
    yield from _prose(held, heading, page)


def _table_end(lines: list[str], start: int) -> int:
    end = start
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _cells(line: str) -> list[str]:
    return [
        _bare(cell.replace(r"\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))
    ]


def _prose(lines: list[str], heading: str, page: int | None) -> Iterator[Section]:
    text = _bare(_COMMENT.sub("", "\n".join(lines)))
    if text:
        yield Section(text=text, page=page, heading=heading)


def _bare(text: str) -> str:
    """Words only: no emphasis marks, pictures or link targets."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _STRONG.sub(r"\2", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|>~])", r"\1", text)
    return text.strip()
