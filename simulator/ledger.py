"""Every message that passed, both ways, in memory and with a cap."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

MOST_MESSAGES = 20_000


@dataclass(frozen=True)
class Message:
    """One message of a thread. `number` rises with each change, so that a reader can follow."""

    sid: str
    sender: str
    receiver: str
    body: str
    from_customer: bool
    created_at: float
    status: str
    number: int = 0
    media: tuple[dict[str, str], ...] = ()
    callback: str = ""
    sent_at: float | None = None

    @property
    def customer(self) -> str:
        """The address of the customer in it."""
        return self.sender if self.from_customer else self.receiver


class Ledger:
    """Keeps messages, and wakes up whoever follows a thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._number = 0
        self._changed = threading.Condition()

    def put(self, message: Message) -> Message:
        """Add a message, or replace the one with its sid."""
        with self._changed:
            self._number += 1
            known = self._messages.get(message.sid)
            message = replace(message, number=known.number if known else self._number)
            self._messages[message.sid] = message
            while len(self._messages) > MOST_MESSAGES:
                self._messages.popitem(last=False)
            self._changed.notify_all()
        return message

    def set_status(self, sid: str, status: str) -> None:
        """Note how far a message has come."""
        message = self.get(sid)
        if message is not None:
            sent_at = message.sent_at or self.clock()
            self.put(replace(message, status=status, sent_at=sent_at))

    def get(self, sid: str) -> Message | None:
        """Return one message."""
        with self._changed:
            return self._messages.get(sid)

    def newest_first(self) -> Sequence[Message]:
        """Return everything, as Twilio lists it."""
        with self._changed:
            return list(reversed(self._messages.values()))

    def thread(self, customer: str, after: int = 0, wait: float = 0.0) -> Sequence[Message]:
        """Return a customer's messages above number *after*, waiting a while for the first."""
        with self._changed:
            self._changed.wait_for(lambda: self._above(customer, after), timeout=wait)
            return self._above(customer, after)

    def forget(self, customer: str) -> None:
        """Remove a customer's thread."""
        with self._changed:
            for message in self._above(customer, 0):
                del self._messages[message.sid]

    def _above(self, customer: str, after: int) -> list[Message]:
        return [
            one
            for one in self._messages.values()
            if one.customer == customer and one.number > after
        ]
