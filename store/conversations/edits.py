"""A customer corrects what they wrote before, or takes it back, a while after it was sent.

    not answered yet   the words are replaced where they stand; a turn that is running with the
                       former ones loses its fence
    answered           the edit is a message of its own, which says what it replaces
    not here yet       the edit takes the original's place: when that comes, it is known

What was taken back is answered no more. Webhooks come twice and in any order: an edit that is
older than the one in force, or says the same, changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from agent.answer import AboutKind
from knowledge.tables import AnyRow
from store.db.dialect import insert_into
from store.erasure import hung_on
from store.states import MediaState
from store.tables import conversations, inbox, media, messages

WITHDRAWN = "withdrawn"  # in inbox.turn_id: the customer took it back, no turn will answer it
_MARKS = (AboutKind.EDITED, AboutKind.WITHDRAWN)
_TAKEN_BACK = "The customer took it back."
Stored = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """One edit, whose own inbox row is stored already."""

    provider: str
    provider_message_id: str
    conversation_id: int
    inbox_id: int
    corrects: str  # the provider's id of the original
    text: str
    withdrawn: bool
    written_at: float  # by the provider's clock; 0: unknown
    now: float


@dataclass(frozen=True)
class Place:
    """The inbox row under which the words are to be stored, and what they point to."""

    inbox_id: int
    about: Sequence[Stored] = ()
    with_files: bool = True  # False: they came with the original


def place(tx: Connection, made: Edit) -> Place | None:
    """Return where a message has to be stored for *made*; None: it is done."""
    original = _in_force(tx, made)
    if original is None:
        return _first(tx, made)
    if _is_late(made, original):
        _hang_on(tx, made, original.id)
        return None
    if original.turn_id is None:
        _hang_on(tx, made, original.id)
        _replace(tx, made, original)
        return None
    if made.withdrawn or made.text == original.text:
        _hang_on(tx, made, original.id)
        _set(tx, original, about=_marked(original, made))
        return None
    _set(tx, original, about=_marked(original, made, id=made.provider_message_id))
    replaces = {"kind": AboutKind.REPLACED, "text": original.text, "at": made.written_at}
    return Place(made.inbox_id, [replaces], with_files=not (made.text and original.media))


def _is_late(made: Edit, original: AnyRow) -> bool:
    """True when something newer is in force: another edit, or the message was taken back."""
    newest = max((one.get("at", 0.0) for one in original.about), default=0.0)
    gone = _mark_of(original).get("kind") == AboutKind.WITHDRAWN
    return gone or 0 < made.written_at < newest


def _in_force(tx: Connection, made: Edit) -> AnyRow | None:
    """The original, or the last answered edit of it that was a message of its own."""
    wanted, found = made.corrects, None
    while row := _row(tx, made, wanted):
        found, wanted = row, _mark_of(row).get("id", "")
    return found


def _row(tx: Connection, made: Edit, provider_message_id: str) -> AnyRow | None:
    if not provider_message_id:
        return None
    query = (
        select(inbox.c.id, inbox.c.turn_id, messages.c.text, messages.c.media, messages.c.about)
        .join(messages, messages.c.inbox_id == inbox.c.id)
        .where(
            inbox.c.provider == made.provider,
            inbox.c.provider_message_id == provider_message_id,
            inbox.c.conversation_id == made.conversation_id,
        )
    )
    return tx.execute(query).one_or_none()


def _first(tx: Connection, made: Edit) -> Place | None:
    """Take the place of an original that has not come yet."""
    row = {
        "provider": made.provider,
        "provider_message_id": made.corrects,
        "conversation_id": made.conversation_id,
        "payload": {},
        "received_at": made.now,
        "turn_id": WITHDRAWN if made.withdrawn else None,
    }
    taken = insert_into(tx.dialect.name, inbox).on_conflict_do_nothing(
        index_elements=["provider", "provider_message_id"]
    )
    inbox_id = tx.scalar(taken.returning(inbox.c.id), row)
    if inbox_id is None:  # somebody else's: then it is a message like any other
        return None if made.withdrawn else Place(made.inbox_id)
    _hang_on(tx, made, int(inbox_id))
    return Place(int(inbox_id), [_mark(made)])


def _replace(tx: Connection, made: Edit, original: AnyRow) -> None:
    if made.withdrawn:
        _take_back(tx, made, original)
    else:
        former = _mark_of(original).get("text") or original.text
        _set(tx, original, text=made.text, about=_marked(original, made, text=former))
    here = conversations.c.id == made.conversation_id
    values = {"fence": conversations.c.fence + 1, "lease_until": 0, "turn_attempts": 0}
    tx.execute(update(conversations).where(here).values(**values))


def _take_back(tx: Connection, made: Edit, original: AnyRow) -> None:
    _set(tx, original, text="", media=[], about=_marked(original, made))
    tx.execute(update(inbox).where(inbox.c.id == original.id).values(turn_id=WITHDRAWN))
    theirs = (media.c.inbox_id == original.id, media.c.state == MediaState.WAITING)
    tx.execute(update(media).where(*theirs).values(state=MediaState.REFUSED, error=_TAKEN_BACK))


def _set(tx: Connection, original: AnyRow, **values: Any) -> None:
    tx.execute(update(messages).where(messages.c.inbox_id == original.id).values(**values))


def _hang_on(tx: Connection, made: Edit, inbox_id: int) -> None:
    """The edit's own row asks for nothing; it is kept as long as what it changed."""
    [turn_id] = hung_on([inbox_id])
    tx.execute(update(inbox).where(inbox.c.id == made.inbox_id).values(turn_id=turn_id))


def _mark(made: Edit, **more: str) -> Stored:
    kind = AboutKind.WITHDRAWN if made.withdrawn else AboutKind.EDITED
    return {"kind": kind, "at": made.written_at, **more}


def _mark_of(row: AnyRow) -> Mapping[str, Any]:
    return next((one for one in row.about if one["kind"] in _MARKS), {})


def _marked(row: AnyRow, made: Edit, **more: str) -> list[Stored]:
    return [*(one for one in row.about if one["kind"] not in _MARKS), _mark(made, **more)]
