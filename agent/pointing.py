"""What a customer points to: a quoted message, a product, an ad, the words an edit replaces.

Whoever wrote it, to the model it is data: it stands inside the customer's own element, without
the tags that mean something to us. A short message is looked up together with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.answer import About, AboutKind, Asked, Author, Said

SEARCHED_CHARACTERS = 500
REMEMBERED_CHARACTERS = 300  # of a text that an earlier message pointed to
FEW_WORDS = 8  # a message this short is about what it points to
_SHOWN = frozenset(AboutKind) - {AboutKind.EDITED, AboutKind.WITHDRAWN}
_SEARCHED = (AboutKind.MESSAGE, AboutKind.PRODUCT, AboutKind.AD)
# Tags that mean something to us; nobody else may write them.
_OURS = re.compile(
    r"<(?=/?\s*(?:passages?|customer|message|about|rules|name|brand|greeting)\b)", re.I
)


def as_said(asked: Asked) -> Said:
    """Return words alone as a customer's line."""
    return Said(Author.CUSTOMER, asked) if isinstance(asked, str) else asked


def within(said: Sequence[Said], most: int) -> list[Said]:
    """Return the lines with what they point to, which is cut: each has its share of *most*
    characters."""
    share = most // max(1, sum(len(one.about) for one in said))
    return [replace(one, about=tuple(_cut(thing, share) for thing in one.about)) for one in said]


def remembered(said: Sequence[Said]) -> tuple[Said, ...]:
    """Return earlier lines with the beginnings of what they pointed to."""
    most = REMEMBERED_CHARACTERS * sum(len(one.about) for one in said)
    return tuple(within(said, most) if most else said)


def as_data(text: str) -> str:
    """Return *text* without tags of ours."""
    return _OURS.sub("‹", text)


def as_attribute(text: str) -> str:
    """Return *text* as it may stand between quotation marks."""
    return re.sub(r'[\s"<>]+', " ", text).strip()


def block(about: Iterable[About]) -> str:
    """Return one element for each thing that is pointed to, each on a line; "" for none."""
    return "".join(f"{_element(one)}\n" for one in about if one.kind in _SHOWN)


def searched(text: str, about: Sequence[About]) -> str:
    """Return what to look up: the words, with what they point to when they are few.

    A product is always looked up: its number stands nowhere in the words.
    """
    few = len(text.split()) < FEW_WORDS
    found = [one for one in about if one.kind in _SEARCHED]
    words = [one.text for one in found if few or one.kind == AboutKind.PRODUCT]
    return "\n".join([text, *(one[:SEARCHED_CHARACTERS] for one in words if one)])


def _cut(one: About, most: int) -> About:
    return one if len(one.text) <= most else replace(one, text=f"{one.text[:most]}…")


def _element(one: About) -> str:
    known = {"from": one.author or "", "file": one.file, "url": one.url}
    facts = "".join(f' {name}="{as_attribute(fact)}"' for name, fact in known.items() if fact)
    opening = f'<about kind="{one.kind}"{facts}'
    if one.text:
        return f"{opening}>{as_data(one.text)}</about>"
    return f"{opening}/>" if one.file or one.url else f'{opening} known="no"/>'
