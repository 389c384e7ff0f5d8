"""The arguments of a tool call, as forgiving as can be told without guessing what was meant."""

import ast
import json
import re
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

MOST_CHARACTERS = 20_000
_TROUBLE = (ValueError, SyntaxError, RecursionError, MemoryError)
_FENCE = re.compile(r"\A\s*```\w*\s*|\s*```\s*\Z")
_DECODER = json.JSONDecoder(strict=False)


def arguments_of(raw: Any) -> dict[str, Any] | None:
    """Return the arguments that *raw* holds; {} for none at all, None when it cannot be read."""
    for _ in range(3):  # written as text once too often
        if not isinstance(raw, str):
            break
        raw = value_of(raw) if raw.strip() else {}
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if raw is None or raw == []:
        return {}
    return raw if isinstance(raw, dict) and all(isinstance(key, str) for key in raw) else None


def value_of(text: str) -> Any:
    """Return the JSON or Python value that *text* begins with; itself, when it is neither."""
    bare = _FENCE.sub("", text[:MOST_CHARACTERS]).strip()
    try:
        return _DECODER.raw_decode(bare)[0]
    except _TROUBLE:
        pass
    try:
        return ast.literal_eval(bare)
    except _TROUBLE:
        return text


def fitted(tool: BaseTool, given: Any) -> dict[str, Any]:
    """Return *given* as arguments that *tool* takes. Raises ValueError, whose sentence says why."""
    schema = tool.args_schema
    arguments = arguments_of(given)
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return arguments or {}
    tries = [one for one in _readings(schema, given, arguments) if one is not None]
    for one in tries:
        if _wrong(schema, one) == "":
            return one
    raise ValueError(_wrong(schema, tries[0]) if tries else "they are no JSON object")


def _readings(
    schema: type[BaseModel], given: Any, arguments: dict[str, Any] | None
) -> list[dict[str, Any] | None]:
    """What the arguments may mean: as they are, without nulls, one level down, the only field."""
    if arguments is None:
        only = list(schema.model_fields)
        return [{only[0]: given}] if len(only) == 1 and _is_plain(given) else []
    given_ones = {name: value for name, value in arguments.items() if value is not None}
    inner = [arguments_of(value) for value in arguments.values() if isinstance(value, dict | str)]
    return [arguments, given_ones, *(inner if len(arguments) == 1 else [])]


def _is_plain(given: Any) -> bool:
    return isinstance(given, str) and not re.search(r"[{}\[\]<>|]", given)


def _wrong(schema: type[BaseModel], arguments: dict[str, Any]) -> str:
    try:
        schema.model_validate(arguments)
    except ValidationError as error:
        said = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3]]
        return " ".join(said).replace("\n", " ")
    return ""
