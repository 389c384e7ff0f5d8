"""Markdown as blocks: headings, text without its marks, and tables."""

import re
from collections.abc import Iterator

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import blocks
from knowledge.parsing.formats.blocks import Block, Heading, Table

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
# Each of these looks only so far, or a file of a million brackets would take for ever.
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^)]{0,2000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_BORDERED = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$")


def sections(text: str) -> Iterator[Section | Notice]:
    """The sections of a Markdown text, in order."""
    yield from blocks.sections(_blocks(text.splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    held: list[str] = []
    at = 0
    while at < len(lines):
        heading, end = _HEADING.match(lines[at]), _table_end(lines, at)
        if not heading and end == at:
            held.append(lines[at])
            at += 1
            continue
        yield _bare(_COMMENT.sub("", "\n".join(held)))
        held = []
        if heading:
            yield Heading(len(heading[1]), _bare(heading[2]))
        else:
            yield Table([_cells(line) for line in lines[at:end] if not _RULE.match(line.strip())])
        at = max(end, at + 1)
    yield _bare(_COMMENT.sub("", "\n".join(held)))


def _table_end(lines: list[str], start: int) -> int:
    """The line after the table that begins at *start*; *start* itself when none does."""
    if start + 1 >= len(lines) or "|" not in lines[start]:
        return start
    is_ruled = _RULE.match(lines[start + 1].strip())
    if not is_ruled and not all(map(_BORDERED.match, lines[start : start + 2])):
        return start
    end = start
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _cells(line: str) -> list[str]:
    return [
        _bare(cell.replace(r"\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))
    ]


def _bare(text: str) -> str:
    """Words only: no emphasis marks, pictures or link targets."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _STRONG.sub(r"\2", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|>~])", r"\1", text)
    return text.strip()
