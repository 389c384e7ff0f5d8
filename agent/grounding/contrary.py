"""Whether a statement denies what its source says, or says what its source denies."""

import re
from collections.abc import Sequence

from agent.grounding.sources import Grounds, Line
from agent.grounding.words import denies, telling

ALIKE = 0.7  # of a clause's words: such a clause says the same, or the contrary
SAME_LINE = 0.6  # of a statement's words, that the line must share
_PARTS = re.compile(r"[,;:.()–—]|\b(?:pero|but|mas|aunque|though|porque|because|así que|so that)\b")
_ANSWERS = re.compile(r"^\W*(?:no|sí|si|yes|não|sim)\b\s*[,.:;!]\s*", re.I)


def is_contrary(text: str, grounds: Grounds) -> bool:
    """Whether a clause of *text* is, word for word, a clause of its source with or without a no."""
    words = telling(text)
    near = [line for line in grounds.lines if grounds.share(words, line.keys) >= SAME_LINE]
    return any(_contradicts(part, near, grounds) for part in _clauses(_ANSWERS.sub("", text)))


def _contradicts(part: str, near: Sequence[Line], grounds: Grounds) -> bool:
    words = telling(part)
    if not words:
        return False
    shares = [
        (_likeness(words, other, grounds), line.denies(other))
        for line in near
        for other in _clauses(line.text)
    ]
    best = max((share for share, _ in shares), default=0.0)
    alike = [said for share, said in shares if share >= max(ALIKE, 0.9 * best)]
    return bool(alike) and all(denies(part) not in said for said in alike)


def _likeness(words: Sequence[frozenset[str]], other: str, grounds: Grounds) -> float:
    """How much two clauses have in common, either way."""
    theirs = telling(other)
    mine = frozenset().union(*words)
    back = grounds.share(theirs, mine) if theirs else 0.0
    return min(grounds.share(words, frozenset().union(*theirs)), back) if theirs else 0.0


def _clauses(text: str) -> list[str]:
    return [part for part in _PARTS.split(text) if part and part.strip()]
