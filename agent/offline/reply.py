"""The built-in model's plan for one turn: which tools to call, and what to say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.language import language_of, primary
from agent.offline.asking import Wanted, wanted
from agent.offline.frames import Frame
from agent.offline.phrases import phrase
from agent.offline.quoting import Quote, quotes
from agent.offline.reading import Reading
from agent.offline.results import in_words
from agent.offline.slots import frames_in
from agent.offline.talk import is_greeting, talk_in, wants_person
from agent.offline.words import stems
from agent.wording import WRITTEN


@dataclass(frozen=True)
class Call:
    """A tool to call, for the question of that number."""

    id: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Tools:
    """What the model is bound to."""

    names: frozenset[str]
    frames: Sequence[Frame]

    @classmethod
    def of(cls, bound: Iterable[Mapping[str, Any]]) -> "Tools":
        """Read them from their JSON schemas."""
        described = list(bound)
        names = frozenset(tool["function"]["name"] for tool in described)
        return cls(names, frames_in(described))


def calls(reading: Reading, tools: Tools) -> list[Call]:
    """Return the tool calls this turn needs."""
    found = []
    for number, question in enumerate(reading.questions):
        if "handoff" in tools.names and wants_person(question):
            return [Call(f"call_{number}", "handoff", {"reason": question[:200]})]
        for one in _wanted(question, number, reading, tools):
            found.append(Call(f"call_{number}_{one.frame.tool}", one.frame.tool, one.arguments))
    return found


def text(reading: Reading, tools: Tools) -> str:
    """Return what to tell the customer: every question of the burst, in order."""
    parts: list[str] = []
    missing: list[str] = []
    for number, question in enumerate(reading.questions):
        part = _part(number, question, reading, tools)
        if part is None:
            missing.append(question)
        elif part and part not in parts:
            parts.append(part)
    opening = _opening(reading)
    if missing:
        parts.append(_nothing(missing, reading.language, alone=not parts))
    if not parts:
        return " ".join(filter(None, [opening, _small_talk(reading)]))
    return "\n\n".join(filter(None, [opening, *parts]))


def _wanted(question: str, number: int, reading: Reading, tools: Tools) -> list[Wanted]:
    if not tools.frames or talk_in(question):
        return []
    known = {stem for excerpt in reading.excerpts for stem in stems(excerpt.text)}
    earlier = [
        *reading.earlier,
        *reading.questions[:number],
        *filter(None, [_pointed(number, reading)]),
    ]
    return wanted(_meant(question, number, reading), earlier, tools.frames, known)


def _part(number: int, question: str, reading: Reading, tools: Tools) -> str | None:
    """What one question gets: words, nothing to say (""), or nothing found (None)."""
    asked = _wanted(question, number, reading, tools)
    results = {
        one.frame.tool: in_words(result, reading.language)
        for one in asked
        if (result := reading.results.get(f"call_{number}_{one.frame.tool}"))
    }
    if results and (any(one.told for one in asked)):
        return "\n".join(results.values())
    meant = _meant(question, number, reading)
    if talk_in(question) or not stems(meant):
        return ""
    earlier = _pointed(number, reading) or (reading.earlier[-1] if reading.earlier else "")
    found = quotes(meant, reading.excerpts, earlier, translated=primary(reading.language) != "es")
    quoted = _quoted(found, reading.language) if found else ""
    return "\n".join(filter(None, [quoted, *results.values()])) or None


def _pointed(number: int, reading: Reading) -> str:
    return reading.pointed[number] if reading.pointed else ""


def _meant(question: str, number: int, reading: Reading) -> str:
    """A question that names nothing (`¿y este?`) is about what it points to."""
    pointed = _pointed(number, reading)
    return question if stems(question) or not pointed else f"{pointed} {question}"


def _quoted(found: list[Quote], language: str) -> str:
    if len(found) == 1:
        quote = found[0]
        is_other = primary(language) == "es" and language_of(quote.text, WRITTEN, "es") != "es"
        says = "says_otherwise" if is_other else "says"
        return phrase(
            language, says, quote=quote.text, n=quote.excerpt.n, place=quote.excerpt.place
        )
    lines = [f"- {quote.text} [{quote.excerpt.n}]" for quote in found]
    source = found[0].excerpt.place.split(", fila ")[0]
    return "\n".join([phrase(language, "rows"), *lines, phrase(language, "source", place=source)])


def _opening(reading: Reading) -> str:
    """The greeting in the agent's name: when greeted, and before its first words."""
    greeted = any(map(is_greeting, reading.questions))
    if not greeted or (reading.spoke_before and not _only_talk(reading)):
        return ""
    own = reading.greetings.get(reading.language, "")
    if own and _only_talk(reading):
        return own
    return f"{phrase(reading.language, 'hello')} {_who(reading)}"


def _small_talk(reading: Reading) -> str:
    kinds = [talk_in(question) for question in reading.questions]
    language = reading.language
    for kind in ("bye", "thanks"):
        if kind in kinds:
            return phrase(language, kind)
    if "identity" in kinds:
        return f"{_who(reading)} {phrase(language, 'bot')}"
    if "yes" in kinds:
        return phrase(language, "more")
    own = reading.greetings.get(language) and "greeting" in kinds
    return "" if own else phrase(language, "ask_me")


def _who(reading: Reading) -> str:
    key = "i_am_of" if reading.brand else "i_am"
    return phrase(reading.language, key, name=reading.name or "…", brand=reading.brand)


def _only_talk(reading: Reading) -> bool:
    return all(talk_in(question) or not stems(question) for question in reading.questions)


def _nothing(missing: list[str], language: str, alone: bool) -> str:
    if alone and len(missing) == 1:
        said = phrase(language, "nothing_at_all")
    else:
        asked = "», «".join(question[:80] for question in missing)
        said = phrase(language, "nothing", asked=asked)
    return f"{said} {phrase(language, 'person')}\n{phrase(language, 'demo')}"
