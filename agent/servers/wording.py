"""What a server's error says: its own words, apart from what it repeats of the question.

Bodies of errors come in many shapes: OpenAI's `error` with `message`, `param` and `code`, FastAPI's
`detail` with `loc` and `msg` (https://fastapi.tiangolo.com/tutorial/handling-errors/), a gateway's
JSON inside a string, plain text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import openai

_ECHOES = {"input", "ctx", "url", "headers", "request_id", "user_id", "loc", "failed_generation"}
_CODES = {"code", "status", "status_code"}  # numbers that count nothing
_NOBODY = {"none", "null"}
MOST_CHARACTERS = 2_000  # of one sentence; a refusal is said at its start


class Complaint(NamedTuple):
    """One sentence of an error, and the part of the question that it is about, where named."""

    place: str
    text: str


def complaints(error: openai.APIError) -> list[Complaint]:
    """Every sentence of *error*, the outermost first."""
    response = getattr(error, "response", None)
    said = error.body or (response.text if response is not None else "") or error.message
    return list(_of(said))


def words(error: Exception) -> str:
    """Everything that *error* says and how it is named, in one text."""
    if not isinstance(error, openai.APIError):
        return str(error)
    named = [name for name in (error.code, error.type) if name and not name.isdigit()]
    return "\n".join([*named, *(one.text for one in complaints(error)), error.message])


def _of(body: Any, place: str = "") -> Iterator[Complaint]:
    if isinstance(body, str):
        inside = _in_json(body)
        yield from (
            [Complaint(place, body[:MOST_CHARACTERS])] if inside is None else _of(inside, place)
        )
    elif isinstance(body, list):
        for one in body:
            yield from _of(one, place)
    elif isinstance(body, Mapping):
        place = _place(body) or place
        for name, value in body.items():
            if name not in _ECHOES and name != "param":
                yield from _of(
                    value if isinstance(value, dict | list) else _said(name, value), place
                )


def _in_json(text: str) -> Any:
    """What a text holds that is JSON itself: gateways pass on the answer they were given so."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _said(name: str, value: Any) -> str:
    """A field as words: numbers keep their name, which says what they count."""
    if isinstance(value, str):
        return value
    return "" if name in _CODES else f"{name}: {value}"


def _place(body: Mapping[str, Any]) -> str:
    location = body.get("loc")
    if isinstance(location, list | tuple):
        return ".".join(str(step) for step in location if step != "body")
    param = str(body.get("param") or "")
    return "" if param.lower() in _NOBODY else param
