"""What of an answer may be shown while it is being written: whole words, and none after trouble.

The pieces of a model end anywhere, in the middle of an address or of a character. What is shown
has passed the same guards as the answer itself; what the guards refuse is never shown, not even
for the moment until the answer takes its place.
"""

import re
from collections.abc import Callable, Iterator

from agent.answer import Token
from agent.guardrails.checks import MOST_REPLY_CHARACTERS
from agent.text import storable

STEP = 16  # characters between two looks: each look is at everything that was written so far
_WORDS = re.compile(r"(?s)\A.*\s")
Guarded = Callable[[str], bool]  # whether a text may be shown


class Stream:
    """The pieces of one answer after another, as the model writes them."""

    def __init__(self, may_be_shown: Guarded) -> None:
        self._may_be_shown = may_be_shown
        self._begin("")

    def _begin(self, message: str) -> None:
        self._message = message
        self._written = ""
        self._shown = 0  # characters
        self._is_stopped = False

    def add(self, message: str, text: str) -> Iterator[Token]:
        """Add the next piece of *message*; yield what may be shown since the last one."""
        if message != self._message:
            self._begin(message)
        self._written += text
        words = _WORDS.match(self._written, 0, MOST_REPLY_CHARACTERS)
        end = words.end() if words else 0
        if end - self._shown >= STEP:
            yield from self._show(end)

    def rest(self) -> Iterator[Token]:
        """Yield what is left to be shown when the message is over."""
        yield from self._show(min(len(self._written), MOST_REPLY_CHARACTERS))

    def _show(self, end: int) -> Iterator[Token]:
        if self._is_stopped or end <= self._shown:
            return
        self._is_stopped = not self._may_be_shown(storable(self._written[:end]))
        if not self._is_stopped:
            yield Token(storable(self._written[self._shown : end]))
            self._shown = end
