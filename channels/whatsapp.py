"""What every direct way to WhatsApp has in common, whoever sells it: marks, window, typing."""

import logging
from abc import ABC, abstractmethod
from functools import partial

import urllib3
from urllib3.exceptions import HTTPError

from agent import bounded_json
from agent.settings import Settings
from channels.base import Place
from channels.best_effort import Courtesy

_OURS = ("flow_token",)  # not the customer's words


def lines_of(given: str) -> list[str]:
    """Return the answers in the JSON text *given*, one a line; none when it is not readable."""
    try:
        answers = bounded_json.loads(given)
    except ValueError:
        return []
    fields = answers.items() if isinstance(answers, dict) else ()
    return [f"{name}: {value}" for name, value in fields if name not in _OURS]


log = logging.getLogger(__name__)

# Free text only so long after the customer wrote, then templates (WhatsApp: "Customer service
# windows").
WINDOW_SECONDS = 24 * 3600.0
TYPING = urllib3.Timeout(3.0)  # nobody waits longer for a courtesy


class WhatsAppChannel(ABC):
    """The half of a `Channel` that is WhatsApp's. Its pool of connections repeats nothing."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        self.courtesy = Courtesy()
        self._pool = urllib3.PoolManager(
            maxsize=settings.turn_slots, timeout=urllib3.Timeout(timeout), retries=False
        )

    def may_speak(self, place: Place) -> str:
        """Nobody is asked: whoever else speaks on such a number shows by an echo, or cannot."""
        return ""

    def typing(self, place: Place) -> None:
        """Mark the customer's message as read and show that an answer is being written."""
        if place.last_message_id:
            self.courtesy.show(partial(self._try_typing, place))

    def _try_typing(self, place: Place) -> None:
        try:
            self._show_typing(place)
        except HTTPError as error:
            log.debug("typing not shown: %s", type(error).__name__)

    @abstractmethod
    def _show_typing(self, place: Place) -> None:
        """Ask the provider, patient for `TYPING` only. Raises urllib3's HTTPError."""
