"""How an answer ended: whole, cut off, held back, refused or broken off.

Words for it differ by server: OpenAI and OpenRouter (`length`, `content_filter`, `error`:
https://openrouter.ai/docs/api-reference/overview), Gemini (`MAX_TOKENS`, `SAFETY`), Mistral
(`model_length`), DeepSeek (`insufficient_system_resource`), vLLM (`abort`).
"""

import re
import zlib
from typing import Any

from agent.errors import ModelUnavailable

# The first that is found in the word for an end names it; a word with none of them is an end.
_BROKEN = re.compile(
    r"error|abort|cancel|time_?out|insufficient|malformed|unexpected|fail|incomplete|interrupt"
    r"|disconnect|pause|repetition|too_many|overload|\A(?:other|language)\Z"
)
_FILTER = re.compile(
    r"filter|safety|recitation|prohibited|block|spii|sensitive|guardrail|polic|moderat"
)
_LENGTH = re.compile(r"length|max|limit|context|truncat")
_REFUSAL = re.compile(r"refus")
LEAST_REPEATED = 1_000  # characters: shorter texts may well say a thing twice
REPEATED = 30  # times shorter when packed: nothing that people say is
# No sentence ends after a single letter, or after a number at the start of a line.
_SENTENCE = re.compile(
    r"(?:(?<!\b[^\W\d])(?<!^\d)(?<!^\d\d)[.!?…]|[!?。！？…])+[\"”’»)\]*_]*(?=\s|\Z)|[。！？]|\n(?=\s*\n)",
    re.MULTILINE,
)


class Unfit(ModelUnavailable):
    """The model's answer cannot be sent."""

    asks = ""  # what the model is told when it is asked once more
    with_more_room = False  # that may help

    def __init__(self) -> None:
        super().__init__(" ".join((self.__doc__ or "").split()))


class Cut(Unfit):
    """The answer did not fit (finish_reason length), not even with more room. Ask for shorter
    answers in the instructions, or raise the longest answer."""

    with_more_room = True

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words  # what there is of it


class ThoughtAway(Cut):
    """The model used its whole length for thinking (finish_reason length) and wrote no answer.
    Raise the longest answer, or choose a model that thinks less."""


class Filtered(Unfit):
    """The provider's content filter held the answer back (finish_reason content_filter)."""


class Declined(Unfit):
    """The model refused to answer (refusal)."""


class BrokenOff(Unfit):
    """The provider broke the answer off (finish_reason error), or it repeats itself."""

    asks = "Your last answer was broken off. Answer the customer again, from the beginning."


class Silent(Unfit):
    """The model answered with nothing."""

    asks = "Your last answer had no words for the customer. Write only the answer itself."


class BadCall(Unfit):
    """The model called a tool in a way that cannot be understood."""

    def __init__(self, asks: str) -> None:
        super().__init__()
        self.asks = asks


def check_end(reason: Any, refusal: Any, words: str, has_calls: bool) -> None:
    """Raise what kept an answer from ending; nothing when it is whole."""
    end = re.sub(r"[\s-]", "_", str(reason or "")).lower()
    if _FILTER.search(end):
        raise Filtered
    if _REFUSAL.search(end) or (refusal and not words and not has_calls):
        raise Declined
    if _BROKEN.search(end) or repeats_itself(words):
        raise BrokenOff
    if _LENGTH.search(end):
        raise Cut("" if has_calls else words) if words or has_calls else ThoughtAway("")


def repeats_itself(text: str) -> bool:
    """True when *text* says the same again and again, as a model that cannot stop does."""
    raw = text.encode()
    return len(raw) > LEAST_REPEATED and len(zlib.compress(raw)) * REPEATED < len(raw)


def whole_sentences(text: str) -> str:
    """Return *text* up to the end of its last whole sentence; nothing when there is none."""
    ends = [one.end() for one in _SENTENCE.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else ""
