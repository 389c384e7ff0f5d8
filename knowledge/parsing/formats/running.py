"""Lines that run over a document's pages: heads, feet and page numbers."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

EDGE = 3  # lines that a head or a foot has at most
APART = 1.5  # times the usual distance of lines: a head stands away from the text
NEAR = 3.0  # points that a line may stand elsewhere on another page
_WORD = r"(?:p[áa]gina|p[áa]g\.?|page|p\.|hoja|folio|seite)"
_OF = r"(?:\s*(?:de|of|von|/)\s*\d{1,4})"
_PAGE_NUMBER = re.compile(
    rf"[-–—|\s]*(?:{_WORD}\s*(?:\d{{1,4}}|[ivxlc]{{1,6}})?{_OF}?|\d{{1,4}}{_OF}|\d{{1,3}})[-–—|\s]*",
    re.IGNORECASE,
)
_BARE = re.compile(r"\W*(\d{1,3})\W*")


@dataclass
class Line:
    """A line where it begins on its page, in points from below and from the left."""

    text: str
    x: float = 0
    y: float = 0
    size: float = 12  # of its letters, in points


def is_page_number(line: str) -> bool:
    """Whether a line of a head or foot says no more than which page it is on."""
    return bool(_PAGE_NUMBER.fullmatch(line))


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without their numbers, with a head or a foot only where it comes first.

    A line runs when it is the same to the letter at the same height of most pages, at their very
    edge and apart from the text. A catalogue's pages differ there, if only by a digit.
    """
    edges = [_edges(lines) for lines in pages]
    ends = [sorted(lines, key=lambda line: line.y)[:: max(len(lines) - 1, 1)] for lines in pages]
    numbers = _numbers(ends)
    running, said = _running(edges), set[str]()
    kept: list[list[Line]] = []
    for lines, edge in zip(pages, edges, strict=True):
        again = [line for line in edge if line.text in running and line.text in said]
        said.update(line.text for line in edge)
        gone = {*map(id, again), *numbers}
        kept.append([line for line in lines if id(line) not in gone])
    return kept


def _edges(lines: Sequence[Line]) -> list[Line]:
    """The few lines at the top and at the bottom that stand apart from the rest."""
    down = sorted(lines, key=lambda line: -line.y)
    gaps = [above.y - below.y for above, below in itertools.pairwise(down)]
    usual = median(gap for gap in gaps if gap > 1) if any(gap > 1 for gap in gaps) else 0
    apart = [at for at, gap in enumerate(gaps, start=1) if gap > APART * usual]
    top = max((at for at in apart if at <= EDGE), default=0)
    foot = min((at for at in apart if at >= len(down) - EDGE), default=len(down))
    return [*down[:top], *down[foot:]] if top < foot else []


def _running(edges: Sequence[Sequence[Line]]) -> set[str]:
    places: dict[str, list[float]] = defaultdict(list)
    for edge in edges:
        for text, y in {line.text: line.y for line in edge}.items():
            places[text].append(y)
    most = max(1.0, len(edges) / 2)
    return {text for text, found in places.items() if _together(found) > most}


def _together(heights: Sequence[float]) -> int:
    middle = median(heights)
    return sum(abs(height - middle) <= NEAR for height in heights)


def _numbers(ends: Sequence[Sequence[Line]]) -> set[int]:
    """The page numbers, by identity: those that say so, and bare ones that rise with the pages."""
    counted = [
        (int(bare[1]) - at, line)
        for at, found in enumerate(ends)
        for line in found
        if (bare := _BARE.fullmatch(line.text))
    ]
    often = Counter(first for first, _ in counted).most_common(1)
    first = often[0][0] if often and often[0][1] > max(1.0, len(ends) / 2) else None
    rising = {id(line) for number, line in counted if number == first}
    said = (line for found in ends for line in found if not _BARE.fullmatch(line.text))
    return rising | {id(line) for line in said if is_page_number(line.text)}
