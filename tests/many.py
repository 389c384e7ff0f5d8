"""Fills a database with many conversations, as months of customers would: to measure the studio.

`python -m tests.many DATA_DIR [CONVERSATIONS]` makes DATA_DIR/studio.db, or fills DATABASE_URL:
10,000 conversations with 200,000 messages over 90 days, unless told otherwise. The same seed
gives the same rows.
"""

import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from agent.phones import identity
from agent.spec import Spec
from channels.registry import known
from store.agents.agents import Agents
from store.db.database import Database
from store.db.migrate import migrate
from store.tables import contacts, conversations, inbox, messages, outbox, turns

DAYS = 90
ROUNDS = 10  # a question and an answer, in each conversation
BATCH = 500  # conversations a transaction
NUMBER = "whatsapp:+14155238886"
OUTCOMES = ("answered",) * 88 + ("fallback",) * 5 + ("handoff",) * 7
REASONS = ("asked for a person", "forbidden topic", "3 fallbacks in a row")
NAMES = ("Carla", "Renata", "Luis", "Iván", "Sofía", "Andrés", "María José", "Óscar", "Lucía")
TALK = (
    "hola quiero saber el precio de un versa automático con garantía y crédito a 48 meses en "
    "puebla tienen sucursal mañana puedo ir gracias cuánto tarda el trámite de importación"
)
WORDS = TALK.split()
SOURCES = ("garantia.pdf", "preguntas-frecuentes.html", "financiamiento.docx", "catalogo.csv")


@dataclass
class Rows:
    """What one transaction inserts."""

    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[dict[str, Any]] = field(default_factory=list)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Past:
    """Invents the past, one conversation after the other."""

    versions: list[str]
    dice: random.Random
    now: float
    messages: int = 0
    asked: int = 0
    outbox: int = 0
    days: int = DAYS
    rounds: int = ROUNDS
    talk: Sequence[tuple[str, str, str]] = ()  # (question, answer, source); none: any words
    waiting: float = 0.02  # how many of the last questions still wait
    family_names: Sequence[str] = ()  # none: a number
    source_ids: Mapping[str, str] = field(default_factory=dict)

    def conversation(self, rows: Rows, number: int) -> None:
        """Add one conversation with everything in it."""
        dice = self.dice
        at = self.now - dice.random() * self.days * 86_400
        address = f"whatsapp:+52155{number:08d}"
        family = dice.choice(self.family_names) if self.family_names else number
        name = f"{dice.choice(NAMES)} {family}"
        who = identity(address)
        new = {"id": number, "channel": "twilio", "address": address, "identity": who}
        rows.contacts.append({**new, "customer": who, "name": name, "created_at": at})
        for turn in range(self.rounds):
            at += dice.expovariate(1 / 600)
            self._round(rows, number, turn, min(at, self.now))
        owner = dice.choices(("bot", "human", "paused"), (90, 9, 1))[0]
        rows.conversations.append(
            {
                "id": number,
                "channel": "twilio",
                "our_address": NUMBER,
                "contact_id": number,
                "owner": owner,
                "last_inbound_at": at,
                "last_message_at": min(at, self.now),
                "created_at": at,
            }
        )

    def _round(self, rows: Rows, number: int, turn: int, at: float) -> None:
        dice = self.dice
        self.asked += 1
        self.messages += 1
        words, text, source = self._said()
        waits = turn == self.rounds - 1 and dice.random() < self.waiting
        turn_id = None if waits else f"{number:016x}{turn:016x}"
        rows.inbox.append(
            {
                "id": self.asked,
                "provider": "twilio",
                "provider_message_id": f"SM{self.asked}",
                "conversation_id": number,
                "payload": {"Body": words, "filler": "x" * 400},
                "received_at": at,
                "turn_id": turn_id,
            }
        )
        rows.messages.append(
            {
                "id": self.messages,
                "conversation_id": number,
                "author": "customer",
                "author_name": "",
                "text": words,
                "media": [],
                "inbox_id": self.asked,
                "turn_id": None,
                "created_at": at,
            }
        )
        if turn_id:
            self._answer(rows, number, turn_id, at, (words, text, source))

    def _said(self) -> tuple[str, str, str]:
        """A question, its answer, and where that was found."""
        dice = self.dice
        if self.talk:
            return dice.choice(self.talk)
        asked = " ".join(dice.choices(WORDS, k=dice.randint(3, 25)))
        return asked, " ".join(dice.choices(WORDS, k=40)), dice.choice(SOURCES)

    def _answer(
        self, rows: Rows, number: int, turn_id: str, at: float, said: tuple[str, str, str]
    ) -> None:
        dice = self.dice
        (asked, text, source), outcome = said, dice.choice(OUTCOMES)
        ends = at + 2.5 + dice.expovariate(1 / 3)
        rows.turns.append(
            {
                "id": turn_id,
                "conversation_id": number,
                "fence": 1,
                "version_id": dice.choice(self.versions),
                "inbox_from": self.asked,
                "inbox_to": self.asked,
                "outcome": outcome,
                "model": "openai:gpt-4.1-mini",
                "input_tokens": 1500,
                "output_tokens": 80,
                "cost": 0.0007,
                "citations": [
                    {
                        "n": 1,
                        "source": source,
                        "page": 1,
                        "quote": text,
                        "source_id": self.source_ids.get(source, source),
                    }
                ],
                "trace": [{"kind": "passages", "title": "x", "detail": {"text": text * 8}}],
                "error": "",
                "started_at": at + 2,
                "finished_at": ends,
                "missed": asked[:80] if dice.random() < 0.03 else "",
                "handoff_reason": dice.choice(REASONS) if outcome == "handoff" else "",
            }
        )
        self.messages += 1
        author = "human" if dice.random() < 0.03 else "agent"
        rows.messages.append(
            {
                "id": self.messages,
                "conversation_id": number,
                "author": author,
                "author_name": "Sofía",
                "text": text,
                "media": [],
                "inbox_id": None,
                "turn_id": turn_id,
                "created_at": ends,
            }
        )
        self.outbox += 1
        state = "dead" if dice.random() < 0.001 else "sent"
        rows.outbox.append(
            {
                "id": self.outbox,
                "conversation_id": number,
                "message_id": self.messages,
                "turn_id": turn_id,
                "part": 0,
                "body": text,
                "state": state,
                "status": "delivered" if state == "sent" else "",
                "created_at": ends,
                "provider_message_id": f"SM9{self.outbox}",
                "error_code": "" if state == "sent" else "63016",
                "error": "" if state == "sent" else "More than 24 hours have passed.",
            }
        )


def fill(database: Database, count: int = 10_000, seed: int = 7) -> int:
    """Insert *count* conversations of three new agents; return how many messages they hold."""
    agents = Agents(database, known())
    versions = []
    for name in ("Sofía", "Héctor", "Inés"):
        made = agents.create(Spec(name=name, brand="Rueda Clara"), "seed")
        versions.append(agents.release_draft(made, "twilio", NUMBER, "seed").id)
    past = Past(versions, random.Random(seed), time.time())
    insert_past(database, past, count)
    return past.messages


def insert_past(database: Database, past: Past, count: int) -> None:
    """Insert *count* conversations into a database that has none."""
    for first in range(1, count + 1, BATCH):
        rows = Rows()
        for number in range(first, min(first + BATCH, count + 1)):
            past.conversation(rows, number)
        with database.write() as tx:
            for table, values in (
                (contacts, rows.contacts),
                (conversations, rows.conversations),
                (inbox, rows.inbox),
                (turns, rows.turns),
                (messages, rows.messages),
                (outbox, rows.outbox),
            ):
                tx.execute(insert(table), values)
    _rise_past(database)


def _rise_past(database: Database) -> None:
    """Tell PostgreSQL that these ids are taken."""
    if database.is_sqlite:
        return
    with database.write() as tx:
        for name in ("contacts", "conversations", "inbox", "messages", "outbox"):
            tx.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            )


def main(folder: str, count: int = 10_000) -> None:
    """Make and fill one database, and say how long it took."""
    began = time.monotonic()
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'studio.db'}"
    database = Database(url)
    migrate(database)
    written = fill(database, count)
    database.close()
    print(f"{count} conversations, {written} messages in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
