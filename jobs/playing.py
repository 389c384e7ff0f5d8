"""One recorded conversation, played to a candidate on a virtual clock.

The clock jumps from one event to the next: a message, a person's word, a change of hands, a burst
that has become quiet. An answer takes as long as the recorded one took, so that what came meanwhile
comes meanwhile again. Where the candidate waits for bursts as the agent did, a turn begins when the
recorded one began; where it waits otherwise, as late behind its burst as the recorded one.

Not recorded, and therefore as it is today: what the provider says of a conversation, what all
customers together had cost that day, who had asked for silence before.
"""

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Protocol

from agent.answer import Answer, Asked, Outcome, Said
from agent.errors import AlreadyTaken
from agent.hands import MOMENT, Hand, Proof, Word, worked_out
from agent.replayed import Reply
from agent.spec import ConversationRules, Spec
from jobs import deliver, turn
from jobs.replay_house import House
from store.conversations.outbox import OutboxMessage
from store.conversations.owners import Echo
from store.evaluation.recorded import (
    ByHand,
    Recording,
    Taken,
    Written,
    found_in_files,
    remembered,
)
from store.states import Owner

MOST_STEPS = 20_000  # of one conversation
STAFF = "replay"


class Candidate(Protocol):
    """Answers at a moment of the virtual clock."""

    def answer(
        self, spec: Spec, history: Sequence[Said], inbound: Sequence[Asked], live: bool, now: float
    ) -> Answer:
        """Answer."""


@dataclass(frozen=True)
class _Event:
    at: float
    happens: Callable[[], object]


class Playing:
    """One conversation, played to one spec."""

    def __init__(self, house: House, recording: Recording, spec: Spec, asking: Candidate) -> None:
        house.emptied()
        self._house, self._recording, self._spec, self._asking = house, recording, spec, asking
        self._context = house.context(self)
        self._store = house.services.store
        self._here = 0  # the conversation, once there is one
        self._stands_for: dict[int, int] = {}  # recorded inbox ids by ours
        self._by_first = {one.inbox_ids[0]: one for one in recording.taken}
        self._by_last = {one.inbox_ids[-1]: one for one in recording.taken}
        self._left = {one.inbox_id for one in recording.written if one.left_to_a_person}
        lasting = [one.finished_at - one.started_at for one in recording.taken if one.reply.text]
        self._usual_seconds = median(lasting) if lasting else 0.0
        self._channel = house.channels[recording.channel]
        self._channel.known_as = self._known_as
        self._channel.silenced = self._silenced
        self._events = list(self._all_events())

    def play(self) -> list[Reply]:
        """Play it to its end; return its turns, as replies to the recorded messages."""
        self._open()
        for _ in range(MOST_STEPS):
            turn_at, event_at = self._turn_at(), self._events[0].at if self._events else None
            if turn_at is None and event_at is None:
                break
            if event_at is None or (turn_at is not None and turn_at <= event_at):
                self._take(turn_at or 0.0)
            else:
                self._happens()
        return self._store.recordings.replies(self._here, self._stands_for) if self._here else []

    def _open(self) -> None:
        here = self._recording
        self._house.clock.now = here.written[0].at
        agent_id = self._store.agents.create(self._spec, STAFF)
        self._store.agents.release_draft(agent_id, here.channel, here.our_address, STAFF)
        if here.before:
            first = here.written[0].message
            opening = replace(first, provider_message_id=STAFF, text="", media=(), about=())
            self._here = self._store.inbox.accept([opening])[0].conversation_id
            remembered(self._house.database, self._here, here)

    # --- what was recorded

    def _all_events(self) -> Iterator[_Event]:
        recorded = self._recording
        found = [_Event(one.at, partial(self._write, one)) for one in recorded.written]
        found += [_Event(one.at, partial(self._speak, one)) for one in recorded.by_hand]
        spoke = [Hand(one.at, Word.PERSON, one.person) for one in recorded.by_hand]
        known = [*recorded.hands, *spoke]
        hands = worked_out(known, list(self._proofs(known)))
        found += [_Event(one.at, partial(self._change, one)) for one in hands if one not in spoke]
        yield from sorted(found, key=lambda one: one.at)

    def _proofs(self, known: Sequence[Hand]) -> Iterator[Proof]:
        came = {one.inbox_id: one.at for one in self._recording.written}
        for one in self._recording.taken:
            word = _proven(one)
            if word is not None:
                since = min(came.get(id_, one.started_at) for id_ in one.inbox_ids)
                yield Proof(since, one.started_at, word, bool(one.reply.handoff_reason))
        taken_over = [one.at for one in known if one.word == Word.PERSON]
        for left in self._recording.written:
            if left.left_to_a_person:
                at = min((at for at in taken_over if at >= left.at), default=left.at)
                yield Proof(left.at, at, Word.PERSON)

    def _happens(self) -> None:
        event = self._events.pop(0)
        self._house.clock.now = max(self._house.clock.now, event.at)
        event.happens()

    def _write(self, one: Written) -> None:
        [accepted] = self._store.inbox.accept([one.message])
        self._here = accepted.conversation_id
        if accepted.inbox_id is not None and not one.message.corrects:
            self._stands_for[accepted.inbox_id] = one.inbox_id
            found_in_files(self._house.database, accepted.inbox_id, one.files)

    def _speak(self, one: ByHand) -> None:
        here = self._recording
        address = here.written[0].message.customer_address
        said = Echo(here.channel, one.id, here.our_address, address, one.text, one.person)
        self._store.owners.echo(said)

    def _change(self, hand: Hand) -> None:
        if not self._here:
            return
        if hand.word == Word.BOT:
            self._store.owners.hand_back(self._here, hand.person or STAFF)
        elif hand.person or self._owner_is_bot():
            with contextlib.suppress(AlreadyTaken):
                self._store.owners.take_over(self._here, hand.person or STAFF)

    # --- the candidate's turns

    def _turn_at(self) -> float | None:
        """When the next turn begins; None while nothing waits."""
        if not self._here:
            return None
        for one in self._store.owners.expired(self._house.clock.now):
            self._store.owners.end(one, self._house.clock.now)
        waiting = self._store.turns.waiting(self._here)
        if waiting is None:
            return None
        record = self._house.services.channels[waiting.channel]
        quiet = 0.0 if record.one_by_one else turn.quiet_at(waiting, self._spec.conversation)
        due = max(quiet, waiting.open_at, self._house.clock.now)
        return self._begins(due)

    def _begins(self, due: float) -> float:
        first = self._first_waiting()
        if first in self._left and self._events:
            return max(due, self._events[0].at + MOMENT)  # a person was there first
        then = self._by_first.get(first)
        if then is None:
            return due
        if self._waits_as(then):
            return max(due, min(then.started_at, self._came_next(then)))
        return due + max(0.0, then.started_at - self._was_due(then))

    def _take(self, at: float) -> None:
        self._house.clock.now = max(self._house.clock.now, at)
        turn.take(self._context, self._here)
        deliver.send(self._context, self._here)

    def answer(
        self,
        spec: Spec,
        history: Sequence[Said],
        inbound: Sequence[Asked],
        live: bool = False,
        snapshot: str = "",
    ) -> Answer:
        """Stand in the place of the runtime: ask the candidate, and let the time pass it took.

        *snapshot* is that of the house's own version: the candidate knows which one is its.
        """
        started = self._house.clock.now
        answer = self._asking.answer(spec, history, inbound, live, started)
        then = self._by_last.get(self._last_waiting())
        seconds = then.finished_at - then.started_at if then else self._usual_seconds
        until = started + max(0.0, seconds)
        while self._events and self._events[0].at < until:
            self._happens()
        self._house.clock.now = max(self._house.clock.now, until)
        return answer

    # --- how it stands beside the recorded one

    def _waiting_ids(self) -> list[int]:
        ids = self._store.inbox.unanswered(self._here)
        return [self._stands_for[one] for one in ids if one in self._stands_for]

    def _first_waiting(self) -> int:
        return next(iter(self._waiting_ids()), 0)

    def _last_waiting(self) -> int:
        return next(reversed(self._waiting_ids()), 0)

    def _owner_is_bot(self) -> bool:
        return bool(self._store.conversations.get(self._here).owner == Owner.BOT)

    def _waits_as(self, then: Taken) -> bool:
        rules = self._spec.conversation
        mine = (rules.quiet_seconds, rules.longest_wait_seconds)
        return mine == (then.quiet_seconds, then.longest_wait_seconds)

    def _came_next(self, then: Taken) -> float:
        """When the first message came that the recorded turn had not read."""
        ids = [one.inbox_id for one in self._recording.written]
        place = bisect_right(ids, then.inbox_ids[-1])
        later = self._recording.written[place:]
        return later[0].at if later else then.started_at

    def _was_due(self, then: Taken) -> float:
        rules, mine = ConversationRules(), set(then.inbox_ids)
        came = [one.at for one in self._recording.written if one.inbox_id in mine]
        if not came:
            return then.started_at
        quiet = rules.quiet_seconds if then.quiet_seconds is None else then.quiet_seconds
        longest = then.longest_wait_seconds
        longest = rules.longest_wait_seconds if longest is None else longest
        return min(came[-1] + quiet, came[0] + longest)

    def _known_as(self, outgoing: OutboxMessage) -> str:
        """The provider's id of the recorded part in its place, which customers quote."""
        place = self._store.recordings.part_of(outgoing.id)
        if place is None:
            return ""
        last, part = place
        then = self._by_last.get(self._stands_for.get(last, 0))
        return then.sent_as.get(part, "") if then else ""

    def _silenced(self) -> str:
        then = self._by_last.get(self._last_waiting()) if self._here else None
        return then.silenced if then else ""


def _proven(one: Taken) -> Word | None:
    """Who had the word when a turn was taken; None when it does not tell."""
    if one.reply.outcome != Outcome.SILENT:
        return Word.BOT
    return Word.PERSON if one.reply.error == turn.PERSON_OWNS else None
