"""What messages point to: as it is stored, and the quoted messages themselves.

Of a quoted message only the provider's id is stored. Its words are looked up whenever they are
read, so that they are the ones in force: corrected since, put into words since (a photo), or
erased. Only the conversation's own messages are looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from agent.answer import About, AboutKind, Author
from knowledge.tables import AnySelect
from store.conversations.work import Line, Work
from store.db.database import Database
from store.tables import inbox, media, messages, outbox

QUOTES = (AboutKind.MESSAGE, AboutKind.CHOICE)
_SAID = (messages.c.author, messages.c.text, messages.c.media, messages.c.inbox_id)
_IN_INBOX = inbox.c.id == messages.c.inbox_id


@cache
def theirs() -> AnySelect:
    """What the customer wrote in `conversation` under the provider's `ids`."""
    return (
        select(inbox.c.provider_message_id.label("id"), *_SAID)
        .join(messages, _IN_INBOX)
        .where(inbox.c.conversation_id == bindparam("conversation"), _among(inbox))
    )


@cache
def ours() -> AnySelect:
    """The parts that were sent in `conversation` and taken under the provider's `ids`."""
    return (
        select(
            outbox.c.provider_message_id.label("id"),
            messages.c.author,
            outbox.c.body.label("text"),
            messages.c.media,
            messages.c.inbox_id,
        )
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(outbox.c.conversation_id == bindparam("conversation"), _among(outbox))
    )


@cache
def persons() -> AnySelect:
    """What people wrote in `conversation` outside the studio under the provider's `ids`."""
    return select(messages.c.provider_message_id.label("id"), *_SAID).where(
        messages.c.conversation_id == bindparam("conversation"), _among(messages)
    )


@cache
def relayed() -> AnySelect:
    """What the customer wrote in `conversation` where `ids` are those of the network behind the
    provider (Chatwoot: `source_id`)."""
    source = inbox.c.payload["source_id"].as_string()
    return (
        select(source.label("id"), *_SAID)
        .join(messages, _IN_INBOX)
        .where(
            inbox.c.conversation_id == bindparam("conversation"),
            source.in_(bindparam("ids", expanding=True)),
        )
    )


def _among(table: Any) -> Any:
    return table.c.provider_message_id.in_(bindparam("ids", expanding=True))


class Pointed:
    """Finds what the messages of a turn quote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_words(self, work: Work) -> Work:
        """Return *work* with the words of the messages that its messages quote, as they are now."""
        about = [one for line in (*work.unanswered, *work.history) for one in line.about]
        if not any(one.kind in QUOTES for one in about):
            return work
        with self._database.read() as tx:
            found = quoted(tx, work.lease.conversation_id, about)
        return replace(
            work,
            unanswered=[_quoting(line, found) for line in work.unanswered],
            history=[_quoting(line, found) for line in work.history],
        )


def _quoting(line: Line, found: Mapping[str, About]) -> Line:
    return replace(line, about=with_quotes(line.about, found)) if line.about else line


def told(stored: Iterable[Mapping[str, Any]] | None) -> tuple[About, ...]:
    """Return what is stored with a message, without the words of what it quotes."""
    return tuple(map(_about, stored or ()))


def _about(stored: Mapping[str, Any]) -> About:
    known = {name: stored[name] for name in About.__dataclass_fields__ if stored.get(name)}
    author = Author(known["author"]) if "author" in known else None
    return About(**{**known, "kind": AboutKind(stored["kind"]), "author": author})


def quoted(tx: Connection, conversation_id: int, about: Iterable[About]) -> dict[str, About]:
    """Return the quoted messages of *about* that are still here, by the provider's id."""
    ids = {one.id for one in about if one.kind in QUOTES and one.id}
    found: dict[str, About] = {}
    for query in (theirs(), ours(), persons(), relayed()):
        left = sorted(ids - found.keys())
        if not left:
            break
        rows = tx.execute(query, {"conversation": conversation_id, "ids": left}).all()
        words = _words(tx, [row.inbox_id for row in rows if row.media and row.inbox_id])
        for row in rows:
            lines = [row.text, *words.get(row.inbox_id, ())]
            kinds = [str(file.get("media_type", "")) for file in row.media or ()]
            text, file = "\n".join(filter(None, lines)), next(iter(kinds), "")
            found[row.id] = About(AboutKind.MESSAGE, text, row.author, file, id=row.id)
    return found


def with_quotes(about: Sequence[About], found: Mapping[str, About]) -> tuple[About, ...]:
    """Return *about* with the words of the messages that were *found*."""
    return tuple(
        replace(found[one.id], kind=one.kind) if one.kind in QUOTES and one.id in found else one
        for one in about
    )


def _words(tx: Connection, inbox_ids: Sequence[int]) -> dict[int, list[str]]:
    """What is known to be in the files of these messages."""
    if not inbox_ids:
        return {}
    query = select(media.c.inbox_id, media.c.words).where(media.c.inbox_id.in_(inbox_ids))
    found: dict[int, list[str]] = {}
    for row in tx.execute(query.order_by(media.c.inbox_id, media.c.position)):
        found.setdefault(row.inbox_id, []).append(row.words)
    return found
