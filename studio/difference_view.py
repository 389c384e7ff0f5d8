"""The difference of two specs as people read it: each field by its name, its words marked."""

from collections.abc import Mapping, Sequence

from agent.difference import Change, Piece
from studio.agent_form import PLACES
from studio.markup import Html, tag
from studio.state import Studio
from studio.texts import has
from studio.widgets import note

AROUND = 160  # characters of unchanged text that are shown on each side of a change
NAMES = {"tools": "tool", "languages": "language", "handoff.office_hours.days": "day"}
FIELDS = {".".join(where): field for where, field in PLACES.items()}


def difference_view(
    studio: Studio, title: str, changes: Sequence[Change], bases: Mapping[str, str]
) -> Html:
    """Return one block a field. *bases* are the names of knowledge bases by their ids."""
    head = tag("h3", title)
    if not changes:
        return tag("div", head, note(studio.say("version.same")), class_="as-changes")
    blocks = [_change(studio, change, bases) for change in changes]
    return tag("div", head, blocks, class_="as-changes")


def _change(studio: Studio, change: Change, bases: Mapping[str, str]) -> Html:
    pieces = [_piece(piece, studio, change.field, bases) for piece in change.pieces]
    return tag(
        "div",
        tag("div", field_name(studio, change.field), class_="as-field"),
        tag("div", pieces, class_="as-diff"),
        class_="as-change",
    )


def field_name(studio: Studio, place: str) -> str:
    """Return what the form calls a field of the spec; its place where no form shows it."""
    known = FIELDS.get(place, place.replace(".", "_"))
    for key in (f"agent.{known}", f"version.field.{place}"):
        if has(studio.language, key):
            return studio.say(key)
    if place.startswith("tools."):
        return f"{studio.say('agent.tools')}: {place.removeprefix('tools.')}"
    return place


def _piece(piece: Piece, studio: Studio, field: str, bases: Mapping[str, str]) -> Html:
    text = _named(studio, piece.text, field, bases)
    if piece.kind == "same":
        return tag("span", _shortened(text))
    return tag("del" if piece.kind == "gone" else "ins", text)


def _named(studio: Studio, text: str, field: str, bases: Mapping[str, str]) -> str:
    """Ids and keys are shown by their names."""
    if field == "knowledge.bases":
        return "".join(bases.get(word, word) for word in _words(text))
    prefix = NAMES.get(field)
    if prefix:
        return "".join(
            studio.say(key) if has(studio.language, key := f"{prefix}.{word}") else word
            for word in _words(text)
        )
    words = {"True": "version.yes", "False": "version.no"}
    return studio.say(words[text]) if text in words else text


def _words(text: str) -> list[str]:
    spaced = text.replace("\n", " \n ")
    return [word for word in spaced.split(" ") if word]


def _shortened(text: str) -> str:
    if len(text) <= 2 * AROUND + 20:
        return text
    return f"{text[:AROUND]} … {text[-AROUND:]}"
