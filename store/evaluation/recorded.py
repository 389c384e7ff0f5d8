"""Conversations as they were recorded: who wrote when, what was in their files, who had the word.

A take-over in the studio stands in the audit log; one elsewhere is known by what the person wrote,
or by what the bot left unanswered. Who gave a conversation back in a provider's own desk is not
recorded: the bot had the word when it spoke again (`agent.hands` works that out).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from agent.answer import AboutKind, Author, Outcome
from agent.burst_windows import Pace
from agent.errors import NotFound
from agent.hands import Hand, Word
from agent.replayed import Reply
from knowledge.tables import AnyRow
from store.conversations import attachments
from store.conversations.inbound import Inbound
from store.conversations.takeover import BY_A_PERSON
from store.db.database import Database
from store.states import MediaState, OutboxState
from store.tables import (
    audit,
    contacts,
    conversations,
    inbox,
    media,
    messages,
    outbox,
    turns,
    versions,
)

Files = Sequence[Mapping[str, Any]]  # media_type, name and words of each
MOST_BEFORE = 200  # messages that were said before
_MARKS = (AboutKind.EDITED, AboutKind.WITHDRAWN)
_BY_STAFF = {
    "conversation taken over": Word.PERSON,
    "conversation paused": Word.PERSON,
    "conversation handed back": Word.BOT,
}


@dataclass(frozen=True)
class Written:
    """What a customer wrote."""

    at: float
    inbox_id: int
    message: Inbound
    files: Sequence[Mapping[str, Any]] = ()  # what was found in each: media_type, name, words
    left_to_a_person: bool = False  # no turn answered it, because somebody took over


@dataclass(frozen=True)
class ByHand:
    """What somebody of the team wrote."""

    at: float
    text: str
    person: str
    id: str


@dataclass(frozen=True)
class Taken:
    """A turn as it was."""

    id: str
    inbox_ids: Sequence[int]
    started_at: float
    finished_at: float
    reply: Reply
    silenced: str = ""  # why the provider let nobody speak
    quiet_seconds: float | None = None  # the rules it was taken under
    longest_wait_seconds: float | None = None
    sent_as: Mapping[int, str] = field(default_factory=dict)  # the provider's id of each part


@dataclass(frozen=True)
class Recording:
    """A piece of a conversation."""

    conversation_id: int
    channel: str
    our_address: str
    language: str
    before: Sequence[Mapping[str, Any]]  # messages: author, text, ..., sid
    written: Sequence[Written]
    by_hand: Sequence[ByHand]
    hands: Sequence[Hand]
    taken: Sequence[Taken]

    @property
    def asked(self) -> list[tuple[int, str]]:
        """Every message of the customer: its id and words, those of files beside."""
        return [(one.inbox_id, _words(one)) for one in self.written if not one.message.corrects]


class Recordings:
    """Reads what was recorded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, conversation_id: int, since: float, until: float) -> Recording:
        """Return what came between *since* and *until* (seconds since 1970), bursts whole.

        Raises NotFound when the conversation is gone, or nothing came.
        """
        with self._database.read() as tx:
            place = tx.execute(_place(conversation_id)).one_or_none()
            rows = _rows(tx, conversation_id, since, until) if place is not None else []
            if place is None or not rows:
                raise NotFound("Nothing is left of this conversation.")
            return _recording(tx, place, rows, since, until)

    def replies(self, conversation_id: int, ids: Mapping[int, int]) -> list[Reply]:
        """Return the turns of a conversation that was played; *ids*: what each inbox row stands
        for."""
        with self._database.read() as tx:
            found = _taken(tx, conversation_id, list(ids))
        return [_standing_for(one.reply, ids) for one in found]

    def paces(self, conversation_ids: Sequence[int], since: float, until: float) -> list[Pace]:
        """Return when the customers of these conversations wrote, one pace each."""
        came = select(inbox.c.conversation_id, inbox.c.received_at).where(
            inbox.c.conversation_id.in_(conversation_ids), inbox.c.received_at.between(since, until)
        )
        written: dict[int, list[float]] = defaultdict(list)
        with self._database.read() as tx:
            for conversation_id, at in tx.execute(came.order_by(inbox.c.id)):
                written[conversation_id].append(at)
            lasting = _lasting(tx, list(written), since, until)
        return [
            Pace(times, *lasting.get(conversation_id, (0.0, 0.0)))
            for conversation_id, times in written.items()
        ]

    def part_of(self, outbox_id: int) -> tuple[int, int] | None:
        """Return the last inbox row that the turn of an outbox row took, and which part it is."""
        query = select(turns.c.inbox_to, outbox.c.part).join(turns, turns.c.id == outbox.c.turn_id)
        with self._database.read() as tx:
            row = tx.execute(query.where(outbox.c.id == outbox_id)).one_or_none()
        return (row.inbox_to, row.part) if row else None


def found_in_files(database: Database, inbox_id: int, files: Files) -> None:
    """Say what was in the files of a message, which nobody fetches again."""
    with database.write() as tx:
        _set_files(tx, inbox_id, files)


def _set_files(tx: Connection, inbox_id: int, files: Files) -> None:
    for position, file in enumerate(files):
        here = (media.c.inbox_id == inbox_id, media.c.position == position)
        tx.execute(update(media).where(*here).values(state=MediaState.KEPT, **file))


def remembered(database: Database, conversation_id: int, recording: Recording) -> None:
    """Make what was said before all that was ever said in a conversation; nothing of it waits for
    an answer, or to be sent."""
    here = conversations.c.id == conversation_id
    with database.write() as tx:
        tx.execute(delete(messages).where(messages.c.conversation_id == conversation_id))
        tx.execute(delete(inbox).where(inbox.c.conversation_id == conversation_id))
        tx.execute(update(conversations).where(here).values(language=recording.language))
        for number, line in enumerate(recording.before):
            _remember(tx, conversation_id, f"before-{number}", line)


def _remember(tx: Connection, conversation_id: int, turn_id: str, line: Mapping[str, Any]) -> None:
    here = {"conversation_id": conversation_id}
    at, sid = line["created_at"], line["sid"]
    said = {"author": line["author"], "author_name": line["author_name"], "text": line["text"]}
    said |= {"about": line["about"], "media": line["media"], "created_at": at}
    if line["author"] == Author.CUSTOMER:
        row = {**here, "provider": line["channel"], "provider_message_id": sid or turn_id}
        row |= {"payload": {}, "received_at": at, "turn_id": turn_id}
        said["inbox_id"] = tx.scalar(insert(inbox).values(row).returning(inbox.c.id))
    message_id = tx.scalar(insert(messages).values(**here, **said).returning(messages.c.id))
    if line["files"]:
        attachments.add(tx, conversation_id, said["inbox_id"], line["media"], at)
        _set_files(tx, said["inbox_id"], line["files"])
    if line["author"] == Author.AGENT and sid:
        part = {**here, "message_id": message_id, "turn_id": turn_id, "part": 0}
        part |= {"body": line["text"], "state": OutboxState.SENT, "provider_message_id": sid}
        tx.execute(insert(outbox).values(**part, created_at=at))


def _lasting(
    tx: Connection, conversation_ids: Sequence[int], since: float, until: float
) -> dict[int, tuple[float, float]]:
    """How long an answer took, and what it cost, by conversation: the means."""
    took = func.avg(turns.c.finished_at - turns.c.started_at)
    query = (
        select(turns.c.conversation_id, took, func.avg(turns.c.cost))
        .where(
            turns.c.conversation_id.in_(conversation_ids),
            turns.c.finished_at.between(since, until),
            turns.c.outcome != Outcome.SILENT,
        )
        .group_by(turns.c.conversation_id)
    )
    return {row[0]: (float(row[1]), float(row[2])) for row in tx.execute(query)}


def _place(conversation_id: int) -> Any:
    return (
        select(conversations, contacts.c.address, contacts.c.alias, contacts.c.name)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(conversations.c.id == conversation_id)
    )


def _rows(tx: Connection, conversation_id: int, since: float, until: float) -> Sequence[AnyRow]:
    """The inbox rows of that time, and those which the same turns took."""
    here, between = (
        inbox.c.conversation_id == conversation_id,
        inbox.c.received_at.between(since, until),
    )
    by = select(inbox.c.turn_id).where(here, between).join(turns, turns.c.id == inbox.c.turn_id)
    wanted = between | inbox.c.turn_id.in_(by)
    query = (
        select(
            inbox.c.id,
            inbox.c.provider_message_id,
            inbox.c.payload,
            inbox.c.received_at,
            inbox.c.turn_id,
            messages.c.text,
            messages.c.media,
            messages.c.about,
        )
        .outerjoin(messages, messages.c.inbox_id == inbox.c.id)
        .where(here, wanted)
        .order_by(inbox.c.id)
    )
    return tx.execute(query).all()


def _recording(
    tx: Connection, place: AnyRow, rows: Sequence[AnyRow], since: float, until: float
) -> Recording:
    first = rows[0]
    start = min(since, first.received_at) if since else first.received_at
    taken = _taken(tx, place.id, [row.id for row in rows])
    end = max([until, *(one.finished_at for one in taken)])
    files = _files(tx, place.id)
    before = _before(tx, place, first, files)
    return Recording(
        conversation_id=place.id,
        channel=place.channel,
        our_address=place.our_address,
        language=place.language if before else "",
        before=before,
        written=_written(place, rows, files),
        by_hand=_by_hand(tx, place.id, start, end),
        hands=_hands(tx, place.id, start, end),
        taken=taken,
    )


def _written(place: AnyRow, rows: Sequence[AnyRow], files: Mapping[int, Files]) -> list[Written]:
    by_id = {row.id: row for row in rows}
    found = [_one_written(place, row, by_id, files.get(row.id, ())) for row in rows]
    return [one for one in found if one is not None]


def _files(tx: Connection, conversation_id: int) -> dict[int, list[Mapping[str, Any]]]:
    """What is in the files of each message."""
    files: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    query = select(media.c.inbox_id, media.c.media_type, media.c.name, media.c.words)
    query = query.where(media.c.conversation_id == conversation_id)
    for row in tx.execute(query.order_by(media.c.inbox_id, media.c.position)):
        found = {"media_type": row.media_type, "name": row.name, "words": row.words}
        files[row.inbox_id].append(found)
    return files


def _one_written(
    place: AnyRow,
    row: AnyRow,
    by_id: Mapping[int, AnyRow],
    files: Sequence[Mapping[str, Any]],
) -> Written | None:
    """None for an edit whose original came before."""
    if row.text is None:
        original = _edited(row, by_id)
        if original is None:
            return None
        edits: dict[str, Any] = {
            "corrects": original.provider_message_id,
            "withdrawn": _mark(original).get("kind") == AboutKind.WITHDRAWN,
        }
        text = original.text
    else:
        edits, text = {}, _mark(row).get("text") or row.text
    about = [] if edits else [one for one in row.about or () if one["kind"] not in _MARKS]
    message = Inbound(
        channel=place.channel,
        provider_message_id=row.provider_message_id,
        our_address=place.our_address,
        customer_address=place.address,
        text=text,
        customer_name=place.name,
        media=() if edits else tuple(row.media or ()),
        payload=row.payload,
        facts=place.facts,
        alias=place.alias,
        about=tuple(about),
        **edits,
    )
    left = row.turn_id == BY_A_PERSON
    return Written(row.received_at, row.id, message, files, left)


def _edited(row: AnyRow, by_id: Mapping[int, AnyRow]) -> AnyRow | None:
    """The message that an edit changed where it stood (`store.conversations.edits`)."""
    kind, _, id_ = (row.turn_id or "").partition(":")
    original = by_id.get(int(id_)) if kind == "in" and id_.isdigit() else None
    return original if original is not None and original.text is not None else None


def _mark(row: AnyRow) -> Mapping[str, Any]:
    return next((one for one in row.about or () if one["kind"] in _MARKS), {})


def _words(one: Written) -> str:
    return "\n".join(filter(None, [one.message.text, *(file["words"] for file in one.files)]))


def _by_hand(tx: Connection, conversation_id: int, start: float, end: float) -> list[ByHand]:
    query = select(messages).where(
        messages.c.conversation_id == conversation_id,
        messages.c.author == Author.HUMAN,
        messages.c.created_at.between(start, end),
    )
    return [
        ByHand(row.created_at, row.text, row.author_name, row.provider_message_id or f"by-{row.id}")
        for row in tx.execute(query.order_by(messages.c.id))
    ]


def _hands(tx: Connection, conversation_id: int, start: float, end: float) -> list[Hand]:
    query = select(audit.c.at, audit.c.action, audit.c.person).where(
        audit.c.subject == str(conversation_id),
        audit.c.action.in_(list(_BY_STAFF)),
        audit.c.at.between(start, end),
    )
    found = tx.execute(query.order_by(audit.c.id)).all()
    return [Hand(row.at, _BY_STAFF[row.action], row.person) for row in found]


def _taken(tx: Connection, conversation_id: int, inbox_ids: Sequence[int]) -> list[Taken]:
    took: dict[str, list[int]] = defaultdict(list)
    query = select(inbox.c.turn_id, inbox.c.id).where(inbox.c.id.in_(inbox_ids))
    for turn_id, inbox_id in tx.execute(query.order_by(inbox.c.id)):
        took[turn_id].append(inbox_id)
    rows = tx.execute(
        select(turns, versions.c.spec["conversation"].label("rules"))
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .where(turns.c.conversation_id == conversation_id, turns.c.id.in_(list(took)))
        .order_by(turns.c.started_at, turns.c.inbox_from)
    ).all()
    said = dict(tx.execute(_said([row.id for row in rows])).all())
    parts = _parts(tx, [row.id for row in rows])
    return [_turn(row, took[row.id], said.get(row.id, ""), parts[row.id]) for row in rows]


def _said(turn_ids: Sequence[str]) -> Any:
    mine = (messages.c.turn_id.in_(turn_ids), messages.c.author == Author.AGENT)
    return select(messages.c.turn_id, messages.c.text).where(*mine)


def _parts(tx: Connection, turn_ids: Sequence[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    query = select(outbox.c.turn_id, outbox.c.part, outbox.c.provider_message_id)
    for turn_id, part, sid in tx.execute(query.where(outbox.c.turn_id.in_(turn_ids))):
        found[turn_id][part] = sid or ""
    return found


def _turn(row: AnyRow, inbox_ids: Sequence[int], text: str, parts: Mapping[int, str]) -> Taken:
    reply = Reply(
        messages=inbox_ids,
        text=text,
        outcome=row.outcome,
        handoff_reason=row.handoff_reason,
        cost=row.cost,
        started_at=row.started_at,
        error=row.error,
        parts=len(parts),
    )
    rules = row.rules or {}
    return Taken(
        id=row.id,
        inbox_ids=inbox_ids,
        started_at=row.started_at,
        finished_at=row.finished_at,
        reply=reply,
        silenced=row.handoff_reason if row.outcome == "silent" else "",
        quiet_seconds=rules.get("quiet_seconds"),
        longest_wait_seconds=rules.get("longest_wait_seconds"),
        sent_as=parts,
    )


def _standing_for(reply: Reply, ids: Mapping[int, int]) -> Reply:
    return Reply(**{**vars(reply), "messages": [ids[one] for one in reply.messages]})


def _before(
    tx: Connection, place: AnyRow, first: AnyRow, files: Mapping[int, Files]
) -> list[Mapping[str, Any]]:
    """What had been said when the first message came, that the agent would remember."""
    earlier = select(turns.c.id).where(
        turns.c.conversation_id == place.id, turns.c.inbox_to < first.id
    )
    sid = select(func.max(outbox.c.provider_message_id)).where(outbox.c.message_id == messages.c.id)
    unsaid = select(outbox.c.message_id).where(
        outbox.c.conversation_id == place.id,
        outbox.c.part == 0,
        outbox.c.state == OutboxState.DEAD,
        outbox.c.error_code == "taken_over",
    )
    query = (
        select(
            messages.c.author,
            messages.c.author_name,
            messages.c.text,
            messages.c.about,
            messages.c.created_at,
            messages.c.media,
            messages.c.inbox_id,
            func.coalesce(inbox.c.provider_message_id, sid.scalar_subquery()).label("sid"),
        )
        .outerjoin(inbox, inbox.c.id == messages.c.inbox_id)
        .where(
            messages.c.conversation_id == place.id,
            messages.c.id.not_in(unsaid),
            (messages.c.inbox_id < first.id)
            | messages.c.turn_id.in_(earlier)
            | ((messages.c.author == Author.HUMAN) & (messages.c.created_at < first.received_at)),
        )
        .order_by(messages.c.id.desc())
        .limit(MOST_BEFORE)
    )
    rows = tx.execute(query).all()
    return [
        {**row._mapping, "channel": place.channel, "files": files.get(row.inbox_id, ())}
        for row in reversed(rows)
    ]
