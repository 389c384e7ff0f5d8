"""A conversation drawn as people know it from their phone. Every word in it is escaped."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agent.answer import Author
from studio.markup import Content, Html, join, tag, whatsapp
from studio.request_checks import FILES

LONGEST_SHOWN = 20_000
TEAM = (Author.AGENT, Author.HUMAN, Author.SYSTEM)
TICKS = {
    "pending": "○",
    "sending": "○",
    "unknown": "?",
    "queued": "○",
    "accepted": "○",
    "sent": "✓",
    "delivered": "✓✓",
    "read": "✓✓",
    "played": "✓✓",
    "dead": "!",
    "failed": "!",
    "undelivered": "!",
}


@dataclass(frozen=True)
class Bubble:
    """One message as it is drawn."""

    author: Author | Literal["note"]  # which only staff see
    text: str
    who: str = ""
    time: str = ""
    delivery: str = ""
    delivery_words: str = ""
    above: Content = None  # the words: what they point to
    below: Content = None
    media: Sequence[Mapping[str, Any]] = ()


def thread(bubbles: Sequence[Bubble], ours: Sequence[Author] = TEAM) -> Html:
    """Return the thread; messages by *ours* stand on the right."""
    return tag("div", join(_bubble(one, one.author in ours) for one in bubbles), class_="as-thread")


def _bubble(one: Bubble, right: bool) -> Html:
    text = one.text if len(one.text) <= LONGEST_SHOWN else one.text[:LONGEST_SHOWN] + "…"
    return tag(
        "div",
        tag("span", one.who, class_="as-bubble-who") if one.who else None,
        one.above,
        [_media(item) for item in one.media],
        tag("div", whatsapp(text), class_="as-bubble-text"),
        tag("div", one.time, _ticks(one), class_="as-bubble-foot"),
        tag("div", one.below, class_="as-bubble-below") if one.below else None,
        class_=f"as-bubble {one.author} {'right' if right else 'left'}",
    )


def _ticks(one: Bubble) -> Html | None:
    if not one.delivery:
        return None
    kind = one.delivery if one.delivery in TICKS else "sent"
    return tag("span", f" {TICKS[kind]} ", one.delivery_words, class_=f"as-tick {kind}")


def _media(item: Mapping[str, Any]) -> Html:
    """A file that was kept is shown from our own store; the provider's address is never asked."""
    words = str(item.get("words") or "")
    return tag("div", _file(item), tag("p", words) if words else None, class_="as-bubble-media")


def _file(item: Mapping[str, Any]) -> Html:
    name = str(item.get("name") or _ending(str(item.get("media_type") or "")))
    if item.get("state") != "kept":
        return tag("span", name, class_="as-attached")
    address, kind = f"{FILES}{item['id']}", str(item.get("media_type") or "").split("/")[0]
    if kind == "image":
        return tag(
            "a", tag("img", src=address, alt=name, loading="lazy"), href=address, target="_blank"
        )
    if kind in ("audio", "video"):
        return tag(kind, src=address, controls=True, preload="none")
    return tag("a", name, href=address, target="_blank", class_="as-attached")


def _ending(media_type: str) -> str:
    """Return what a file of that kind is called when its sender gave it no name: PDF, OGG."""
    ending = mimetypes.guess_extension(media_type)
    return ending.lstrip(".").upper() if ending else media_type
