"""Nine ways to build this wrongly. A run that does not catch each of them proves nothing.

Each replaces one piece of the product in the processes of one run; none is ever in the product.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, select, update

from channels.base import Channel
from channels.chatwoot.send import ChatwootChannel
from channels.meta.send import MetaChannel
from channels.twilio.send import TwilioChannel
from jobs import deliver
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted, Inbound, Inbox
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.outbox import head as head_of
from store.conversations.turns import Turns
from store.conversations.work import Outcome, Work
from store.db.database import new_id
from store.tables import conversations, inbox, outbox
from tests.chaos.oracle import Verdict
from tests.chaos.plan import CHANNELS, Gap

BATCH_SECONDS = 0.25
REPEATING = ("twilio", "meta")  # Chatwoot's messages are looked for in any case


def _nothing() -> None:
    """Break no process: the house itself is built wrongly."""


@dataclass(frozen=True)
class Mutant:
    """One wrong design, and what customers must notice of it."""

    name: str
    sentence: str
    shows_as: str  # lost | doubled | inverted
    infect: Callable[[], None] = _nothing
    lag: float | None = None  # of the provider's list
    without: tuple[str, ...] = ()  # parts that are not started
    gaps: Mapping[str, Gap] = field(default_factory=dict)  # more of the harm that shows it
    channels: tuple[str, ...] = CHANNELS  # on which it shows
    messages: int = 350  # at most; a run ends when it has shown

    def found(self, verdict: Verdict) -> list[str]:
        """What the run noticed of it; of losses the sure ones first, for a run that was cut off."""
        sure = verdict.overtaken if self.shows_as == "lost" else []
        noticed: list[str] = sure or getattr(verdict, self.shows_as)
        return noticed


# --- sending


def _blind_resend() -> None:
    kinds: tuple[Any, ...] = (TwilioChannel, MetaChannel, ChatwootChannel)
    for kind in kinds:
        kind.grace_seconds = 0.0
        kind.look_up = lambda self, outgoing: None


def _never_resend() -> None:
    def resolve(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> None:
        context.services.store.outbox.dead(outgoing, "Nobody knows whether it was taken.")

    deliver._resolve = resolve


def _no_head_of_line() -> None:
    """Whatever is due goes out, though something older of the same conversation still waits."""
    claim = Outbox.claim

    def claim_any(self: Outbox, conversation_id: int) -> OutboxMessage | float | None:
        now, pending = self._clock(), outbox.c.state == "pending"
        mine = (outbox.c.conversation_id == conversation_id, pending, outbox.c.next_at <= now)
        with self._database.read() as tx:
            head = tx.execute(head_of(), {"conversation": conversation_id}).first()
            due = tx.execute(select(outbox).where(*mine).order_by(outbox.c.id)).first()
        if head is None or due is None:
            return claim(self, conversation_id)
        return self._claim(SimpleNamespace(**head._asdict() | due._asdict()), now) or now + 1

    Outbox.claim = claim_any  # type: ignore[method-assign]


# --- turns


def _no_fence() -> None:
    """A commit asks for the fence that is there, not for the one it was given."""
    commit = Turns.commit

    def commit_always(self: Turns, work: Work, outcome: Outcome) -> Any:
        here = conversations.c.id == work.lease.conversation_id
        with self._database.read() as tx:
            fence = tx.scalar(select(conversations.c.fence).where(here))
        return commit(self, replace(work, lease=replace(work.lease, fence=fence)), outcome)

    Turns.commit = commit_always  # type: ignore[method-assign]


def _no_second_look() -> None:
    """The commit closes all that is open here, also what came while the model was thinking."""
    store = Turns._store_turn

    def store_and_close(self: Turns, tx: Connection, work: Work, outcome: Outcome) -> str:
        turn_id = store(self, tx, work, outcome)
        here = inbox.c.conversation_id == work.lease.conversation_id
        tx.execute(update(inbox).where(here, inbox.c.turn_id.is_(None)).values(turn_id=turn_id))
        return turn_id

    Turns._store_turn = store_and_close  # type: ignore[method-assign]


# --- the way in


def _no_unique_key() -> None:
    accept = Inbox.accept

    def accept_again(self: Inbox, batch: Sequence[Inbound]) -> list[Accepted]:
        return accept(self, [replace(one, provider_message_id=new_id()) for one in batch])

    Inbox.accept = accept_again  # type: ignore[method-assign]


def _ring_before_commit() -> None:
    """The bot rings and says 200 first; a thread of its own stores, a batch at a time."""
    accept, later = Inbox.accept, queue.Queue[tuple[Inbox, list[Inbound]]]()

    def promise(self: Inbox, batch: Sequence[Inbound]) -> list[Accepted]:
        later.put((self, list(batch)))
        return [Accepted(conversation_id=0, inbox_id=0) for _ in batch]

    def store() -> None:
        while True:
            time.sleep(BATCH_SECONDS)
            while not later.empty():
                accept(*later.get())

    Inbox.accept = promise  # type: ignore[method-assign]
    threading.Thread(target=store, daemon=True).start()


_ALL = (
    Mutant("blind-resend", "what is unknown is sent again at once", "doubled", _blind_resend),
    Mutant("never-resend", "what is unknown is given up", "lost", _never_resend),
    Mutant(
        "late-list",
        "the provider's list lags longer than the grace time",
        "doubled",
        lag=9.0,
        channels=("twilio",),
    ),
    Mutant(
        "no-fence",
        "a worker that lost its lease may commit",
        "doubled",
        _no_fence,
        gaps={"pause": Gap(1, 2)},
        messages=1_500,
    ),
    Mutant(
        "no-unique-key", "every delivery of a message is a new message", "doubled", _no_unique_key
    ),
    Mutant(
        "ring-before-commit",
        "rung and acknowledged before it is stored",
        "lost",
        _ring_before_commit,
        gaps={"bot": Gap(3, 6)},
        channels=REPEATING,
    ),
    Mutant("no-second-look", "a commit closes what came meanwhile", "lost", _no_second_look),
    Mutant(
        "no-head-of-line",
        "whatever is due is sent, older parts or not",
        "inverted",
        _no_head_of_line,
    ),
    Mutant(
        "rq-only",
        "no sweeper: what Redis forgets is forgotten",
        "lost",
        without=("sweeper",),
        gaps={"valkey": Gap(4, 7)},
        channels=REPEATING,
    ),
)
MUTANTS = {mutant.name: mutant for mutant in _ALL}
