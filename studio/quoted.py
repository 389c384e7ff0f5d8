"""What a customer's message points to, and what became of it, as strips above its words."""

from collections.abc import Sequence

from agent.answer import About, AboutKind
from studio.markup import Content, Html, tag, whatsapp
from studio.state import Studio

LONGEST = 300  # characters of a strip
_QUOTES = (AboutKind.MESSAGE, AboutKind.CHOICE)


def strips(studio: Studio, about: Sequence[About]) -> Content:
    """Return one strip for each; an address is shown as words, never as a link."""
    return [_strip(studio, one) for one in about]


def _strip(studio: Studio, one: About) -> Html:
    label = tag("small", studio.say(f"inbox.about.{_name(one)}"))
    text = _words(studio, one)
    shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return tag("div", label, tag("div", whatsapp(shown)) if shown else None, class_="as-quoted")


def _name(one: About) -> str:
    plain = one.kind == AboutKind.EDITED and not one.text
    return "edited_later" if plain else str(one.kind)


def _words(studio: Studio, one: About) -> str:
    found = "\n".join(filter(None, (one.text or one.file, one.url)))
    return studio.say("inbox.about.gone") if one.kind in _QUOTES and not found else found
