"""What a customer may tap under a reply: a few choices, in `extra["buttons"]` of an outbox row.

A channel that cannot show them says them in words, so nothing depends on them being tapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KIND = "buttons"  # in outbox.kind


@dataclass(frozen=True)
class Choice:
    """One thing to tap; its `id` comes back with the title."""

    id: str
    title: str
    description: str = ""


def choices(extra: Mapping[str, Any]) -> list[Choice]:
    """Return the choices of an outbox row."""
    return [Choice(**one) for one in extra.get("buttons", ())]


def with_choices(body: str, extra: Mapping[str, Any], limit: int) -> str:
    """Return *body* with those choices it does not name as lines below it, if they fit."""
    lines = [f"- {one.title}" for one in choices(extra) if one.title not in body]
    text = "\n\n".join([body, "\n".join(lines)]) if lines else body
    return text if len(text) <= limit else body
