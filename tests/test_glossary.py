"""One idea, one word: none stands twice in the glossary, and those that went are read nowhere."""

import re
from collections import Counter
from pathlib import Path

import pytest

from studio.texts import en, es

ROOT = Path(__file__).parent.parent
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
LINES = [line for line in GLOSSARY.splitlines() if line.startswith("| **")]
ROWS = [[cell.strip() for cell in line.split("|")[1:4]] for line in LINES]
WHAT_THE_GLOSSARY_SAYS = "\n".join(" ".join(row[:2]) for row in ROWS)  # without what not to say
ENTRIES = [word.lower() for row in ROWS for word in re.findall(r"\*\*(.+?)\*\*", " ".join(row[:2]))]
# Each with the word that took its place.
GONE = {
    "doors?": "WebhookReceiver, writer lock or AuthRoutes",
    "doorbells?|rings?|ringing|rung": "wake-up, notify",
    "agendas?": "KeyedScheduler",
    "gates?": "escalation checks",
    "briefings?": "handoff note",
    "hearings?|deaf": "media_to_text",
    "readings|(?:a|the|next) reading": "ingestion run",
    "seals?|sealed|unsealed": "sandbox",
    "presence": "worker liveness",
    "parcels?": "OutboxMessage",
    "unclear|ambiguous": "unknown",
    "courtesy|courtesies": "best effort",
    "library": "retriever",
    "guards?": "request checks, ssrf, guardrails",
    "mend(?:s|ed|ing)?": "correct",
}
ENTRIES_GONE = {"permission", "reading", "wishes", "units", "parts"}
# Ordinary English, or somebody else's word.
EXCEPTIONS = ("A library's own way", "where a library has something", "| library |")
PAPERS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def words_that_went(text: str) -> dict[str, str]:
    """The old words in *text*, each with the word that took its place."""
    for exception in EXCEPTIONS:
        text = text.replace(exception, "")
    return {
        found.lower(): new
        for old, new in GONE.items()
        for found in re.findall(rf"\b(?:{old})\b", text, re.IGNORECASE)
    }


def test_no_word_stands_twice() -> None:
    assert len(ENTRIES) > 60
    assert [word for word, times in Counter(ENTRIES).items() if times > 1] == []


def test_no_idea_has_two_words() -> None:
    meanings = Counter(row[1].lower() for row in ROWS)
    assert [meaning for meaning, times in meanings.items() if times > 1] == []


def test_no_entry_is_a_word_that_went() -> None:
    assert [word for word in ENTRIES if words_that_went(word) or word in ENTRIES_GONE] == []


def test_no_entry_warns_of_itself() -> None:
    assert [row for row in ROWS if row[0].strip("*") in row[2].split(", ")] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_words_that_went_are_gone_from_the_papers(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    assert words_that_went(text.replace(GLOSSARY, WHAT_THE_GLOSSARY_SAYS)) == {}


@pytest.mark.parametrize("texts", [es.TEXTS, en.TEXTS], ids=["es", "en"])
def test_words_that_went_are_gone_from_the_studio(texts: dict[str, str]) -> None:
    said = {key: words_that_went(text) for key, text in texts.items()}
    assert {key: words for key, words in said.items() if words} == {}


@pytest.mark.parametrize("text", ["Ring the bell", "a Parcel", "mending it", "The door.", "sealed"])
def test_a_word_that_went_would_be_seen(text: str) -> None:
    assert words_that_went(text)
