"""Files that customers sent: where they are at the provider, what became of them, what they say.

waiting -> kept      fetched; `words` holds what is in it, if that could be found out
        -> refused   it will not be opened: the sentence says why
kept    -> gone      older than files are kept (`store.erasure`)
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, text, update

from agent.errors import NotFound
from store.db.database import Database, new_id
from store.states import MediaState
from store.tables import conversations, inbox, media

# A file that no turn has fetched so long after its message was settled is left to nobody else.
LEFT_SECONDS = 20.0
CLAIM_SECONDS = 180.0
MOST_ATTEMPTS = 3
_UNREADABLE = "The file could not be fetched. Ask the customer to send it again."


@dataclass(frozen=True)
class Attachment:
    """One file of one message."""

    id: str
    conversation_id: int
    inbox_id: int
    position: int
    url: str  # or the provider's id for it
    media_type: str
    name: str
    state: MediaState
    stored_name: str
    words: str
    error: str


def add(
    tx: Connection, conversation_id: int, inbox_id: int, files: Sequence[dict[str, str]], now: float
) -> None:
    """Note the files of a message that is being stored."""
    tx.execute(
        insert(media),
        [
            {
                "id": new_id(),
                "conversation_id": conversation_id,
                "inbox_id": inbox_id,
                "position": position,
                "url": file.get("url", ""),
                "media_type": file.get("media_type", "")[:120],
                "name": file.get("name", "")[:200],
                "state": MediaState.WAITING,
                "created_at": now,
            }
            for position, file in enumerate(files)
        ],
    )


class Attachments:
    """Reads and changes what is known of customers' files."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def of(self, inbox_ids: Sequence[int]) -> list[Attachment]:
        """Return the files of these messages, in order."""
        query = (
            select(*_COLUMNS)
            .where(media.c.inbox_id.in_(inbox_ids))
            .order_by(media.c.inbox_id, media.c.position)
        )
        with self._database.read() as tx:
            return [Attachment(**row._mapping) for row in tx.execute(query)]

    def get(self, attachment_id: str) -> Attachment:
        """Return one file. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(*_COLUMNS).where(media.c.id == attachment_id)).one_or_none()
        if row is None:
            raise NotFound("There is no file by that id.")
        return Attachment(**row._mapping)

    def left(self) -> list[int]:
        """Return the conversations with files that no turn will fetch: people answer there."""
        query = select(media.c.conversation_id).where(_is_left(self._clock())).distinct()
        with self._database.read() as tx:
            return list(tx.scalars(query))

    def claim_left(self, conversation_id: int) -> tuple[str, list[Attachment]]:
        """Claim those files of a conversation for a while; return its language and the files.

        One that whoever claimed it did not survive several times is refused.
        """
        now = self._clock()
        mine = and_(media.c.conversation_id == conversation_id, _is_left(now))
        given_up = update(media).where(mine, media.c.attempts >= MOST_ATTEMPTS)
        claim = (
            update(media)
            .where(mine)
            .values(attempts=media.c.attempts + 1, next_at=now + CLAIM_SECONDS)
            .returning(*_COLUMNS)
        )
        language = select(conversations.c.language).where(conversations.c.id == conversation_id)
        with self._database.write() as tx:
            tx.execute(given_up.values(state=MediaState.REFUSED, error=_UNREADABLE))
            claimed = [Attachment(**row._mapping) for row in tx.execute(claim)]
            return tx.scalar(language) or "", claimed

    def kept(self, one: Attachment, **found: Any) -> bool:
        """It was fetched: *found* holds stored_name, media_type, bytes, words and error.

        False when somebody else was faster, or the customer was erased: then it is not kept.
        """
        return self._set(one, state=MediaState.KEPT, **found)

    def refused(self, one: Attachment, error: str) -> None:
        """It will not be opened; *error* says why, to staff."""
        self._set(one, state=MediaState.REFUSED, error=error)

    def _set(self, one: Attachment, **values: Any) -> bool:
        here = and_(media.c.id == one.id, media.c.state == MediaState.WAITING)
        with self._database.write() as tx:
            return tx.execute(update(media).where(here).values(**values)).rowcount == 1


def _is_left(now: float) -> ColumnElement[bool]:
    settled = select(inbox.c.id).where(inbox.c.id == media.c.inbox_id, inbox.c.turn_id.is_not(None))
    return and_(
        _WAITING, media.c.next_at <= now, media.c.created_at < now - LEFT_SECONDS, settled.exists()
    )


# Spelled as in the partial index: with a bound value neither database would use it.
_WAITING = text("media.state = 'waiting'")
_COLUMNS = tuple(media.c[name] for name in Attachment.__dataclass_fields__)
