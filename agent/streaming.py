"""What of an answer may be shown while it is being written: whole words, and none after trouble.

What is shown is always the beginning of what is stored. The pieces of a model end anywhere, in the
middle of an address, of a tag or of a character, and a server may send what its model thought
before the tag that says so: the words of a model that is not known to keep that apart are shown
when the answer is whole. What is shown has passed the same guards as the answer itself; what the
guards refuse is never shown, not even for the moment until the answer takes its place.
"""

import re
from collections.abc import Callable, Iterator

from agent.answer import Token
from agent.citations import without_marks
from agent.guardrails.checks import MOST_REPLY_CHARACTERS, shortened
from agent.reading.ends import whole_sentences
from agent.reading.reader import cleaned
from agent.text import storable

STEP = 16  # characters between two looks: each look is at everything that was written so far
_WORDS = re.compile(r"(?s)\A.*\s")
# What may become a mark, a tag or a call, or part of one, once more is written.
_DOUBT = re.compile(
    r"[<＜‹⟨◁{`\\†﹝〔\ue000-\uf8ff]|&lt|[\[【](?![^\]】\n]*[\]】][^(])|\A\W*\w[\w.]*\(|\A\W*Action:"
    r"|\bcitet|\bturn\d|\A\s*(?:assistant|analysis|Thinking\.\.\.|Here(?: is|'s) my th)"
)
Guarded = Callable[[str], bool]  # whether a text may be shown


class Stream:
    """The pieces of one answer after another, as the model writes them."""

    def __init__(
        self, may_be_shown: Guarded, at_once: bool = True, whole_sentences_only: bool = False
    ) -> None:
        self._may_be_shown = may_be_shown
        self._whole_sentences_only = whole_sentences_only
        self._at_once = at_once
        self._begin("")

    def _begin(self, message: str) -> None:
        self._message = message
        self._written = ""
        self._looked_at = 0  # characters
        self._shown = ""
        self._is_stopped = False

    def add(self, message: str, text: str) -> Iterator[Token]:
        """Add the next piece of *message*; yield what may be shown since the last one."""
        if message != self._message:
            self._begin(message)
        self._written += text
        end = self._end() if self._at_once else 0
        if end - self._looked_at >= STEP:
            self._looked_at = end
            yield from self._show(_settled(self._written[:end]))

    def _end(self) -> int:
        """Where what was written may be looked at up to."""
        if self._whole_sentences_only:
            return len(whole_sentences(self._written[:MOST_REPLY_CHARACTERS]))
        words = _WORDS.match(self._written, 0, MOST_REPLY_CHARACTERS)
        return words.end() if words else 0

    def rest(self, whole: str) -> Iterator[Token]:
        """Yield what is left to be shown of *whole*, the answer as it is stored."""
        yield from self._show(shortened(without_marks(whole)))

    def _show(self, text: str) -> Iterator[Token]:
        if self._is_stopped or not text.startswith(self._shown) or text == self._shown:
            return
        self._is_stopped = not self._may_be_shown(text)
        if not self._is_stopped:
            yield Token(text[len(self._shown) :])
            self._shown = text


def _settled(beginning: str) -> str:
    """What of an answer's *beginning* stands, however the answer goes on."""
    doubt = _DOUBT.search(beginning)
    return without_marks(cleaned(storable(beginning[: doubt.start() if doubt else None])))
