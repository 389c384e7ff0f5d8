"""Replays: recorded conversations, played to a candidate beside the customers who write now.

A conversation is played (`jobs.playing`) in a house of its own (`jobs.replay_house`) by the code
that answers customers: inbox, bursts, turns, outbox. Its row is leased, kept answer by answer and
finished once (`store.evaluation.replays`), so a kill costs one answer at most.
"""

import logging
from collections.abc import Sequence
from functools import partial

from agent.answer import Answer, Asked, Said
from agent.errors import NotFound
from agent.kept_answers import kept, read
from agent.replayed import stretches
from agent.spec import Spec
from jobs.context import WorkerContext
from jobs.experiments import MAY_PASS, NEVER, PAUSE_SECONDS, Customers, customers_first, make_way
from jobs.playing import Playing
from jobs.replay_house import House
from store.evaluation.replays import ReplayLease

log = logging.getLogger(__name__)

AT_ONCE = 50  # conversations for which one house is opened


class Stopped(Exception):
    """The replay is over, or somebody else has the row."""


class NotNow(Exception):
    """The model says nothing about the candidate now."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.may_pass = error.partition(":")[0] in MAY_PASS


def play(context: WorkerContext, lane: int, customers: Customers) -> float | None:
    """Play conversations as long as no customer waits.

    Returns when to look again (seconds since 1970), or None when there is nothing to do.
    """
    replays = context.services.store.replays
    if not replays.is_due():
        return None
    with House(context) as house:
        for _ in range(AT_ONCE):
            if customers_first(context, lane, customers):
                return context.clock() + PAUSE_SECONDS
            lease = replays.lease()
            if lease is None:
                return None
            with context.heartbeat.other(partial(replays.prolong, lease)):
                _play(context, house, lease)
    return context.clock()


def _play(context: WorkerContext, house: House, lease: ReplayLease) -> None:
    store = context.services.store
    if lease.is_worn_out:
        store.replays.finish(lease, [], lease.cost, "worn_out: Whoever played it ended with it.")
        return
    replay = store.replays.get(lease.replay_id)
    asking = Asking(context, lease, replay.candidate.version_id or "")
    try:
        recording = store.recordings.read(lease.conversation_id, replay.since, replay.until)
        now = Playing(house, recording, replay.candidate.asked, asking).play()
    except Stopped:
        store.replays.give_back(lease, 0.0)
    except NotNow as error:
        _not_now(context, asking, error)
    except NotFound as error:
        store.replays.finish(lease, [], asking.cost, f"gone: {error}")
    else:
        then = [one.reply for one in recording.taken]
        found = [one.as_json() for one in stretches(recording.asked, then, now)]
        store.replays.finish(lease, found, asking.cost)
        log.info("conversation replayed row=%s", lease.id)


def _not_now(context: WorkerContext, asking: "Asking", error: NotNow) -> None:
    lease, replays = asking.lease, context.services.store.replays
    if error.may_pass and not lease.is_last:
        replays.give_back(lease, context.clock() + 2.0**lease.fence)
    else:
        replays.finish(lease, [], asking.cost, str(error))


class Asking:
    """Asks the candidate, and nothing twice: what was answered before a kill is answered again."""

    def __init__(self, context: WorkerContext, lease: ReplayLease, snapshot: str) -> None:
        self._context = context
        self._snapshot = snapshot  # a version that pins what is known; empty: what is known now
        self.lease = lease
        self._answers = list(lease.answers)
        self._asked = 0
        self.cost = lease.cost

    def answer(
        self, spec: Spec, history: Sequence[Said], inbound: Sequence[Asked], live: bool, now: float
    ) -> Answer:
        """Return the next answer. Raises Stopped, NotNow."""
        self._asked += 1
        if self._asked <= len(self._answers):
            return read(self._answers[self._asked - 1])
        make_way(self._context)
        answer = self._context.runtime.answer(
            spec, history, inbound, live, self._snapshot, now, simulated=True
        )
        usage, limits = answer.usage, self._context.services.settings.limits
        self.cost += limits.counted(usage.cost, usage.unpriced_tokens)
        code = answer.error.partition(":")[0]
        said = answer if code not in (*MAY_PASS, *NEVER) else None
        if said is not None:
            self._answers.append(kept(said, ()))
        if not self._context.services.store.replays.keep(self.lease, self._answers, self.cost):
            raise Stopped
        if said is None:
            raise NotNow(answer.error)
        return answer
