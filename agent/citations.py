"""Which passages a reply points to, and the reply without its marks."""

import re
from collections.abc import Sequence

from agent.answer import Citation
from knowledge.base import Passage

QUOTE_CHARACTERS = 400
# [1], [1, 2], [1-3] and the fullwidth brackets some models prefer. A link's [text](url) is not one.
_MARK = re.compile(r"(?<![ \t])[ \t]*[\[【]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】](?!\()")


def without_marks(text: str) -> str:
    """Return *text* without citation marks."""
    return _MARK.sub("", text).strip()


def citations_in(text: str, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """Return the passages that *text* cites, in order; numbers that name nothing are left out."""
    numbers = citations_named(text)
    return tuple(_citation(n, passages[n - 1]) for n in numbers if 1 <= n <= len(passages))


def citations_named(text: str) -> list[int]:
    """Return the numbers of the marks in *text*, each once, in order."""
    return list(dict.fromkeys(n for mark in _MARK.findall(text) for n in _numbers(mark)))


def _numbers(mark: str) -> list[int]:
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", mark):
        end = int(last or first)
        found.extend(range(int(first), min(end, int(first) + 20) + 1))
    return found


def _citation(n: int, passage: Passage) -> Citation:
    return Citation(
        n=n,
        source=passage.source,
        source_id=passage.source_id,
        source_version=passage.source_version,
        chunk_id=passage.chunk_id,
        page=passage.page,
        row=passage.row,
        quote=passage.text[:QUOTE_CHARACTERS],
        score=passage.score,
        url=passage.url,
    )
