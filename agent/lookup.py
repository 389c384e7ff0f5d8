"""What a turn may look up, and what it has found so far.

The tools of an agent are shared by every conversation; what belongs to one turn (the retriever,
the bases of the spec, the passages already numbered) reaches them as a `TurnContext`, never
through the model's words.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import AIMessage

from agent.answer import Handoff
from knowledge.base import Passage, TableRow


class Lookup(Protocol):
    """The retriever as an agent needs it (`knowledge.search.retriever.Retriever` is one)."""

    def search(
        self, query: str, base_ids: Sequence[str], top_k: int = 5, hybrid: bool = True
    ) -> list[Passage]:
        """The passages that fit *query* best. Raises KnowledgeError."""

    def rows(self, base_ids: Sequence[str]) -> Sequence[TableRow]:
        """Every row of every table in the bases."""


class Lookups(Lookup, Protocol):
    """What is known, by now and as versions of agents pin it."""

    def as_of(self, snapshot: str) -> Lookup:
        """What is known as that snapshot pins it."""


@dataclass
class TurnContext:
    """One turn's own things, handed to tools by the runtime."""

    retriever: Lookup
    base_ids: tuple[str, ...] = ()
    top_k: int = 5
    hybrid: bool = True
    language: str = "es"  # that the customer is answered in
    passages: list[Passage] = field(default_factory=list)  # numbered from 1, as the model sees them
    handoff: Handoff | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)  # how its model had to be asked
    last_words: str = ""  # the customer's
    asked: tuple[str, ...] = ()  # the customer's words, earlier ones too
    answered: tuple[str, ...] = ()  # what they were told before
    told: list[str] = field(default_factory=list)  # by tools
    # Answers that were not sent: the code of why, and what else is known of it.
    thrown_away: list[tuple[str, AIMessage, dict[str, Any]]] = field(default_factory=list)
    simulated: bool = False  # a tool that acts in the world only says what it would have done
    calls: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)  # tools may run side by side

    def count(self, kind: str) -> int:
        """Count one more call of the `model`, of any `tool`, or of one; return how many."""
        with self._lock:
            self.calls[kind] += 1
            return self.calls[kind]

    def number(self, found: Sequence[Passage]) -> list[tuple[int, Passage]]:
        """Give each passage its number in this turn; one seen before keeps the number it has."""
        with self._lock:
            known = {passage.chunk_id: n for n, passage in enumerate(self.passages, 1)}
            for passage in found:
                if passage.chunk_id not in known:
                    self.passages.append(passage)
                    known[passage.chunk_id] = len(self.passages)
            return [(known[passage.chunk_id], passage) for passage in found]
