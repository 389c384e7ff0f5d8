"""Reading the messages a model is given: who I am, what I may quote, what is asked, what came back.

The other side of `agent.prompt`; a test keeps the two in step.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

_PASSAGE = re.compile(
    r'<passage n="(\d+)" source="([^"]*)" heading="([^"]*)">\n(.*?)\n</passage>', re.S
)
_LOOKED_UP = ("message", "product", "ad")
_CUSTOMER = re.compile(r'<customer language="([\w-]+)">(.*?)</customer>', re.S)
_ABOUT = re.compile(r'<about kind="(\w+)"[^>]*?(?:/>|>(.*?)</about>)\n?', re.S)
_MESSAGE = re.compile(r"<message>(.*?)</message>", re.S)
# Where one message asks several things.
_BREAK = re.compile(r"(?<=[?!\n])\s+|\n+")
_ENDS = re.compile(r"[.?!…:]\W*$")
_GOES_ON = re.compile(r"(?:en|in|at|em|de|del|of|para|for|con|com|with) ")


@dataclass(frozen=True)
class Excerpt:
    """A numbered passage."""

    n: int
    place: str
    heading: str
    text: str


@dataclass(frozen=True)
class Result:
    """What a tool answered."""

    tool: str
    text: str
    failed: bool


@dataclass(frozen=True)
class Reading:
    """Everything the built-in model knows in one call."""

    name: str
    brand: str
    greetings: dict[str, str]
    language: str
    excerpts: tuple[Excerpt, ...]
    questions: tuple[str, ...]
    earlier: tuple[str, ...]  # what the customer wrote in turns before, oldest first
    spoke_before: bool
    results: dict[str, Result]  # by the id of the call
    pointed: tuple[str, ...] = ()  # the words of what each question points to, "" for none


def read(messages: Sequence[BaseMessage]) -> Reading:
    """Read a conversation as `agent.runtime` lays it out."""
    system = "\n".join(str(m.text) for m in messages if isinstance(m, SystemMessage))
    asked = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    last = str(messages[asked].text) if messages else ""
    language, block = next(iter(_CUSTOMER.findall(last)), ("es", f"<message>{last}</message>"))
    before = messages[:asked]
    said = [str(m.text) for m in before if isinstance(m, HumanMessage)]
    asked_about = [pair for text in _whole(_MESSAGE.findall(block)) for pair in _asked(text)]
    return Reading(
        name=_tag(system, "name"),
        brand=_tag(system, "brand"),
        greetings=dict(re.findall(r'<greeting language="(\w+)">(.*?)</greeting>', system, re.S)),
        language=language,
        excerpts=tuple(
            Excerpt(int(n), place, heading, text)
            for n, place, heading, text in _PASSAGE.findall(_passages(messages[asked:]))
        ),
        questions=tuple(question for question, _ in asked_about),
        pointed=tuple(pointed for _, pointed in asked_about),
        earlier=tuple(_ABOUT.sub("", text) for text in [*said, *_unanswered(last)]),
        spoke_before=any(isinstance(m, AIMessage) for m in before),
        results={
            m.tool_call_id: Result(m.name or "", str(m.text), m.status == "error")
            for m in messages[asked:]
            if isinstance(m, ToolMessage)
        },
    )


def _unanswered(last: str) -> list[str]:
    """What the customer wrote before and nobody answered: it stands at the head of *last*."""
    head = re.split("<passages>|<customer ", last, maxsplit=1)
    return [head[0].strip()] if len(head) > 1 and head[0].strip() else []


def _passages(turn: Sequence[BaseMessage]) -> str:
    return "\n".join(str(m.text) for m in turn if isinstance(m, HumanMessage | ToolMessage))


def _tag(text: str, name: str) -> str:
    match = re.search(rf"<{name}>(.*?)</{name}>", text, re.S)
    return match[1].strip() if match else ""


def _whole(messages: Sequence[str]) -> list[str]:
    """The messages, those joined that are one sentence sent in parts (`¿a qué hora` `abren?`)."""
    whole: list[str] = []
    for text in messages:
        if whole and "<about" not in text and _is_open(whole[-1], text):
            whole[-1] = f"{whole[-1].rstrip()} {text.lstrip()}"
        else:
            whole.append(text)
    return whole


def _is_open(before: str, after: str) -> bool:
    """Whether *after* goes on with the sentence of *before*."""
    asking = before.rpartition("¿")
    unclosed = bool(asking[1]) and "?" not in asking[2]
    says_more = " " in before.strip() and bool(_GOES_ON.match(after.lower()))
    return unclosed or (says_more and not _ENDS.search(before))


def _asked(message: str) -> list[tuple[str, str]]:
    """What a message asks, each question with the words of what the message points to."""
    pointed = "\n".join(text for kind, text in _ABOUT.findall(message) if kind in _LOOKED_UP)
    parts = _BREAK.split(_ABOUT.sub("", message))
    return [(part.strip(), pointed.strip()) for part in parts if part.strip()]
