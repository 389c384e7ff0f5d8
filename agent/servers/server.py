"""One model at one address as it turned out to be: what it refused, and how much it reads."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import openai

from agent.errors import AgentError
from agent.servers.changes import CHANGES, Question, left_out
from agent.servers.overflow import Overflow, overflow
from agent.servers.refusals import refused
from agent.servers.shortening import shortened, size

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = 6 * 3600  # seconds: a server may be started anew and know more
BYTES_A_TOKEN = 3.0  # where an error does not say; text takes three to four in most languages
USUAL_BYTES = (1.0, 6.0)  # a token; an error that says otherwise counts something else
MARGIN = 0.95  # of the room, because templates add words of their own
GUESS = 0.6  # of what was sent, where no number helps
# What may be tried when a part is refused, in this order.
_LADDERS = {
    "system": ("developer", "system"),
    "roles": ("roles", "tool_roles", "system"),
}


class TooLong(AgentError):
    """The instructions and the customer's message alone are longer than the model can read.
    Shorten the instructions, take tools away, or choose a model with a larger context."""


@dataclass(frozen=True)
class Lessons:
    """What was learned; *room* is in bytes of the question, None as long as everything fitted."""

    refused: tuple[str, ...] = ()
    room: int | None = None
    answer: int | None = None  # tokens that the answer may have beside the question
    since: float = 0.0


_NOTHING = Lessons()
_notes: ContextVar[list[dict[str, Any]] | None] = ContextVar("notes", default=None)


@contextmanager
def noting() -> Iterator[list[dict[str, Any]]]:
    """Gives a list that holds, at the end, what was changed about the questions of the block."""
    notes: list[dict[str, Any]] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note(noted: dict[str, Any]) -> None:
    """Tell whoever listens what was changed about the question that was answered."""
    notes = _notes.get()
    if notes is not None and noted:
        notes.append(noted)


class Server:
    """What one model at one address takes. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lessons = _NOTHING

    @property
    def refused(self) -> tuple[str, ...]:
        """The names of what it refused."""
        return self._current().refused

    def adapted(self, question: Question) -> tuple[Question, dict[str, Any]]:
        """*question* as the server takes it, and what was changed, for staff."""
        lessons = self._current()
        return (question, {}) if lessons is _NOTHING else _adapted(question, lessons)

    def learns(self, error: openai.APIError, question: Question, asked: Question) -> bool:
        """Learn from *error* about *asked*; True when *question* is now asked otherwise.

        Raises TooLong when nothing more can be taken out of a question that is too long.
        """
        long = overflow(error)
        if long is not None:
            lessons = self._current()
            return self._tried(question, asked, [_with_room(lessons, long, asked)], must=True)
        name = refused(error, asked)
        if name is None:
            return False
        return self._tried(question, asked, _with(self._current(), _LADDERS.get(name, (name,))))

    def _tried(
        self, question: Question, asked: Question, ways: Iterable[Lessons], must: bool = False
    ) -> bool:
        """Keep the first of *ways* that changes the question."""
        for lessons in ways:
            if _adapted(question, lessons)[0] != asked:
                self._keep(lessons)
                return True
        if must:
            raise TooLong
        return False

    def _keep(self, lessons: Lessons) -> None:
        """Add *lessons* to what other threads may have learned meanwhile."""
        with self._lock:
            now = self._lessons
            names = tuple(dict.fromkeys([*now.refused, *lessons.refused]))
            since = now.since if now is not _NOTHING else self._clock()
            self._lessons = replace(lessons, refused=names, since=since)
        log.info("a model's server is asked otherwise: %s, room %s", names, lessons.room)

    def _current(self) -> Lessons:
        lessons = self._lessons
        if lessons is not _NOTHING and self._clock() - lessons.since > FORGOTTEN_AFTER:
            self._lessons = lessons = _NOTHING
        return lessons


def _with(known: Lessons, names: Iterable[str]) -> Iterator[Lessons]:
    """What would be known with one more of *names*, then with two, and so on."""
    for name in names:
        known = replace(known, refused=tuple(dict.fromkeys([*known.refused, name])))
        yield known


def _with_room(known: Lessons, long: Overflow, asked: Question) -> Lessons:
    """What is known when *asked* was too long: a room that is smaller than it in any case."""
    sent, wanted = _size(asked), _answer_of(asked)
    if not long.limit:
        return replace(known, room=int(GUESS * sent))
    answer = min(wanted, long.limit // 4)
    least, most = USUAL_BYTES
    a_token = min(max(sent / long.sent, least), most) if long.sent else BYTES_A_TOKEN
    room = int(MARGIN * a_token * (long.limit - answer))
    if room < sent:
        return replace(known, room=room, answer=answer)
    if answer < wanted:  # the answer's share alone may have been too large
        return replace(known, answer=answer)
    return replace(known, room=int(GUESS * sent))  # the server counts otherwise


def _size(question: Question) -> int:
    return size(question["messages"]) + size(question.get("tools", []))


def _answer_of(question: Question) -> int:
    return int(question.get("max_completion_tokens") or question.get("max_tokens") or 0)


def _adapted(question: Question, lessons: Lessons) -> tuple[Question, dict[str, Any]]:
    question = _with_answer(question, lessons.answer)
    asked, names = _changed(question, lessons.refused)
    noted: dict[str, Any] = {"refused": names} if names else {}
    if lessons.room is None or _size(asked) <= lessons.room:
        return asked, noted
    besides = _size(asked) - size(question["messages"])
    short = shortened(question["messages"], lessons.room - besides)
    if short.missing:
        noted["missing"] = short.missing
    return _changed(question | {"messages": short.messages}, lessons.refused)[0], noted


def _changed(question: Question, refused: Sequence[str]) -> tuple[Question, list[str]]:
    """*question* without what was refused, and the names of what it held of that."""
    known = [name for name in CHANGES if name in refused]
    names = []
    for name in known + [name for name in refused if name not in CHANGES]:
        changed = CHANGES.get(name, left_out(name))(question)
        if changed != question:
            names.append(name)
        question = changed
    return question, names


def _with_answer(question: Question, most: int | None) -> Question:
    """*question* with an answer that fits beside it."""
    name = "max_tokens" if "max_tokens" in question else "max_completion_tokens"
    wanted = _answer_of(question)
    return question | {name: most} if most and most < wanted else question
