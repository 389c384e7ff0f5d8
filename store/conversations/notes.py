"""Notes: what staff tell each other about a conversation. No customer ever sees one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from agent.errors import Invalid
from store.db.database import Database
from store.tables import notes

LONGEST = 4_000  # characters
MOST = 200  # that are read of one conversation


@dataclass(frozen=True)
class Note:
    """One note."""

    id: int
    author: str  # a person's e-mail; nobody's tells of a number that changed
    text: str
    created_at: float


class Notes:
    """Writes and reads notes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, conversation_id: int, text: str, author: str) -> int:
        """Keep a note; return its id. Raises Invalid when it says nothing or too much."""
        words = text.strip()
        if not words:
            raise Invalid("Write something first.")
        if len(words) > LONGEST:
            raise Invalid("That note is too long. Shorten it.")
        row = {"conversation_id": conversation_id, "author": author, "text": words}
        query = insert(notes).values(**row, created_at=self._clock()).returning(notes.c.id)
        with self._database.write() as tx:
            return int(tx.execute(query).scalar_one())

    def of(self, conversation_id: int) -> Sequence[Note]:
        """Return the notes about one conversation, the oldest first."""
        query = (
            select(notes.c.id, notes.c.author, notes.c.text, notes.c.created_at)
            .where(notes.c.conversation_id == conversation_id)
            .order_by(notes.c.id.desc())
            .limit(MOST)
        )
        with self._database.read() as tx:
            return [Note(**row._mapping) for row in reversed(tx.execute(query).all())]
