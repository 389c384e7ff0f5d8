"""Who had the word in a recorded conversation, where nobody wrote it down: pure functions.

A turn that spoke proves that the bot had the word; a message that was left to a person, and a turn
that kept silent for one, prove that a person had it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOMENT = 1e-3  # seconds: before the message that proves it


class Word(StrEnum):
    """Who has it."""

    BOT = "bot"
    PERSON = "person"


@dataclass(frozen=True)
class Hand:
    """From *at* on (seconds since 1970) somebody else has the word."""

    at: float
    word: Word
    person: str = ""


@dataclass(frozen=True)
class Proof:
    """Who had the word at some time, by what came of messages that were written from *since* on."""

    since: float
    at: float
    word: Word
    hands_over: bool = False  # the turn itself passed the conversation to a person


def worked_out(known: Sequence[Hand], proofs: Sequence[Proof]) -> list[Hand]:
    """Return *known*, and the changes of hands that *proofs* need beside them, by time."""
    found: list[Hand] = []
    word, changed_at = Word.BOT, 0.0
    both: list[Hand | Proof] = sorted([*known, *proofs], key=lambda one: one.at)
    for one in both:
        if isinstance(one, Hand):
            found.append(one)
            word, changed_at = one.word, one.at
            continue
        if one.word != word:
            at = one.since - MOMENT if one.since > changed_at else one.at
            found.append(Hand(at, one.word))
            word, changed_at = one.word, at
        if one.hands_over:
            word, changed_at = Word.PERSON, one.at
    return sorted(found, key=lambda one: one.at)
