"""What the person reads who takes a conversation over: why, what was said, what was cited.

It becomes a private note at the provider's desk. The customer's words are quoted, never acted on.
"""

from agent.language import primary
from agent.reasons import told
from store.conversations.work import Line, Outcome, Work

LAST_LINES = 6
LONGEST_LINE = 300
MOST_SOURCES = 5

_WORDS = {
    "es": {
        "title": "Conversación pasada a una persona",
        "reason": "Motivo",
        "last": "Lo último",
        "sources": "Fuentes citadas",
        "customer": "Cliente",
        "agent": "Bot",
        "human": "Equipo",
        "file": "archivo",
    },
    "en": {
        "title": "Conversation passed to a person",
        "reason": "Reason",
        "last": "Last words",
        "sources": "Sources cited",
        "customer": "Customer",
        "agent": "Bot",
        "human": "Team",
        "file": "file",
    },
    "pt": {
        "title": "Conversa passada a uma pessoa",
        "reason": "Motivo",
        "last": "Últimas palavras",
        "sources": "Fontes citadas",
        "customer": "Cliente",
        "agent": "Bot",
        "human": "Equipe",
        "file": "arquivo",
    },
}


def briefing(work: Work, outcome: Outcome, language: str) -> str:
    """Return the note, as Markdown, in the *language* of those who read it."""
    words = _WORDS.get(primary(language), _WORDS["es"])
    lines = [*work.history, *work.unanswered][-LAST_LINES:]
    said = [_said(line, words) for line in lines]
    if outcome.text:
        said.append(f"> **{words['agent']}:** {_short(outcome.text)}")
    parts = [
        f"**{words['title']}**",
        f"{words['reason']}: {told(outcome.handoff_reason, language)}",
        f"{words['last']}:\n" + "\n>\n".join(said),
    ]
    sources = _sources(outcome)
    if sources:
        parts.append(f"{words['sources']}: {'; '.join(sources)}")
    return "\n\n".join(parts)


def _said(line: Line, words: dict[str, str]) -> str:
    who = words["customer"] if line.author == "customer" else words.get(line.author, line.author)
    text = _short(line.text) or f"[{words['file']}]"
    return f"> **{who}:** {_pointed(line)}{text}"


def _pointed(line: Line) -> str:
    """What the words are about, where they do not say it themselves."""
    return "".join(f"↩ «{_short(one.text)}» " for one in line.about if one.text)


def _short(text: str) -> str:
    """One line of it: what follows a line break would leave the quotation."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_LINE else f"{flat[: LONGEST_LINE - 1]}…"


def _sources(outcome: Outcome) -> list[str]:
    found = dict.fromkeys(str(one.get("source", "")) for one in outcome.citations)
    return [name for name in found if name][:MOST_SOURCES]
