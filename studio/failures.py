"""Failures in the reader's language: of a delivery by its code, of a turn by the word before `:`.

The stores keep a code and an English sentence (`channels`, `agent.failures`). English readers
are shown that sentence; others the translation of the code, which may be more general.
"""

from agent import reasons
from studio.state import Studio
from studio.texts import has


def delivery_failure(studio: Studio, channel: str, code: str, english: str) -> str:
    """Return why something was not delivered; empty when nothing is known."""
    if not code and not english:
        return ""
    if studio.language == "en" and english:
        return english
    keys = (f"failure.{channel}.{code}", f"failure.{code}", f"error.said.{english}")
    known = [key for key in keys if has(studio.language, key)]
    if known:
        return studio.say(known[0])
    return studio.say("failure.code", code=code) if code else studio.say("failure.unknown")


def turn_failure(studio: Studio, error: str) -> str:
    """Return why the fallback text was sent, or nothing was said."""
    code, colon, _ = error.partition(":")
    if studio.language == "en" or not error:
        return error
    for key in (f"failure.turn.{code}" if colon else "", f"error.said.{error}"):
        if has(studio.language, key):
            return studio.say(key)
    return studio.say("failure.turn.unexpected")


def handoff_reason(studio: Studio, reason: str) -> str:
    """Return why a person was wanted."""
    return reasons.told(reason, studio.language)
