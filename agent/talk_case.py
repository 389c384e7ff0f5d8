"""Cases out of conversations that took place: what the customer wrote, burst by burst.

Nothing is expected of the answers of a kept conversation but that they are answers: what the agent
said then may have been wrong. What a person answered is what an answer is to resemble.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.answer import Author
from agent.cases import MOST_TURNS, Case

MOST_LINES = 20  # of one burst
LONGEST_LINE = 4_000
MOST_BEFORE = 4  # bursts that lead to what a person answered
SOON = 3_600.0  # seconds: a later burst has nothing to do with what was answered


class Line(Protocol):
    """A message (`store.conversations.threads.ThreadMessage` is one)."""

    @property
    def author(self) -> Author:
        """Who wrote it."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def created_at(self) -> float:
        """When, in seconds since 1970."""


@dataclass
class _Burst:
    """What the customer wrote without an answer between, and what a person answered."""

    at: float
    said: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)


def whole(lines: Sequence[Line]) -> Case | None:
    """Return the conversation as a case; None when the customer wrote nothing."""
    bursts = list(_bursts(lines))[-MOST_TURNS:]
    return _case(bursts) if bursts else None


def answered(lines: Sequence[Line]) -> list[Case]:
    """Return a case for each burst that a person answered, with what led to it."""
    bursts = list(_bursts(lines))
    return [
        _case([*_before(bursts, place), burst], "\n".join(burst.replies)[:LONGEST_LINE])
        for place, burst in enumerate(bursts)
        if burst.replies
    ]


def _before(bursts: Sequence[_Burst], place: int) -> list[_Burst]:
    before = bursts[max(0, place - MOST_BEFORE) : place]
    return [one for one in before if bursts[place].at - one.at < SOON and not one.replies]


def _bursts(lines: Sequence[Line]) -> Iterator[_Burst]:
    burst: _Burst | None = None
    closed = True
    for line in lines:
        text = line.text.strip()[:LONGEST_LINE]
        if not text or line.author == Author.SYSTEM:
            continue
        if line.author == Author.CUSTOMER:
            if burst is None or closed:
                if burst is not None:
                    yield burst
                burst, closed = _Burst(line.created_at), False
            burst.said.append(text)
        elif burst is not None:
            closed = True
            if line.author == Author.HUMAN:
                burst.replies.append(text)
    if burst is not None:
        yield burst


def _case(bursts: Sequence[_Burst], like: str = "") -> Case:
    turns: list[dict[str, Any]] = []
    for place, burst in enumerate(bursts):
        gap = max(0.0, burst.at - bursts[place - 1].at) if place else 0.0
        turns.append({"say": burst.said[:MOST_LINES], "gap": round(min(gap, 86_400.0), 1)})
    if like:
        turns[-1]["expect"] = {"like": like}
    return Case.model_validate({"turns": turns})
