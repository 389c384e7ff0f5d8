"""The built-in model's plan for one turn: which tools to call, and what to say."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from agent.offline.phrases import phrase
from agent.offline.quoting import Quote, quotes
from agent.offline.reading import Reading
from agent.offline.results import in_words
from agent.offline.wishes import cars_asked, is_about_loans, loan_asked, talk_in, wants_person
from agent.offline.words import stems


@dataclass(frozen=True)
class Call:
    """A tool to call, for the question of that number."""

    id: str
    tool: str
    arguments: dict[str, Any]


def calls(reading: Reading, tools: Collection[str]) -> list[Call]:
    """Return the tool calls this turn needs."""
    found = []
    for number, question in enumerate(reading.questions):
        tool, arguments = _tool_for(question, reading, tools)
        if tool:
            found.append(Call(f"call_{number}", tool, arguments))
    people = [call for call in found if call.tool == "handoff"]
    return people[:1] or found


def text(reading: Reading, tools: Collection[str]) -> str:
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


def _tool_for(
    question: str, reading: Reading, tools: Collection[str]
) -> tuple[str, dict[str, Any]]:
    if "handoff" in tools and wants_person(question):
        return "handoff", {"reason": question[:200]}
    if "financing" in tools:
        loan = loan_asked(question, reading.earlier)
        if _wants_loan(question, reading) and {"price", "down_payment"} <= loan.keys():
            return "financing", loan
    cars = cars_asked(question) if "catalog" in tools else None
    return ("", {}) if cars is None else ("catalog", cars)


def _wants_loan(question: str, reading: Reading) -> bool:
    """About a loan, or the answer to our question about one."""
    last = reading.earlier[-1] if reading.earlier else ""
    answers = is_about_loans(last) and "price" in loan_asked(question, ())
    return is_about_loans(question) or answers


def _part(number: int, question: str, reading: Reading, tools: Collection[str]) -> str | None:
    """What one question gets: words, nothing to say (""), or nothing found (None)."""
    language = reading.language
    result = reading.results.get(f"call_{number}")
    if result is not None:
        _, arguments = _tool_for(question, reading, tools)
        said = in_words(result, language, arguments)
        return _offering(said, question, language, tools) if result.tool == "catalog" else said
    if talk_in(question) or not stems(question):
        return ""
    loan = loan_asked(question, reading.earlier) if "financing" in tools else {}
    if is_about_loans(question) and loan.keys() & {"price", "down_payment"}:
        return phrase(language, "need_down" if "price" in loan else "need_price")
    earlier = reading.earlier[-1] if reading.earlier else ""
    found = quotes(question, reading.excerpts, earlier, translated=language != "es")
    if not found:
        return None
    return _offering(_quoted(found, language), question, language, tools)


def _offering(said: str, question: str, language: str, tools: Collection[str]) -> str:
    """The same with the offer to work out a loan, when one was asked about."""
    if "financing" not in tools or not is_about_loans(question):
        return said
    return f"{said}\n{phrase(language, 'loan_offer')}"


def _quoted(found: list[Quote], language: str) -> str:
    if len(found) == 1:
        quote = found[0]
        return phrase(
            language, "says", quote=quote.text, n=quote.excerpt.n, place=quote.excerpt.place
        )
    lines = [f"- {quote.text} [{quote.excerpt.n}]" for quote in found]
    source = found[0].excerpt.place.split(", fila ")[0]
    return "\n".join([phrase(language, "rows"), *lines, phrase(language, "source", place=source)])


def _opening(reading: Reading) -> str:
    """The greeting in the agent's name: when greeted, and before its first words."""
    greeted = any(
        talk_in(question) == "greeting" or _starts_hello(question) for question in reading.questions
    )
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
    return (
        ""
        if reading.greetings.get(language) and "greeting" in kinds
        else phrase(language, "ask_me")
    )


def _who(reading: Reading) -> str:
    key = "i_am_of" if reading.brand else "i_am"
    return phrase(reading.language, key, name=reading.name or "…", brand=reading.brand)


def _only_talk(reading: Reading) -> bool:
    return all(talk_in(question) or not stems(question) for question in reading.questions)


def _starts_hello(question: str) -> bool:
    first = question.lower().lstrip("¡ ")
    return first.startswith(("hola", "buenas", "buenos d", "hello", "hi ", "hi,", "good morning"))


def _nothing(missing: list[str], language: str, alone: bool) -> str:
    if alone and len(missing) == 1:
        said = phrase(language, "nothing_at_all")
    else:
        asked = "», «".join(question[:80] for question in missing)
        said = phrase(language, "nothing", asked=asked)
    return f"{said} {phrase(language, 'person')}\n{phrase(language, 'demo')}"
