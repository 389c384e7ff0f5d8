"""What was filled into the fields of a PDF, beside its labels (ISO 32000-2, 12.7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.parsing.formats.running import Line

MOST = 5_000  # fields of a page
NEAR = 30  # points above a field that its label stands at most
_HIDDEN = 0b100010  # flags of an annotation: hidden, not shown on a screen
_PASSWORD = 1 << 13  # a flag of a field of text


@dataclass(frozen=True)
class Field:
    """A value and the box it stands in."""

    name: str
    value: str
    is_box: bool  # to tick: its label stands on its right
    left: float
    bottom: float
    right: float
    top: float


def fields(page: Any) -> Iterator[Field]:
    """The fields of a page that have a value, and notes typed onto it."""
    annotations = _resolved(page.get("/Annots")) or ()
    for one in list(annotations)[:MOST]:
        note = _resolved(one)
        if not isinstance(note, dict) or int(note.get("/F", 0)) & _HIDDEN:
            continue
        if found := _field(note):
            yield found


def _field(note: Any) -> Field | None:
    kind = note.get("/Subtype")
    if kind == "/FreeText":
        name, value, is_box = "", _text(note.get("/Contents")), False
    elif kind == "/Widget":
        name = _text(_inherited(note, "/TU") or _inherited(note, "/T"))
        is_box = _inherited(note, "/FT") == "/Btn"
        value = _ticked(note) if is_box else _filled(note)
    else:
        return None
    box = [float(one) for one in _resolved(note.get("/Rect")) or ()]
    if not value or len(box) != 4:
        return None
    left, right = sorted(box[::2])
    bottom, top = sorted(box[1::2])
    return Field(name, value, is_box, left, bottom, right, top)


def _filled(note: Any) -> str:
    if int(_inherited(note, "/Ff") or 0) & _PASSWORD and _inherited(note, "/FT") == "/Tx":
        return ""
    value = _inherited(note, "/V")
    chosen = value if isinstance(value, list) else [value]
    shown = _options(note)
    return ", ".join(filter(None, (shown.get(_text(one), _text(one)) for one in chosen)))


def _options(note: Any) -> dict[str, str]:
    """What a list shows for each of its values."""
    options = (_resolved(one) for one in _inherited(note, "/Opt") or ())
    pairs = (one for one in options if isinstance(one, list) and len(one) == 2)
    return {_text(value): _text(shown) for value, shown in pairs}


def _ticked(note: Any) -> str:
    """A sign for a box that is ticked and for one that is not; empty for a button to press."""
    states = _resolved((_resolved(note.get("/AP")) or {}).get("/N"))
    if not isinstance(states, dict) or int(_inherited(note, "/Ff") or 0) & (1 << 16):
        return ""
    state = note.get("/AS") or _inherited(note, "/V") or "/Off"
    return "☐" if state == "/Off" else "☑"


def _inherited(note: Any, key: str) -> Any:
    """What a field says, or one that it is a part of."""
    for _ in range(20):
        if key in note:
            return _resolved(note[key])
        note = _resolved(note.get("/Parent"))
        if not isinstance(note, dict):
            return None
    return None


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _text(value: Any) -> str:
    value = _resolved(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return " ".join(value.lstrip("/").split()) if isinstance(value, str) else ""


def filled_in(lines: list[Line], found: Sequence[Field]) -> None:
    """Write each value beside its label, else with its own name below."""
    for one in found:
        label = _label(lines, one)
        if label is None:
            text = f"{one.name}: {one.value}" if one.name and not one.is_box else one.value
            text = f"{one.value} {one.name}".strip() if one.is_box else text
            lines.append(Line(text, one.left, one.bottom))
        elif one.is_box:
            label.text = f"{one.value} {label.text}"
        elif one.value not in label.text:
            label.text = f"{label.text} {one.value}"


def _label(lines: Sequence[Line], one: Field) -> Line | None:
    beside = [line for line in lines if one.bottom - 4 <= line.y <= one.top]
    right = [line for line in beside if line.x >= one.right - 2]
    if one.is_box and right:
        return min(right, key=lambda line: line.x)
    left = [line for line in beside if line.x < one.left and not line.text.startswith("☐")]
    if left:
        return max(left, key=lambda line: line.x)
    above = [
        line
        for line in lines
        if one.top <= line.y <= one.top + NEAR and one.left - 20 <= line.x <= one.right
    ]
    return min(above, key=lambda line: line.y) if above and not one.is_box else None
