"""How an answer ended: whole, cut off, held back, refused or broken off.

Words for it differ by server: OpenAI and OpenRouter (`length`, `content_filter`, `error`:
https://openrouter.ai/docs/api-reference/overview), Gemini (`MAX_TOKENS`, `SAFETY`), Mistral
(`model_length`), DeepSeek (`insufficient_system_resource`), vLLM (`abort`).
"""

import re
from typing import Any

from agent.errors import ModelUnavailable

_LENGTH = {"length", "max_tokens", "model_length", "max_output_tokens", "max_length", "limit"}
_FILTER = {
    "content_filter",
    "content_filtered",
    "safety",
    "recitation",
    "prohibited_content",
    "blocklist",
    "spii",
    "sensitive",
    "guardrail_intervened",
}
_REFUSAL = {"refusal", "refused"}
_BROKEN = {
    "error",
    "abort",
    "aborted",
    "cancelled",
    "timeout",
    "insufficient_system_resource",
    "malformed_function_call",
    "network_error",
}
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
    """The provider broke the answer off (finish_reason error)."""

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
    end = _folded(reason)
    if end in _FILTER:
        raise Filtered
    if end in _REFUSAL or (refusal and not words and not has_calls):
        raise Declined
    if end in _BROKEN:
        raise BrokenOff
    if end in _LENGTH:
        raise Cut("" if has_calls else words) if words or has_calls else ThoughtAway("")


def _folded(reason: Any) -> str:
    """*reason* in one spelling; some servers say it with every piece of a stream."""
    word = re.sub(r"[\s-]", "_", str(reason or "")).lower().removeprefix("finish_reason_")
    return re.sub(r"\A(\w+?)\1+\Z", r"\1", word)


def whole_sentences(text: str) -> str:
    """Return *text* up to the end of its last whole sentence; nothing when there is none."""
    ends = [one.end() for one in _SENTENCE.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else ""
