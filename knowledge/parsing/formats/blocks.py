"""What a document is made of, in order, and the sections that become of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats.rows import row_sections


@dataclass(frozen=True)
class Heading:
    """A title; what follows stands under it until one of its level or above comes."""

    level: int  # 0 is the document's own title
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells, each value in every place it is meant for."""

    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Slide:
    """Where a page begins."""

    number: int


Block = str | Heading | Table | Slide | Notice


def sections(blocks: Iterable[Block]) -> Iterator[Section | Notice]:
    """A section for all text under one heading, and for each row of a table."""
    outline = _Outline()
    for block in blocks:
        yield from outline.take(block)
    yield from outline.close()


class _Outline:
    """The headings that the next text stands under, and the text that was not given out yet."""

    def __init__(self) -> None:
        self.path: list[Heading] = []
        self.page: int | None = None
        self.held: list[str] = []
        self.is_bare = False  # the last heading has nothing below it so far

    @property
    def heading(self) -> str:
        return " > ".join(one.text for one in self.path if one.text)

    def take(self, block: Block) -> Iterator[Section | Notice]:
        match block:
            case Notice():
                yield block
            case str():
                self._hold(block)
            case Table():
                yield from self.prose()
                self.is_bare = False
                yield from row_sections(block.rows, self.heading, self.page)
            case Slide():
                yield from self.close()
                self.path, self.page = [], block.number
            case Heading():
                yield from self._under(block)

    def _hold(self, text: str) -> None:
        self.held.append(text)
        self.is_bare = self.is_bare and not text.strip()

    def _under(self, heading: Heading) -> Iterator[Section]:
        goes_deeper = bool(self.path) and heading.level > self.path[-1].level
        yield from self.prose() if goes_deeper else self.close()
        self.path = [*(one for one in self.path if one.level < heading.level), heading]
        self.is_bare = True

    def close(self) -> Iterator[Section]:
        """A heading with nothing below it, such as a title slide's, is itself the text."""
        if self.is_bare and self.path:
            self.held.append(self.path[-1].text)
        self.is_bare = False
        yield from self.prose()

    def prose(self) -> Iterator[Section]:
        text = "\n".join(self.held).strip()
        self.held = []
        if text:
            yield Section(text=text, page=self.page, heading=self.heading)
