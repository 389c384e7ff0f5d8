"""What every direct way to WhatsApp has in common, whoever sells it: marks, window, typing."""

import logging
from abc import ABC, abstractmethod
from functools import partial

import urllib3
from urllib3.exceptions import HTTPError

from agent import bounded_json
from agent.answer import AboutKind
from agent.settings import Settings
from channels.base import Place
from channels.best_effort import Courtesy

LONGEST_ID = 200  # what the stores hold
LONGEST_AD, LONGEST_URL = 4_000, 2_000
_OURS = ("flow_token",)  # not the customer's words


def lines_of(given: str) -> list[str]:
    """Return the answers in the JSON text *given*, one a line; none when it is not readable."""
    try:
        answers = bounded_json.loads(given)
    except ValueError:
        return []
    fields = answers.items() if isinstance(answers, dict) else ()
    return [f"{name}: {value}" for name, value in fields if name not in _OURS]


Pointed = tuple[dict[str, str], ...]  # as `Inbound.about` wants it


def quote(message_id: str, *, is_tap: bool = False, without_id: bool = False) -> Pointed:
    """Return the message that is answered, by the provider's id: quoted, or tapped on.

    *without_id*: a message is quoted, but the provider does not say which.
    """
    if not 1 <= len(message_id) <= LONGEST_ID and not without_id:
        return ()
    kind = AboutKind.CHOICE if is_tap else AboutKind.MESSAGE
    return ({"kind": kind.value, "id": message_id[:LONGEST_ID]},)


def product(number: str) -> Pointed:
    """Return the product of the shop's catalogue, by the number that the shop gave it."""
    return ({"kind": AboutKind.PRODUCT.value, "text": number[:LONGEST_ID]},) if number else ()


def ad(headline: str, body: str, url: str) -> Pointed:
    """Return the ad or post that the customer came from; its words are whoever's wrote it."""
    text = "\n".join(filter(None, (headline.strip(), body.strip())))[:LONGEST_AD]
    if not text and not url:
        return ()
    return ({"kind": AboutKind.AD.value, "text": text, "url": url[:LONGEST_URL]},)


def not_supported(kind: str = "") -> str:
    """Return the words for something that WhatsApp does not hand on: whoever sent it waits."""
    return f"[mensaje no compatible: {kind or 'desconocido'}]"


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
