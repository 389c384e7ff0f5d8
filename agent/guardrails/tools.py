"""What a tool told, for asking which links it gave."""

import json
from collections.abc import Iterator
from typing import Any

from agent.guardrails.links import links_in


def told_by(result: str, arguments: Any) -> list[str]:
    """Return the texts of *result*, without the links that the model itself had asked with.

    A tool that says what it did not find gives no address by that.
    """
    asked = {link.address for text in _texts(arguments) for link in links_in(text)}
    try:
        texts = [*_texts(json.loads(result))]
    except (ValueError, RecursionError):
        texts = [result]
    return [_without(text, asked) for text in texts]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from (str(name), *_texts(one))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _without(text: str, asked: set[str]) -> str:
    for link in reversed([*links_in(text)] if asked else []):
        if link.address in asked:
            text = f"{text[: link.start]} {text[link.end :]}"
    return text
