"""What tools returned, in words a customer can read.

A tool's JSON may hold `say` (a sentence for the customer), `rows` of named fields, which of them
name a row (`named_by`), how fields are written (`formats`, as in `${}`), a `note` and a `source`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.offline.phrases import phrase
from agent.offline.reading import Result

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def in_words(result: Result, language: str) -> str:
    """Return the reply that a tool's result makes."""
    try:
        found = {} if result.failed else json.loads(result.text)
    except json.JSONDecodeError:
        found = {}
    if not isinstance(found, dict) or not found:
        return phrase(language, "failed")
    rows = found.get("rows", ())
    lines = [_row(row, found.get("named_by", ()), found.get("formats", {})) for row in rows]
    source = (
        phrase(language, "source", place=found["source"]) if lines and "source" in found else ""
    )
    return "\n".join(filter(None, [found.get("say"), *lines, found.get("note"), source]))


def _row(row: Mapping[str, Any], named_by: Sequence[str], formats: Mapping[str, str]) -> str:
    said = {
        name: formats[name].format(_grouped(str(value))) if name in formats else str(value)
        for name, value in row.items()
        if name != "n" and value
    }
    name = " ".join(said.pop(column) for column in named_by if column in said)
    mark = f" [{row['n']}]" if "n" in row else ""
    return f"- {': '.join(filter(None, [name, ', '.join(said.values())]))}{mark}"


def _grouped(value: str) -> str:
    """`245000` -> `245,000`; cents only when there are any."""
    plain = value.replace(",", "").removeprefix("$")
    return f"{float(plain):,.2f}".removesuffix(".00") if _NUMBER.fullmatch(plain) else value
