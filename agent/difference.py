"""The difference of two specs, field by field, with the words that came and went.

Pure functions: people compare a draft with what customers meet, or one version with the next.
Words are compared as they stand, so that a changed comma shows as a changed word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from agent.bar import write
from agent.spec import Spec

Kind = Literal["same", "gone", "new"]
WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of words that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One field that differs. `field` is its place in the spec: `tone`, `greeting.es`."""

    field: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


def difference(before: Spec, after: Spec) -> list[Change]:
    """Return every field that differs, in the order of the spec; nothing when they are equal."""
    old, new = (
        dict(leaves({**one.model_dump(), "bar": write(one.bar)})) for one in (before, after)
    )
    return [
        Change(field, old.get(field, ""), new.get(field, ""), pieces)
        for field in (*new, *(field for field in old if field not in new))
        if old.get(field, "") != new.get(field, "")
        for pieces in [words(old.get(field, ""), new.get(field, ""))]
    ]


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Return how *before* became *after*, word by word."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("new", "".join(new[k:m])))
    return tuple(pieces)


def leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Return every (place, value as text) of a spec's values, in their order."""
    for name, value in data.items():
        field = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{field}.")
        elif name == "tools" and not above:
            yield field, "\n".join(one.get("name", one["kind"]) for one in value)
            yield from leaves({one["name"]: one for one in value if "name" in one}, f"{field}.")
        else:
            yield field, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return "\n".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    return "" if value is None else str(value)
