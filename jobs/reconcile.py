"""Finds what Chatwoot never told: it sends a webhook once, and a lost one is lost.

About every 45 seconds the conversations that are pending are listed; those in which something
happened are read, and everything in them goes the same way as a webhook would have, so
what is known already changes nothing. Two things nobody would answer are given to Chatwoot's own
people, by opening the conversation: messages that are found too late to be answered by a bot, and
conversations that a person has here while Chatwoot still shows them as the bot's.

It needs a user's token; a bot's may not list conversations.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from urllib3.exceptions import HTTPError

from actions.intake import accept
from actions.services import Services
from agent.log import log_place
from channels.chatwoot.client import ChatwootApi, Json, NotAllowed
from channels.chatwoot.receive import NAME, closed, kind_of, last_message, of_message, served
from channels.errors import ChannelUnavailable, Unparseable
from store.conversations.seen import seen_messages, with_people

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 45.0
LONGEST_PAUSE = 900.0
NOT_ALLOWED_PAUSE = 3600.0
ANSWER_SECONDS = 3600.0  # an older message is for a person
LOOK_BACK_SECONDS = 24 * 3600.0  # and one that is older still is nobody's: it was long decided
OVERLAP_SECONDS = 120.0  # read again, because ids are not committed in their order
PATIENCE_SECONDS = 60.0  # before a conversation that nobody answers is opened
PAGE_SIZE = 25  # Chatwoot's
MOST_PAGES = 20
MOST_FAILURES = 5  # conversations that cannot be read, then the round is over
MOST_READ = 200  # conversations a round; the rest is read in the next


@dataclass(frozen=True)
class _Listed:
    """One pending conversation, as the list shows it."""

    number: str
    shown: Json
    at: float  # of the last thing that happened
    last_id: str  # of the last message, "" for none
    is_customers: bool  # the last word is the customer's
    may_wait: bool  # the same, or it hides behind a private note


class Reconciler:
    """Looks for what never came. What it has read it remembers, in this process only."""

    def __init__(
        self,
        services: Services,
        api: ChatwootApi | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._services = services
        self._api = api or ChatwootApi(services.settings)
        self._inboxes = served(services.settings)
        self._clock = clock
        self._read: dict[str, tuple[float, str]] = {}  # what was last there, by conversation
        self.pause = INTERVAL_SECONDS

    @property
    def is_set(self) -> bool:
        """True when there is a Chatwoot to look at."""
        return self._api.is_set

    def look(self) -> int:
        """Look once; return how many events were found. Decides how long to pause then.

        Raises nothing of Chatwoot's: a round that fails is logged, and the next one comes later.
        """
        try:
            found = self._look()
        except NotAllowed as error:
            log.warning("reconciler may not look: %s", error)
            self.pause = NOT_ALLOWED_PAUSE
            return 0
        except ChannelUnavailable as error:
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            log.warning("reconciler missed a round: %s", error)
            return 0
        self.pause = INTERVAL_SECONDS
        return found

    def _look(self) -> int:
        now = self._clock()
        listed = {one.number: one for one in self._pending(now)}
        self._read = {number: last for number, last in self._read.items() if number in listed}
        fresh = [one for one in listed.values() if one.at > now - ANSWER_SECONDS]
        changed = [one for one in fresh if self._read.get(one.number) != (one.at, one.last_id)]
        # the longest waiting first: what does not fit into this round is not always the same
        found = self._catch_up_all(changed[-MOST_READ:], now)
        self._open_what_nobody_answers(list(listed.values()), now)
        return found

    def _catch_up_all(self, changed: list[_Listed], now: float) -> int:
        """Read them; one that cannot be read waits for the next round and stops nobody else.

        Raises ChannelUnavailable when several cannot: then Chatwoot itself is away.
        """
        found = failed = 0
        for one in changed:
            try:
                found += self._catch_up(one, now)
            except NotAllowed:
                raise
            except ChannelUnavailable:
                failed += 1
                if failed == MOST_FAILURES:
                    raise
        return found

    def _pending(self, now: float) -> Iterator[_Listed]:
        """Yield the bot's conversations, the latest first."""
        for inbox in sorted(self._inboxes) or [""]:
            for page in range(1, MOST_PAGES + 1):
                shown = self._api.pending(page, inbox)
                listed = [_listed(one) for one in shown if not closed(one)]
                yield from listed
                if len(shown) < PAGE_SIZE or _at(shown[-1]) < now - LOOK_BACK_SECONDS:
                    break

    def _catch_up(self, one: _Listed, now: float) -> int:
        """Hand over what happened in one conversation since it was last read."""
        last_at, _ = self._read.get(one.number, (0.0, ""))
        since = max(last_at - OVERLAP_SECONDS, now - ANSWER_SECONDS)
        messages = []
        for message in self._api.messages(one.number):
            if _number(message.get("created_at")) < since:
                break
            messages.append(message)
        for message in reversed(messages):
            self._hand_over(message, one.shown)
        self._read[one.number] = (one.at, one.last_id)
        return len(messages)

    def _hand_over(self, message: Json, conversation: Json) -> None:
        try:
            accept(self._services, NAME, of_message(message, conversation))
        except Unparseable as error:
            log.warning("message left out: %s", error)

    def _open_what_nobody_answers(self, listed: list[_Listed], now: float) -> None:
        waiting = [one for one in listed if one.may_wait and one.at < now - PATIENCE_SECONDS]
        late = [
            one
            for one in waiting
            if one.is_customers and now - LOOK_BACK_SECONDS < one.at < now - ANSWER_SECONDS
        ]
        database = self._services.database
        known = seen_messages(database, NAME, [one.last_id for one in late])
        taken = with_people(database, NAME, [one.number for one in waiting])
        missed = {one.number for one in late if one.last_id not in known}
        for number in missed | taken:
            self._open(number)

    def _open(self, number: str) -> None:
        try:
            reply = self._api.post(f"/conversations/{number}/toggle_status", {"status": "open"})
        except HTTPError as error:
            raise ChannelUnavailable(f"Chatwoot broke off ({type(error).__name__}).") from None
        log.info("opened for people chatwoot_conversation=%s status=%s", number, reply.status)


def start(services: Services, stop: threading.Event) -> threading.Thread | None:
    """Look every now and then, in a thread, until *stop*. None: there is no Chatwoot."""
    reconciler = Reconciler(services)
    if not reconciler.is_set:
        return None
    thread = threading.Thread(target=_run, args=(reconciler, stop), name="reconciler", daemon=True)
    thread.start()
    return thread


def _run(reconciler: Reconciler, stop: threading.Event) -> None:
    while True:
        try:
            found = reconciler.look()
        except SQLAlchemyError as error:
            log.warning("reconciler missed a round: %s", type(error).__name__)
        except Exception as error:  # nobody would miss this thread until much was lost
            log.error("reconciler failed: %s", type(error).__name__)
            log_place(log, error)
        else:
            if found:
                log.info("reconciled messages=%s", found)
        if stop.wait(reconciler.pause):
            return


def _listed(shown: Json) -> _Listed:
    last = last_message(shown)
    is_customers = kind_of(last) == "incoming"
    return _Listed(
        number=str(shown.get("id", "")),
        shown=shown,
        at=_at(shown),
        last_id=str(last.get("id", "")),
        is_customers=is_customers,
        may_wait=is_customers or bool(last.get("private")),
    )


def _at(shown: Json) -> float:
    return _number(shown.get("last_activity_at") or shown.get("timestamp"))


def _number(value: object) -> float:
    """Seconds since 1970; what has no readable time counts as now."""
    return float(value) if isinstance(value, int | float) else float("inf")
