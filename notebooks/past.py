"""Conversations that were: as dataframes, and answered once more by another spec."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from agent.answer import Author, Said
from agent.runtime import Runtime
from agent.spec import Spec
from store.conversations.conversations import Conversations
from store.conversations.threads import ThreadMessage

THREAD = 500  # messages of one conversation that are looked at


@dataclass(frozen=True)
class PastTurn:
    """What a customer asked, what had been said before, and what the agent said then."""

    conversation: int
    history: tuple[Said, ...]
    inbound: tuple[Said, ...]
    reply: ThreadMessage


def listing(conversations: Conversations, limit: int) -> pd.DataFrame:
    """Return one row a conversation, the newest message first."""
    rows = [asdict(summary) for summary in conversations.page(limit=limit)]
    columns = [
        "id",
        "channel",
        "customer_name",
        "owner",
        "last_author",
        "last_text",
        "last_message_at",
        "unanswered",
        "dead",
    ]
    return _dated(pd.DataFrame(rows, columns=columns), "last_message_at").set_index("id")


def thread(conversations: Conversations, conversation_id: int) -> pd.DataFrame:
    """Return one row a message, the oldest first."""
    rows = [asdict(message) for message in conversations.thread(conversation_id, limit=THREAD)]
    for row in rows:
        row["points_to"] = "\n".join(one["text"] or one["kind"] for one in row["about"])
        row["sources"] = ", ".join(dict.fromkeys(cited["source"] for cited in row["citations"]))
    columns = [
        "created_at",
        "author",
        "points_to",
        "text",
        "version",
        "delivery",
        "sources",
        "cost",
    ]
    return _dated(pd.DataFrame(rows, columns=columns), "created_at")


def turns(conversations: Conversations, limit: int) -> Iterator[PastTurn]:
    """Return the last *limit* turns in which an agent said something, newest conversation first."""
    left = limit
    for summary in conversations.page(limit=limit):
        found = list(_turns_of(summary.id, conversations.thread(summary.id, limit=THREAD)))
        yield from found[-left:]
        left -= len(found)
        if left <= 0:
            return


def replay(conversations: Conversations, runtime: Runtime, spec: Spec, limit: int) -> pd.DataFrame:
    """Answer the last *limit* turns again with *spec*; nothing is stored and nothing is sent."""
    return pd.DataFrame(
        [_again(conversations, runtime, spec, turn) for turn in turns(conversations, limit)],
        columns=[
            "conversation",
            "asked",
            "version",
            "then",
            "now",
            "outcome_then",
            "outcome_now",
            "same",
            "seconds",
            "cost",
        ],
    )


def _again(
    conversations: Conversations, runtime: Runtime, spec: Spec, turn: PastTurn
) -> dict[str, object]:
    record = conversations.turn(str(turn.reply.turn_id))
    answer = runtime.answer(spec, turn.history, turn.inbound)
    return {
        "conversation": turn.conversation,
        "asked": "\n".join(said.text for said in turn.inbound),
        "version": turn.reply.version,
        "then": turn.reply.text,
        "now": answer.text,
        "outcome_then": record.outcome,
        "outcome_now": answer.outcome,
        "same": answer.text == turn.reply.text,
        "seconds": sum(step.seconds for step in answer.trace),
        "cost": answer.usage.cost,
    }


def _turns_of(conversation: int, messages: Sequence[ThreadMessage]) -> Iterator[PastTurn]:
    history: list[Said] = []
    waiting: list[Said] = []
    for message in messages:
        if message.author == Author.CUSTOMER:  # of what was taken back only the mark is left
            waiting.append(Said(Author.CUSTOMER, message.text, tuple(message.about)))
            continue
        if message.turn_id and waiting:
            yield PastTurn(conversation, tuple(history), tuple(waiting), message)
        history += waiting
        by_bot = message.author == Author.AGENT
        history.append(Said(Author.AGENT if by_bot else Author.HUMAN, message.text))
        waiting = []


def _dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    frame[column] = pd.to_datetime(frame[column], unit="s", utc=True).dt.floor("s")
    return frame
