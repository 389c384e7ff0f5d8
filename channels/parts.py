"""Cuts a long text into parts that a channel takes, without losing a word unsaid.

Length is measured after the conversion to the channel's marks, in UTF-16 units: nobody says
whether an emoji counts once or twice, so it counts twice here.
"""

import re
from collections.abc import Iterator

# What the last part says when there was no room for all of it; the thread keeps the whole text,
# so the agent can go on when it is asked to.
MORE = {
    "es": "… (Hay más. Pídamelo y se lo envío.)",
    "en": "… (There is more. Ask me and I will send it.)",
    "pt": "… (Há mais. Peça e eu envio.)",
}

_WHOLE = re.compile(  # never cut inside: blocks, code, addresses, and words that share a mark
    r"(?s)```.*?```|`[^`\n]+`|https?://\S+"
    r"|(?<!\w)([*_~])(?=\S)[^\n]{1,200}?(?<=\S)\1(?!\w)"
)
_FENCE = re.compile(r"(?s)```\n?(.*?)\n?```")
_ENDS = (  # the best place to cut first
    re.compile(r"\n\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s"),
    re.compile(r"\s"),
)
_FENCE_COST = 10  # the marks of a fence, and room for an ellipsis


def split(text: str, limit: int, max_parts: int, more: str = "…") -> list[str]:
    """Return *text* in parts of at most *limit*, at most *max_parts* of them.

    Cuts between paragraphs, else lines, else sentences, else words. When that makes too many
    parts they are filled to the brim instead, and only what still does not fit is left out: the
    last part then ends with *more*, which says so.
    """
    text = _FENCE.sub(lambda match: _short_fences(match, limit), text).strip()
    parts = list(_parts(text, limit, fill=0.25))
    if len(parts) > max_parts:
        parts = list(_parts(text, limit, fill=1.0))
    if len(parts) > max_parts:
        more = more if _length(more) < limit // 2 else "…"
        last, _ = _cut(parts[max_parts - 1], limit - _length(more), fill=0.5)
        parts = [*parts[: max_parts - 1], f"{last}{more}"]
    return parts


def _parts(text: str, limit: int, fill: float) -> Iterator[str]:
    while text:
        part, text = _cut(text, limit, fill)
        yield part


def _cut(text: str, limit: int, fill: float) -> tuple[str, str]:
    """Return the first part of *text* and the rest."""
    room = _room(text, limit)
    if room >= len(text):
        return text, ""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    window = text[: room + 1]
    places = [
        [
            match.start()
            for match in end.finditer(window)
            if match.start() > 0 and not any(a < match.start() < b for a, b in whole)
        ]
        for end in _ENDS
    ]
    good = (found[-1] for found in places if found and found[-1] >= fill * room)
    any_place = max((found[-1] for found in places if found), default=room)
    place = next(good, any_place)
    return text[:place].rstrip(), text[place:].lstrip()


def _room(text: str, limit: int) -> int:
    """How many of the first characters of *text* measure at most *limit*."""
    room = min(len(text), limit)
    while room > 1 and _length(text[:room]) > limit:
        room -= max(1, (_length(text[:room]) - limit) // 2)
    return room


def _length(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _short_fences(match: re.Match[str], limit: int) -> str:
    """Make several blocks of one that is longer than a part."""
    if _length(match[0]) <= limit - _FENCE_COST:
        return match[0]
    room = max(limit - 2 * _FENCE_COST, 1)
    blocks, block = [], ""
    for line in _short_lines(match[1], room):
        if block and _length(block) + 1 + _length(line) > room:
            blocks.append(block)
            block = line
        else:
            block = f"{block}\n{line}" if block else line
    return "\n\n".join(f"```\n{one}\n```" for one in [*blocks, block])


def _short_lines(text: str, room: int) -> Iterator[str]:
    for line in text.split("\n"):
        rest = line
        while _length(rest) > room:
            part, rest = _cut(rest, room, fill=1.0)
            yield part
        yield rest
