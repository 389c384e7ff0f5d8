"""A conversation made short enough: results of tools first, then the oldest lines, then passages.

What staff wrote and the customer's last words stay whole, whatever they take.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEPT_CHARACTERS = 200  # of a tool's result, when there is too much
CUT = "… (cut)"
CUSTOMER = "<customer "  # how the customer's block begins (`agent.prompt`)
_PASSAGE = re.compile(r'\n?<passage n="(?:(?!<passage n=).)*?</passage>(?=\s*</passages>)', re.S)
Message = dict[str, Any]


@dataclass(frozen=True)
class Shortened:
    """Messages, and how much is missing of them."""

    messages: list[Message]
    tool_results: int = 0
    lines: int = 0
    passages: int = 0

    @property
    def missing(self) -> dict[str, int]:
        """What was cut, by kind, where something was."""
        counts = {"tool_results": self.tool_results, "lines": self.lines, "passages": self.passages}
        return {kind: count for kind, count in counts.items() if count}


def size(part: object) -> int:
    """The bytes of a part of a question: in every script they follow its tokens closer than
    characters do."""
    return len(json.dumps(part, ensure_ascii=False).encode("utf-8", "replace"))


def shortened(messages: Sequence[Message], room: int) -> Shortened:
    """Return *messages* in at most *room* bytes, or as short as they can be made."""
    short = _Shortening(list(messages), room - size(list(messages)))
    short.cut_results()
    short.drop_lines()
    short.drop_passages()
    return Shortened(short.messages, short.results, short.lines, short.passages)


class _Shortening:
    """Messages on their way; *left* is the room that is left, below zero while there is none."""

    def __init__(self, messages: list[Message], left: int) -> None:
        self.messages, self.left = messages, left
        self.results = self.lines = self.passages = 0

    def cut_results(self) -> None:
        for place, message in enumerate(self.messages):
            text = message.get("content")
            if self.left >= 0:
                return
            if message["role"] == "tool" and isinstance(text, str) and len(text) > KEPT_CHARACTERS:
                self._replace(place, text[:KEPT_CHARACTERS] + CUT)
                self.results += 1

    def drop_lines(self) -> None:
        """Take away what was said before the customer's last words, the oldest first."""
        first = next((n for n, one in enumerate(self.messages) if not _is_system(one)), 0)
        while _last_words(self.messages) > first and self._is_due(self.messages[first]):
            self.left += size(self.messages.pop(first)) + 2
            self.lines += 1

    def _is_due(self, line: Message) -> bool:
        """An answer goes with what it answered."""
        return self.left < 0 or bool(self.lines and line["role"] == "assistant")

    def drop_passages(self) -> None:
        """Take away passages, those that fit least first: they come last."""
        place = _last_words(self.messages)
        while self.left < 0 and place >= 0:
            content = self.messages[place].get("content")
            found = _PASSAGE.search(content) if isinstance(content, str) else None
            if not isinstance(content, str) or found is None:
                return
            self._replace(place, content[: found.start()] + content[found.end() :])
            self.passages += 1

    def _replace(self, place: int, text: str) -> None:
        changed = self.messages[place] | {"content": text}
        self.left += size(self.messages[place]) - size(changed)
        self.messages[place] = changed


def _is_system(message: Mapping[str, Any]) -> bool:
    return message["role"] in ("system", "developer")


def _last_words(messages: Sequence[Message]) -> int:
    """Where the customer's last words stand; -1 without any. Behind them may stand one more
    user message: the platform's, to a model that has to answer again."""
    places = [n for n, message in enumerate(messages) if message["role"] == "user"]
    theirs = [n for n in places if CUSTOMER in str(messages[n]["content"])]
    return (theirs or places or [-1])[-1]
